// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/registry_dialog.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/confirmation.h"
#include "gui/widgets/elidedlabel.h"
#include "gui/widgets/emptystate.h"
#include "resources/dbus/types.h"
#include "tests/gui/window/window_fixture.h"

#include <QAbstractButton>
#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QContextMenuEvent>
#include <QDBusObjectPath>
#include <QDialog>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QListWidget>
#include <QMenu>
#include <QMenuBar>
#include <QPlainTextEdit>
#include <QTableView>
#include <QTest>
#include <QTreeView>

using namespace lamella;
using namespace Qt::StringLiterals;

/// What a person does with the images that are there.
class TestImages : public test::WindowFixture {
    Q_OBJECT

public:
    TestImages()
        : WindowFixture(u"images"_s)
    {
    }

private Q_SLOTS:
    void offersTheFirstStep();
    void listsImages();
    void saysWhatTheyTake();
    void findsByNamesAndId_data();
    void findsByNamesAndId();
    void leadsToTheContainer();
    void leadsToTheTrash();
    void leadsToTheContainerByKeys();
    void copiesNamesAndIds();
    void opensItsMenuByKeys();
    void actionsAreInMenusAndSayTheirKeys();
    void tagsAndUntags();
    void removesWhatIsNotUsed();
    void removesSeveral();
    void prunesAfterShowing();
    void prunesOnlyWhatWasShown();
    void showsTheHistory();
    void showsTheLayers();
    void comparesTwo();
    void showsTheDocuments();

private:
    QString cell(int row, const QString& header) const;
};

QString TestImages::cell(int row, const QString& header) const
{
    const QAbstractItemModel* model = imageView()->model();
    for (int column = 0; column < model->columnCount(); ++column) {
        if (model->headerData(column, Qt::Horizontal).toString() == header)
            return model->index(row, column).data().toString();
    }
    return u"no such column"_s;
}

void TestImages::offersTheFirstStep()
{
    connectReady();
    auto* empty = find<widgets::EmptyState>(u"imagesEmpty"_s);
    QTRY_VERIFY(empty->isVisible());
    QVERIFY(empty->findChild<QAbstractButton*>(u"emptyStateSecond"_s)->text().contains(u"Load"));
    empty->findChild<QAbstractButton*>(u"emptyStateAction"_s)->click();
    QVERIFY(find<dialogs::RegistryDialog>(u"pullDialog"_s));
}

void TestImages::listsImages()
{
    const QString id = m_helper->addImage(u"docker.io/library/debian:13"_s);
    m_helper->addImage(u"quay.io/team/app:1"_s, u"linux/arm64"_s);
    m_helper->addContainer(u"web"_s, u"running"_s);
    connectReady();
    QTRY_COMPARE(imageView()->model()->rowCount(), 2);
    QCOMPARE(cell(0, u"Name"_s), u"debian"_s);
    QCOMPARE(cell(0, u"Tag"_s), u"13"_s);
    QCOMPARE(cell(0, u"Used by"_s), u"web"_s);
    QCOMPARE(cell(1, u"Name"_s), u"quay.io/team/app"_s);
    QCOMPARE(cell(1, u"Tag"_s), u"1 · linux/arm64"_s); // of another machine
    QCOMPARE(cell(1, u"Used by"_s), QString());
    QTRY_COMPARE(cell(0, u"Shared"_s), u"1.4 MB"_s);
    QCOMPARE(cell(0, u"Unique"_s), u"488 kB"_s);
    m_helper->changeImage(id, {{u"References"_s, QStringList{u"a:1"_s, u"b:2"_s}}});
    QTRY_COMPARE(cell(0, u"Tag"_s), u"1 and 1 more"_s);
}

void TestImages::saysWhatTheyTake()
{
    const auto layer = [](const QString& name, quint64 bytes) {
        return dbus::Layer{u"sha256:"_s + name, u"sha256:"_s + name, bytes, 1, u"RUN it"_s};
    };
    const auto layers
        = [](const dbus::LayerList& list) { return QVariantMap{{u"Layers"_s, QVariant::fromValue(list)}}; };
    m_helper->addImage(u"starter:latest"_s); // the one that the container is of
    const QString own = m_helper->addImage(u"own:1"_s);
    m_helper->addContainer(u"web"_s, u"running"_s);
    connectReady();
    auto* taken = find<widgets::ElidedLabel>(u"imagesTaken"_s);
    // What others have, too, would not come free.
    QTRY_COMPARE(taken->text(), u"2 image(s), 1.9 MB on the disk."_s);
    m_helper->changeImage(own, layers({layer(u"c"_s, 2'000'000), layer(u"e"_s, 3 << 20)}));
    QTRY_COMPARE(taken->text(),
                 u"2 image(s), 1.9 MB on the disk. To remove those that nothing uses would free 3.0 MB."_s);
    m_helper->removeContainer(m_client->containers().constFirst()->id());
    QTRY_VERIFY2(taken->text().endsWith(u"would free 4.9 MB."_s), qPrintable(taken->text()));
    for (const client::ImageClient* image : m_client->images())
        m_helper->removeImage(image->data().id);
    QTRY_VERIFY(!taken->isVisible());
}

void TestImages::findsByNamesAndId_data()
{
    QTest::addColumn<QString>("search");
    QTest::addColumn<QStringList>("found");
    const QString debian = u"debian"_s;
    const QString app = u"quay.io/team/app"_s;
    const QString nameless = u"(no name)"_s;
    QTest::newRow("nothing") << QString() << QStringList{nameless, debian, app};
    QTest::newRow("a part of the name") << u"EBI"_s << QStringList{debian};
    QTest::newRow("the tag") << u"13.1"_s << QStringList{debian};
    QTest::newRow("name and tag") << u"debian:13.1"_s << QStringList{debian};
    QTest::newRow("the registry") << u"docker.io/library/debian"_s << QStringList{debian};
    QTest::newRow("another name of it") << u"newest"_s << QStringList{app};
    QTest::newRow("two words") << u"app 2-slim"_s << QStringList{app};
    QTest::newRow("words of two images") << u"debian newest"_s << QStringList();
    QTest::newRow("the beginning of the ID") << u"aaaaaaaaaaaa"_s << QStringList{debian};
    QTest::newRow("the whole ID") << u"sha256:"_s + QString(64, u'a') << QStringList{debian};
    QTest::newRow("the ID of one without a name") << u"sha256:000000"_s << QStringList{nameless, app};
    QTest::newRow("the end of an ID") << u"0002"_s << QStringList();
}

void TestImages::findsByNamesAndId()
{
    QFETCH(QString, search);
    QFETCH(QStringList, found);
    m_helper->addImage(u"docker.io/library/debian:13.1"_s);
    const QString app = m_helper->addImage(u"quay.io/team/app:2-slim"_s);
    m_helper->changeImage(app, {{u"References"_s, QStringList{u"quay.io/team/app:2-slim"_s, u"mine:newest"_s}}});
    const QString nameless = m_helper->addImage(u"x"_s);
    m_helper->changeImage(nameless, {{u"References"_s, QStringList()}});
    QVERIFY(app.endsWith(u"01"_s) && nameless.endsWith(u"02"_s));
    connectReady();
    QTRY_COMPARE(imageView()->model()->rowCount(), 3);
    auto* field = find<QLineEdit>(u"imageSearch"_s);
    // One that finds nothing comes first, so that what is found was looked for.
    field->setText(u"no such image"_s);
    QTRY_COMPARE(imageView()->model()->rowCount(), 0);
    field->setText(search);
    const auto names = [this] {
        QStringList shown;
        for (int row = 0; row < imageView()->model()->rowCount(); ++row)
            shown.append(cell(row, u"Name"_s));
        return shown;
    };
    if (found.isEmpty())
        QTest::qWait(600);
    QTRY_COMPARE(names(), found);
}

void TestImages::leadsToTheContainer()
{
    m_helper->addImage(u"starter:latest"_s);
    m_helper->addContainer(u"web"_s, u"running"_s);
    connectReady();
    QTRY_COMPARE(imageView()->model()->rowCount(), 1);
    m_window->resize(1200, 700);
    const QModelIndex users = imageView()->model()->index(0, imageView()->model()->columnCount() - 1);
    QTRY_COMPARE(users.data().toString(), u"web"_s);
    QTest::mouseClick(imageView()->viewport(), Qt::LeftButton, {}, imageView()->visualRect(users).center());
    QTRY_VERIFY(find<QWidget>(u"containerList"_s)->isVisible());
    QCOMPARE(find<widgets::ElidedLabel>(u"containerName"_s)->text(), u"web"_s);
}

void TestImages::leadsToTheTrash()
{
    m_helper->addImage(u"starter:latest"_s);
    m_helper->addTrashed(u"old"_s);
    connectReady();
    QTRY_COMPARE(imageView()->model()->rowCount(), 1);
    m_window->resize(1200, 700);
    const QModelIndex users = imageView()->model()->index(0, imageView()->model()->columnCount() - 1);
    QTRY_COMPARE(users.data().toString(), u"old (in the trash)"_s);
    QTest::mouseClick(imageView()->viewport(), Qt::LeftButton, {}, imageView()->visualRect(users).center());
    QTRY_VERIFY(m_window->findChild<QDialog*>(u"trashDialog"_s));
}

void TestImages::leadsToTheContainerByKeys()
{
    showActive();
    m_helper->addContainer(u"two"_s, u"stopped"_s);
    QTRY_COMPARE(shown(), 2);
    m_window->showPage(u"images"_s);
    QTRY_COMPARE(imageView()->model()->rowCount(), 1);
    const QModelIndex users = imageView()->model()->index(0, imageView()->model()->columnCount() - 1);
    QCOMPARE(users.data(Qt::AccessibleTextRole).toString(), u"Used by one, two"_s);
    imageView()->setFocus();
    press(Qt::Key_U, Qt::ControlModifier);
    // Of several a person chooses, and goes on by keys.
    QTRY_VERIFY(find<QMenu>(u"usersMenu"_s));
    QTest::keyClick(find<QMenu>(u"usersMenu"_s), Qt::Key_Down);
    QTest::keyClick(find<QMenu>(u"usersMenu"_s), Qt::Key_Return);
    QTRY_VERIFY(find<QWidget>(u"containerList"_s)->isVisible());
    QCOMPARE(find<widgets::ElidedLabel>(u"containerName"_s)->text(), u"two"_s);
    // In the column itself Enter does the same.
    m_helper->removeContainer(m_client->containers().constFirst()->id());
    QTRY_COMPARE(shown(), 1);
    m_window->showPage(u"images"_s);
    backToWindow();
    imageView()->setFocus();
    imageView()->setCurrentIndex(users);
    press(Qt::Key_Return);
    QTRY_VERIFY(find<QWidget>(u"containerList"_s)->isVisible());
    QVERIFY(!find<QDialog>(u"runDialog"_s));
    // Elsewhere in the row it runs the image.
    m_window->showPage(u"images"_s);
    imageView()->setFocus();
    imageView()->setCurrentIndex(users.siblingAtColumn(0));
    press(Qt::Key_Return);
    QTRY_VERIFY(find<QDialog>(u"runDialog"_s));
}

void TestImages::copiesNamesAndIds()
{
    const QString first = m_helper->addImage(u"docker.io/library/debian:13"_s);
    const QString second = m_helper->addImage(u"quay.io/team/app:1"_s);
    connectReady();
    QTRY_COMPARE(imageView()->model()->rowCount(), 2);
    imageView()->selectAll();
    QStringList names;
    const auto copied = [this](const QString& name) {
        action(name)->trigger();
        QStringList lines = QGuiApplication::clipboard()->text().split(u'\n');
        lines.sort();
        return lines;
    };
    QCOMPARE(copied(u"copyImageNameAction"_s), (QStringList{u"debian:13"_s, u"quay.io/team/app:1"_s}));
    QStringList ids{first, second};
    ids.sort();
    QCOMPARE(copied(u"copyImageIdAction"_s), ids);
}

void TestImages::opensItsMenuByKeys()
{
    showActive();
    m_window->showPage(u"images"_s);
    QTRY_COMPARE(imageView()->model()->rowCount(), 1);
    imageView()->setFocus();
    QTRY_VERIFY(imageView()->currentIndex().isValid());
    // What the menu key becomes on a display: QWidgetWindow asks where the cursor is.
    const QPoint place = imageView()->inputMethodQuery(Qt::ImCursorRectangle).toRect().center();
    QContextMenuEvent event(QContextMenuEvent::Keyboard, place, imageView()->mapToGlobal(place));
    QCoreApplication::sendEvent(imageView(), &event);
    QTRY_VERIFY(find<QMenu>(u"imageMenu"_s));
    QVERIFY(find<QMenu>(u"imageMenu"_s)->actions().contains(action(u"tagAction"_s)));
    find<QMenu>(u"imageMenu"_s)->close();
}

void TestImages::actionsAreInMenusAndSayTheirKeys()
{
    connectReady();
    QList<QAction*> offered;
    const QList<QAction*> menus = m_window->menuBar()->actions();
    for (const QAction* menu : menus)
        offered += menu->menu()->actions();
    const QList<QAction*> all
        = find<QAction>(u"tagAction"_s)->parent()->findChildren<QAction*>(Qt::FindDirectChildrenOnly);
    QVERIFY(all.size() > 15);
    for (const QAction* one : all) {
        QVERIFY2(offered.contains(one), qPrintable(one->objectName()));
        QVERIFY2(one->toolTip() != one->text(), qPrintable(one->objectName()));
        const QString key = one->shortcut().toString(QKeySequence::NativeText);
        QVERIFY2(key.isEmpty() || one->toolTip().contains(key), qPrintable(one->toolTip()));
    }
}

void TestImages::tagsAndUntags()
{
    m_helper->addImage(u"starter:latest"_s);
    connectReady();
    QTRY_VERIFY(action(u"tagAction"_s)->isEnabled());
    m_helper->failNext(u"Tag"_s, u"InvalidArgument"_s, u"That is no name."_s);
    action(u"tagAction"_s)->trigger();
    auto* line = find<QLineEdit>(u"lineField"_s);
    QVERIFY(line);
    line->setText(u"mine:1"_s);
    find<QAbstractButton>(u"lineOk"_s)->click();
    QTRY_COMPARE(find<QLabel>(u"lineProblem"_s)->text(), u"That is no name."_s);
    QCOMPARE(line->text(), u"mine:1"_s);
    find<QAbstractButton>(u"lineOk"_s)->click();
    QTRY_COMPARE(m_client->images().constFirst()->data().references, (QStringList{u"starter:latest"_s, u"mine:1"_s}));
    QTRY_VERIFY(!find<QLineEdit>(u"lineField"_s));
    // With several names a person says which.
    action(u"untagAction"_s)->trigger();
    QTRY_VERIFY(find<QMenu>(u"untagMenu"_s));
    find<QMenu>(u"untagMenu"_s)->actions().constFirst()->trigger();
    find<QMenu>(u"untagMenu"_s)->close();
    QTRY_COMPARE(m_client->images().constFirst()->data().references, QStringList{u"mine:1"_s});
    action(u"untagAction"_s)->trigger();
    QTRY_VERIFY(m_client->images().constFirst()->data().references.isEmpty());
    QVERIFY(!action(u"untagAction"_s)->isEnabled());
}

void TestImages::removesWhatIsNotUsed()
{
    m_helper->addImage(u"starter:latest"_s);
    const QString web = m_helper->addContainer(u"web"_s, u"stopped"_s);
    connectReady();
    QTRY_VERIFY(action(u"removeImageAction"_s)->isEnabled());
    action(u"removeImageAction"_s)->trigger();
    QTRY_VERIFY(banner()->isVisible());
    QVERIFY2(banner()->text().contains(u"web"), qPrintable(banner()->text()));
    QVERIFY(!find<widgets::Confirmation>(u"confirmation"_s));
    m_helper->removeContainer(web);
    QTRY_VERIFY(m_client->containers().isEmpty());
    action(u"removeImageAction"_s)->trigger();
    find<QAbstractButton>(u"deedButton"_s)->click();
    QTRY_VERIFY(m_client->images().isEmpty());
}

void TestImages::removesSeveral()
{
    m_helper->addImage(u"used:1"_s);
    m_helper->addImage(u"one:1"_s);
    const QString two = m_helper->addImage(u"two:2"_s);
    m_helper->addContainer(u"web"_s, u"stopped"_s);
    connectReady();
    QTRY_COMPARE(imageView()->model()->rowCount(), 3);
    imageView()->selectAll();
    const auto words = [this] {
        action(u"removeImageAction"_s)->trigger();
        const auto* question = find<widgets::Confirmation>(u"confirmation"_s);
        return question ? question->text() + u'\n' + question->informativeText() : QString();
    };
    // All of them have the same layer.
    QString said = words();
    for (const QString& word : {u"Remove 2"_s, u"one:1"_s, u"two:2"_s, u"made from them: used:1"_s, u"frees nothing"_s})
        QVERIFY2(said.contains(word), qPrintable(said));
    find<QAbstractButton>(u"cancelButton"_s)->click();
    QTRY_VERIFY(!find<widgets::Confirmation>(u"confirmation"_s));
    m_helper->changeImage(
        two,
        {{u"Layers"_s,
          QVariant::fromValue(dbus::LayerList{{u"sha256:d"_s, u"sha256:c"_s, 2'000'000, 1, u"COPY /"_s},
                                              {u"sha256:e"_s, u"sha256:f"_s, 3 << 20, 1, u"RUN it"_s}})}});
    QTRY_COMPARE(m_client->image(two)->data().layers.size(), 2U);
    said = words();
    QVERIFY2(said.contains(u"frees 3.0 MB"_s), qPrintable(said));
    find<QAbstractButton>(u"deedButton"_s)->click();
    QTRY_COMPARE(imageView()->model()->rowCount(), 1);
    QCOMPARE(m_client->images().constFirst()->data().references, QStringList{u"used:1"_s});
}

void TestImages::prunesAfterShowing()
{
    const QString old = m_helper->addImage(u"old:1"_s);
    m_helper->changeImage(old, {{u"References"_s, QStringList()}});
    const QString named = m_helper->addImage(u"named:1"_s);
    m_helper->nameless = {old};
    m_helper->unused = {old, named};
    connectReady();
    QTRY_VERIFY(action(u"pruneAction"_s)->isEnabled());
    action(u"pruneAction"_s)->trigger();
    QTRY_VERIFY(find<QListWidget>(u"pruneList"_s));
    QCOMPARE(find<QListWidget>(u"pruneList"_s)->count(), 1);
    QVERIFY(find<QLabel>(u"pruneSummary"_s)->text().contains(u"3.0 MB"));
    QCOMPARE(m_helper->calls.count(u"PruneImages"_s), 2);
    QVERIFY(optionsOf(u"PruneImages"_s).value(u"dry_run"_s).toBool());
    find<QCheckBox>(u"pruneNamed"_s)->setChecked(true);
    QCOMPARE(find<QListWidget>(u"pruneList"_s)->count(), 2);
    QVERIFY(find<QLabel>(u"pruneSummary"_s)->text().contains(u"6.0 MB"));
    find<QAbstractButton>(u"pruneDeed"_s)->click();
    QTRY_VERIFY(m_client->images().isEmpty());
    QVERIFY(!banner()->isVisible());
}

void TestImages::prunesOnlyWhatWasShown()
{
    const QString shown = m_helper->addImage(u"shown:1"_s);
    const QString used = m_helper->addImage(u"used-since:1"_s);
    const QString unseen = m_helper->addImage(u"unused-since:1"_s);
    m_helper->unused = {shown, used};
    connectReady();
    QTRY_VERIFY(action(u"pruneAction"_s)->isEnabled());
    action(u"pruneAction"_s)->trigger();
    QTRY_VERIFY(find<QListWidget>(u"pruneList"_s));
    find<QCheckBox>(u"pruneNamed"_s)->setChecked(true);
    QCOMPARE(find<QListWidget>(u"pruneList"_s)->count(), 2);
    // A container is made of the one and another one is removed while the list is read.
    m_helper->unused = {shown, unseen};
    find<QAbstractButton>(u"pruneDeed"_s)->click();
    QTRY_COMPARE(m_client->images().size(), 2);
    QVERIFY(!m_client->image(shown) && m_client->image(used) && m_client->image(unseen));
    // Nor does the helper choose by itself what goes.
    QCOMPARE(m_helper->calls.count(u"Remove"_s), 1);
    QVERIFY(optionsOf(u"PruneImages"_s).value(u"dry_run"_s).toBool());
}

void TestImages::showsTheHistory()
{
    m_helper->addImage(u"starter:latest"_s);
    m_helper->history = {{u"/bin/sh -c #(nop) ADD file:1 in / "_s, false},
                         {u"RUN /bin/sh -c apt-get update # buildkit"_s, false},
                         {u"/bin/sh -c #(nop)  CMD [\"bash\"]"_s, true}};
    connectReady();
    QTRY_VERIFY(action(u"historyAction"_s)->isEnabled());
    action(u"historyAction"_s)->trigger();
    auto* steps = find<QTableView>(u"historyView"_s);
    QTRY_COMPARE(steps->model()->rowCount(), 3);
    const auto at = [steps](int row, int column) { return steps->model()->index(row, column).data().toString(); };
    QCOMPARE(at(0, 1), u"CMD [\"bash\"]"_s);
    QCOMPARE(at(0, 2), QString());
    QCOMPARE(at(1, 1), u"RUN apt-get update"_s);
    QCOMPARE(at(1, 2), u"1.0 MB"_s);
    QCOMPARE(at(2, 0), u"1"_s);
    steps->setCurrentIndex(steps->model()->index(1, 1));
    QCOMPARE(find<QPlainTextEdit>(u"historyText"_s)->toPlainText(), u"RUN /bin/sh -c apt-get update # buildkit"_s);
}

void TestImages::showsTheLayers()
{
    m_helper->addImage(u"one:latest"_s);
    m_helper->layerCount = 2;
    m_helper->layerTree = {"/etc A0d", "/etc/passwd A0f100 M1f120"};
    connectReady();
    QTRY_VERIFY(action(u"layersAction"_s)->isEnabled());
    imageView()->selectRow(0);
    action(u"layersAction"_s)->trigger();
    auto* files = find<QTreeView>(u"image-layerFiles"_s);
    QTRY_VERIFY(files->isVisible());
    QTRY_COMPARE(files->model()->rowCount(), 1);
    QVERIFY(find<QLabel>(u"image-layersSummary"_s)->text().contains(u"100 B of it wasted"_s));
    // What cannot be read says why, and can be asked for again.
    m_helper->addImage(u"two:latest"_s);
    m_helper->failNext(u"OpenLayers"_s, u"NotFound"_s, u"the files of layer x are not known"_s);
    QTRY_COMPARE(imageView()->model()->rowCount(), 2);
    imageView()->selectRow(1);
    auto* banner = find<widgets::Banner>(u"imageBanner"_s);
    QTRY_VERIFY(banner->isVisible());
    QTRY_COMPARE(files->model()->rowCount(), 0);
    banner->findChild<QAbstractButton*>(u"bannerAction"_s)->click();
    QTRY_COMPARE(files->model()->rowCount(), 1);
}

void TestImages::comparesTwo()
{
    m_helper->addImage(u"one:latest"_s);
    m_helper->addImage(u"two:latest"_s);
    const QString container = m_helper->addContainer(u"web"_s, u"stopped"_s);
    connectReady();
    QTRY_VERIFY(action(u"layersAction"_s)->isEnabled());
    imageView()->selectRow(0);
    action(u"layersAction"_s)->trigger();
    auto* files = find<QTreeView>(u"image-layerFiles"_s);
    QTRY_COMPARE(files->model()->rowCount(), 4); // of the one layer that the image has
    auto* others = find<QComboBox>(u"image-layersCompare"_s);
    QStringList names;
    for (int i = 0; i < others->count(); ++i)
        names.append(others->itemText(i));
    QCOMPARE(names, (QStringList{u"nothing"_s, u"two:latest"_s, u"web"_s}));
    others->setCurrentIndex(2);
    Q_EMIT others->activated(2);
    QTRY_COMPARE(files->model()->rowCount(), 3); // etc, old, new: what both have alike is left out
    const auto options = m_helper->lastCall.value(u"OpenLayers"_s).constLast().toMap();
    QVERIFY(options.value(u"compare_with"_s).value<QDBusObjectPath>().path().endsWith(container));
    QVERIFY(find<QLabel>(u"image-layersSummary"_s)->text().contains(u"1 added, 2 changed, 1 not there"_s));
    QCOMPARE(find<QListView>(u"image-layersStack"_s)->model()->rowCount(), 2);
    others->setCurrentIndex(0);
    Q_EMIT others->activated(0);
    QTRY_COMPARE(files->model()->rowCount(), 4); // of the one layer that the image has
}

void TestImages::showsTheDocuments()
{
    m_helper->addImage(u"starter:latest"_s);
    connectReady();
    QTRY_VERIFY(action(u"inspectAction"_s)->isEnabled());
    m_helper->failNext(u"Inspect"_s, u"Failed"_s, u"The disk does not answer."_s);
    action(u"inspectAction"_s)->trigger();
    auto* banner = find<widgets::Banner>(u"imageBanner"_s);
    QTRY_VERIFY(banner->isVisible());
    QVERIFY(banner->text().contains(u"The disk does not answer."));
    banner->findChild<QAbstractButton*>(u"bannerAction"_s)->click();
    auto* text = find<QPlainTextEdit>(u"documentText"_s);
    QTRY_VERIFY2(text->toPlainText().contains(u"    \"os\": \"linux\""), qPrintable(text->toPlainText()));
    find<QComboBox>(u"documentCombo"_s)->setCurrentIndex(1);
    QVERIFY(text->toPlainText().contains(u"schemaVersion"));
    // What the registry calls it is of the document as it came, not as it is laid out here.
    QCOMPARE(find<widgets::ElidedLabel>(u"documentDigest"_s)->text(),
             u"sha256:bafebd36189ad3688b7b3915ea55d461e0bfcfbdde11e54b0a123999fb6be50f"_s);
}

QTEST_MAIN(TestImages)
#include "test_images.moc"
