// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/image_details.h"
#include "gui/models/files_model.h"
#include "gui/pages/differenceview.h"
#include "gui/pages/filestree.h"
#include "gui/widgets/banner.h"
#include "tests/gui/window/window_fixture.h"

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QDropEvent>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeView>

#include <algorithm>

using namespace lamella;
using namespace Qt::StringLiterals;
using models::FilesModel;

/// What a person does with the files of an image: looks at them, and copies them out.
class TestImageBrowsing : public test::WindowFixture {
    Q_OBJECT

public:
    TestImageBrowsing()
        : WindowFixture(u"images"_s)
    {
    }

private Q_SLOTS:
    void looksIntoAFile();
    void saysWhichLayerItIsOf();
    void goesByThePath();
    void offersNothingThatChanges();
    void takesNothingThatIsDropped();
    void savesToADirectory();
    void isDraggedOut();
    void readsAgainWhereAsked();
    void forgetsAnotherImage();
    void saysWhatFails();

private:
    QTreeView* tree() const { return find<QTreeView>(u"image-filesTree"_s); }
    QLineEdit* path() const { return find<QLineEdit>(u"image-filesPath"_s); }
    QAction* fileAction(const QString& name) const { return m_window->findChild<QAction*>(u"image-"_s + name); }

    void showFiles()
    {
        m_helper->imageTree.fillImage(u"sha256:d"_s);
        m_helper->addImage(u"one:latest"_s);
        connectReady();
        QTRY_VERIFY(action(u"imageFilesAction"_s)->isEnabled());
        imageView()->selectRow(0);
        action(u"imageFilesAction"_s)->trigger();
        QTRY_VERIFY(tree()->isVisible() && tree()->model()->rowCount() > 0);
    }

    QModelIndex row(const QByteArray& file) const
    {
        const auto found = tree()->model()->match(tree()->model()->index(0, 0), FilesModel::PathRole, file, 1,
                                                  Qt::MatchExactly | Qt::MatchRecursive);
        return found.value(0);
    }

    void go(const QByteArray& file)
    {
        path()->setText(QString::fromUtf8(file));
        Q_EMIT path()->returnPressed();
        QTRY_VERIFY(row(file).isValid());
        QTRY_COMPARE(tree()->currentIndex(), row(file));
    }

    QStringList reads() const { return m_helper->calls.filter(QRegularExpression(u"^(ListDirectory|ReadFile)$"_s)); }
};

void TestImageBrowsing::looksIntoAFile()
{
    showFiles();
    QVERIFY(tree()->header()->isSectionHidden(FilesModel::ChangeColumn));
    go("/etc/motd");
    auto* content = find<pages::DifferenceView>(u"image-filesContent"_s);
    QTRY_VERIFY(content->isVisible() && content->isReady());
    QCOMPARE(content->shownAs(), models::ShownAs::Text);
    // What never changes is not read again and again.
    const QStringList before = reads();
    QTest::qWait(3500);
    QCOMPARE(reads(), before);
}

void TestImageBrowsing::saysWhichLayerItIsOf()
{
    showFiles();
    const QString tip = row("/etc").data(Qt::ToolTipRole).toString();
    QVERIFY2(tip.contains(u"of layer 1 of 1: COPY /"_s), qPrintable(tip));
}

void TestImageBrowsing::goesByThePath()
{
    showFiles();
    go("/etc/nginx/nginx.conf");
    find<QAbstractButton>(u"image-filesUp"_s)->click();
    QTRY_COMPARE(tree()->currentIndex(), row("/etc/nginx"));
    find<QAbstractButton>(u"image-filesBack"_s)->click();
    QTRY_COMPARE(tree()->currentIndex(), row("/etc/nginx/nginx.conf"));
    fileAction(u"filesCopyPath"_s)->trigger();
    QCOMPARE(QGuiApplication::clipboard()->text(), u"/etc/nginx/nginx.conf"_s);
    go("/bin/sh");
    QTest::keyClick(tree(), Qt::Key_Return); // to where it leads
    QTRY_COMPARE(tree()->currentIndex(), row("/bin/busybox"));
    path()->setText(u"/etc/none"_s);
    Q_EMIT path()->returnPressed();
    QTRY_VERIFY(find<widgets::Banner>(u"imageBanner"_s)->isVisible());
}

void TestImageBrowsing::offersNothingThatChanges()
{
    showFiles();
    go("/etc/motd");
    QStringList offered;
    for (const QAction* one : find<app::ImageDetails>(u"imageDetails"_s)->findChildren<QAction*>())
        offered.append(one->objectName());
    for (const auto* name : {"Edit", "Add", "AddDirectory", "NewDirectory", "Rename", "Permissions", "Remove"})
        QVERIFY2(!offered.contains(u"image-files"_s + QLatin1StringView(name))
                     && !offered.contains(u"files"_s + QLatin1StringView(name)),
                 name);
    Q_EMIT tree()->customContextMenuRequested({});
    QMenu* menu = nullptr;
    QTRY_VERIFY((menu = qobject_cast<QMenu*>(QApplication::activePopupWidget())));
    QCOMPARE(menu->actions(), (QList{fileAction(u"filesSaveTo"_s), fileAction(u"filesCopyPath"_s)}));
    menu->close();
    auto* content = find<pages::DifferenceView>(u"image-filesContent"_s);
    QTRY_VERIFY(content->isVisible() && content->isReady());
    const QStringList before = m_helper->calls;
    tree()->setFocus();
    for (const auto key : {Qt::Key_F2, Qt::Key_F4, Qt::Key_Delete, Qt::Key_Return})
        QTest::keyClick(tree(), key);
    QTest::qWait(100);
    QStringList called = m_helper->calls.sliced(before.size());
    called.removeAll(u"GetDiskUsage"_s); // the list's own
    QCOMPARE(called, QStringList());
    QVERIFY(!tree()->findChild<QLineEdit*>());
    QVERIFY(!QApplication::activeModalWidget());
}

void TestImageBrowsing::takesNothingThatIsDropped()
{
    showFiles();
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(u"/etc/hostname"_s)});
    bool isTaken = false;
    connect(static_cast<pages::FilesTree*>(tree()), &pages::FilesTree::filesDropped, this, [&] { isTaken = true; });
    QDropEvent drop({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    drop.ignore();
    QCoreApplication::sendEvent(tree()->viewport(), &drop);
    QVERIFY(!isTaken && !drop.isAccepted());
    // Nor does it look as if it did: what is an archive is for the window.
    QVERIFY(!tree()->acceptDrops() && !tree()->viewport()->acceptDrops());
}

void TestImageBrowsing::savesToADirectory()
{
    showFiles();
    m_helper->imageTree.files.insert("/etc/nginx/link", {u"symlink"_s, 0777, "/etc/passwd"});
    go("/etc/nginx");
    QTemporaryDir target;
    fileAction(u"filesSaveTo"_s)->trigger();
    QTRY_VERIFY(find<QFileDialog>(u"saveToChooser"_s));
    auto* chooser = find<QFileDialog>(u"saveToChooser"_s);
    Q_EMIT chooser->fileSelected(target.path());
    chooser->close();
    const QString made = target.filePath(u"nginx"_s);
    QTRY_VERIFY(QFileInfo(made + u"/link"_s).isSymLink());
    QTRY_VERIFY(QFileInfo::exists(made + u"/nginx.conf"_s));
    QFile conf(made + u"/nginx.conf"_s);
    QVERIFY(conf.open(QIODevice::ReadOnly));
    QCOMPARE(conf.readAll(), m_helper->imageTree.files.value("/etc/nginx/nginx.conf").content);
}

void TestImageBrowsing::isDraggedOut()
{
    showFiles();
    go("/etc/motd");
    QVERIFY((tree()->model()->flags(tree()->currentIndex()) & Qt::ItemIsDragEnabled) != 0);
    QCOMPARE(tree()->dragDropMode(), QAbstractItemView::DragOnly);
    const std::unique_ptr<QMimeData> data(static_cast<pages::FilesTree*>(tree())->draggedData());
    const QList<QUrl> urls = data->urls();
    QCOMPARE(urls.size(), 1);
    QFile motd(urls.constFirst().toLocalFile());
    QVERIFY(motd.open(QIODevice::ReadOnly));
    QCOMPARE(motd.readAll(), m_helper->imageTree.files.value("/etc/motd").content);
}

void TestImageBrowsing::readsAgainWhereAsked()
{
    showFiles();
    m_helper->imageTree.files.insert("/late", {u"file"_s});
    tree()->setFocus();
    QTest::keyClick(tree(), Qt::Key_F5);
    QTRY_VERIFY(row("/late").isValid());
    m_helper->imageTree.files.insert("/later", {u"file"_s});
    find<QAbstractButton>(u"image-filesRefresh"_s)->click();
    QTRY_VERIFY(row("/later").isValid());
}

void TestImageBrowsing::forgetsAnotherImage()
{
    showFiles();
    go("/etc/motd");
    m_helper->addImage(u"two:latest"_s);
    QTRY_COMPARE(imageView()->model()->rowCount(), 2);
    m_helper->imageTree.files = {{"/", {u"directory"_s, 0755}}, {"/other", {u"file"_s}}};
    const int other = imageView()->currentIndex().row() == 0 ? 1 : 0;
    imageView()->selectRow(other);
    QTRY_VERIFY(row("/other").isValid());
    QVERIFY(!row("/etc").isValid());
    QCOMPARE(path()->text(), u"/"_s);
}

void TestImageBrowsing::saysWhatFails()
{
    showFiles();
    m_helper->failNext(u"ListDirectory"_s, u"Failed"_s, u"the disk is on fire"_s);
    tree()->setFocus();
    QTest::keyClick(tree(), Qt::Key_F5);
    auto* said = find<widgets::Banner>(u"imageBanner"_s);
    QTRY_VERIFY(said->isVisible() && said->text().contains(u"on fire"_s));
    m_helper->imageTree.files.insert("/late", {u"file"_s});
    said->findChild<QAbstractButton*>(u"bannerAction"_s)->click();
    QTRY_VERIFY(row("/late").isValid());
    QTRY_VERIFY(!said->isVisible());
}

QTEST_MAIN(TestImageBrowsing)
#include "test_image_browsing.moc"
