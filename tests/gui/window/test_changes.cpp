// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/client.h"
#include "gui/client/container_client.h"
#include "gui/dialogs/new_image_dialog.h"
#include "gui/models/changes_model.h"
#include "gui/pages/changestree.h"
#include "gui/pages/differenceview.h"
#include "gui/pages/page.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/confirmation.h"
#include "resources/dbus/live_changes.h"
#include "tests/gui/window/window_fixture.h"

#include <QAction>
#include <QClipboard>
#include <QDesktopServices>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QSemaphore>
#include <QSettings>
#include <QSignalSpy>
#include <QSplitter>
#include <QTest>
#include <QThreadPool>
#include <QTimer>
#include <QToolButton>
#include <QTreeView>

#include <algorithm>

using namespace lamella;
using namespace Qt::StringLiterals;

/// Files that would be opened with the desktop's program.
class OpenedFiles : public QObject {
    Q_OBJECT
public:
    OpenedFiles() { QDesktopServices::setUrlHandler(u"file"_s, this, "take"); }
    ~OpenedFiles() override { QDesktopServices::unsetUrlHandler(u"file"_s); }
    QStringList files;

public Q_SLOTS:
    void take(const QUrl& url) { files.append(url.toLocalFile()); }
};

/// Keeps what is done beside the window waiting.
class BusyPool {
public:
    BusyPool()
    {
        for (int i = 0; i < QThreadPool::globalInstance()->maxThreadCount(); ++i)
            QThreadPool::globalInstance()->start([this] { m_end.acquire(); });
    }
    ~BusyPool()
    {
        end();
        QThreadPool::globalInstance()->waitForDone();
    }
    void end() { m_end.release(QThreadPool::globalInstance()->maxThreadCount()); }

private:
    QSemaphore m_end;
};

/// What a person does with what a container has changed.
class TestChanges : public test::WindowFixture {
    Q_OBJECT

private Q_SLOTS:
    void showsBothVersionsOfOneFile();
    void goesFromChangeToChange();
    void showsTheFirstBeforeAll();
    void isKeptAsItIs();
    void showsChangesAsTheyHappen();
    void saysWhyItIsNotLive();
    void asksAgainWhereItMayBeLiveLater();
    void saysWhoChangedWhat();
    void undoesWhatIsSelected();
    void undoesEverything();
    void savesWhatIsSelected();
    void keepsWhatIsSelectedInADirectory();
    void whatIsNotKeptIsSaid();
    void makesAnImageOfWhatIsSelected();
    void aFailedUndoIsTriedAgain();
    void saysWhatOnlyCopiesTake();
    void saysHowMuchReallyDiffers();
    void countsWhatIsInSight();
    void countsNoMoreWhereThatIsRefused();
    void findsInTheDifference();
    void isDraggedOut();
    void noDirectoryOfTheImageIsDragged();
    void aRemovedContainerEndsADrag();
    void aStoppedDragGivesNothing();
    void onlyTheLastCopiesStay();
    void aCopyIsOpened();
    void noProgramIsOpened();
    void keysDoWhatTheMenuDoes();
    void findsPathsThatAreNoText();
    void staysAsItWasArranged();

private:
    QTreeView* tree() const { return find<QTreeView>(u"changesTree"_s); }
    pages::DifferenceView* difference() const { return find<pages::DifferenceView>(u"changesDifference"_s); }
    QAction* pageAction(const QString& name) const { return m_window->findChild<QAction*>(name); }

    void showChanges(const QByteArray& lines)
    {
        m_helper->changes = lines;
        showActive();
        m_window->showPage(u"changes"_s);
        QTRY_VERIFY(tree()->isVisible() && tree()->model()->rowCount() > 0);
    }

    QModelIndex row(const QString& path) const
    {
        const auto found = tree()->model()->match(tree()->model()->index(0, 0), models::ChangesModel::PathRole, path, 1,
                                                  Qt::MatchExactly | Qt::MatchRecursive);
        return found.value(0);
    }

    using WindowFixture::choose;
    void choose(const QStringList& paths)
    {
        tree()->selectionModel()->clear();
        for (const QString& path : paths)
            tree()->selectionModel()->select(row(path), QItemSelectionModel::Select | QItemSelectionModel::Rows);
    }

    static QByteArray contentOf(const QString& path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("it cannot be read");
    }

    /// The directories of copies that there are.
    static QStringList copies() { return QDir::temp().entryList({u"lamella-??????"_s}, QDir::Dirs); }

    bool saysOnThePage(const QString& words) const
    {
        const auto banners = find<pages::Page>(u"changesPage"_s)->findChildren<widgets::Banner*>();
        return std::ranges::any_of(banners, [&](const widgets::Banner* one) { return one->text().contains(words); });
    }

    QString question() const
    {
        auto* asked = m_window->findChild<widgets::Confirmation*>();
        return asked ? asked->text() + u'\n' + asked->informativeText() : QString();
    }

    void consent()
    {
        QTRY_VERIFY(m_window->findChild<widgets::Confirmation*>());
        m_window->findChild<QPushButton*>(u"deedButton"_s)->click();
    }
};

constexpr const char* kChanges
    = R"({"path":"/etc/motd","change":"M","type":"file","bytes":4096,"size":9,"size_below":9,"time_usec":1700000000000000,"layer":"sha256:d"}
{"path":"/new","change":"A","type":"directory","bytes":4096}
{"path":"/new/one","change":"A","type":"file","bytes":8192}
{"path":"/new/two","change":"A","type":"file","bytes":8192}
{"path":"/old","change":"D","type":"file","bytes":0,"layer":"sha256:d"}
{"path":"/usr/big","change":"m","type":"file","bytes":5242880,"layer":"sha256:d"}
)";

void TestChanges::showsBothVersionsOfOneFile()
{
    showChanges(kChanges);
    QVERIFY(!difference()->isVisible());
    choose({u"/etc/motd"_s});
    QTRY_VERIFY(difference()->isVisible() && difference()->isReady());
    QCOMPARE(difference()->shownAs(), models::ShownAs::Text);
    QCOMPARE(m_helper->calls.count(u"ReadFile"_s), 2);
    // Several have no difference, nor have directories.
    choose({u"/etc/motd"_s, u"/old"_s});
    QTRY_VERIFY(!difference()->isVisible());
    choose({u"/new"_s});
    QVERIFY(!difference()->isVisible());
    QCOMPARE(m_helper->calls.count(u"ReadFile"_s), 2);
}

void TestChanges::goesFromChangeToChange()
{
    showChanges(kChanges);
    choose({u"/etc/motd"_s});
    QTRY_VERIFY(difference()->isVisible() && difference()->isReady());
    const auto* place = difference()->findChild<QLabel*>(u"changePlace"_s);
    QTRY_COMPARE(place->text(), u"1 of 2"_s);
    tree()->setFocus();
    press(Qt::Key_F7);
    QTRY_COMPARE(place->text(), u"2 of 2"_s);
    press(Qt::Key_F7, Qt::ShiftModifier);
    QTRY_COMPARE(place->text(), u"1 of 2"_s);
}

void TestChanges::showsTheFirstBeforeAll()
{
    QByteArray lines;
    for (int i = 0; i < 600; ++i)
        lines += R"({"path":"/f)" + QByteArray::number(i)
            + R"(","change":"A","type":"file","bytes":1})"
              "\n";
    const auto* totals = find<QLabel>(u"changesTotals"_s);
    QStringList said;
    const auto watch = connect(tree()->model(), &QAbstractItemModel::rowsInserted, this,
                               [&] { QTimer::singleShot(0, this, [&] { said.append(totals->text()); }); });
    const auto before = m_helper->calls.count(u"ListChanges"_s);
    showChanges(lines);
    QTRY_VERIFY(totals->text().startsWith(u"600 paths"_s));
    disconnect(watch);
    QVERIFY2(!said.isEmpty() && said.constFirst().startsWith(u"500 paths"_s)
                 && said.constFirst().endsWith(u"these are the first."_s),
             qPrintable(said.join(u'|')));
    QVERIFY(!totals->text().contains(u"these are the first"_s));
    QCOMPARE(m_helper->calls.count(u"ListChanges"_s), before + 2);
    // What is known is asked for at once.
    press(Qt::Key_F5);
    QTRY_COMPARE(m_helper->calls.count(u"ListChanges"_s), before + 3);
    QVERIFY(!m_helper->lastCall.value(u"ListChanges"_s).constFirst().toMap().contains(u"limit"_s));
}

void TestChanges::isKeptAsItIs()
{
    showChanges(kChanges);
    auto* pause = find<QToolButton>(u"changesPause"_s);
    QVERIFY(pause->isVisible());
    pause->setChecked(true);
    QTest::qWait(200); // an answer may be under way
    const auto before = m_helper->calls.count(u"ListChanges"_s);
    QTest::qWait(2500);
    QCOMPARE(m_helper->calls.count(u"ListChanges"_s), before);
    pause->setChecked(false);
    QTRY_COMPARE(m_helper->calls.count(u"ListChanges"_s), before + 1);
}

void TestChanges::showsChangesAsTheyHappen()
{
    m_helper->tellsChanges = true;
    showChanges(kChanges);
    const auto* mark = find<QLabel>(u"changesLive"_s);
    QTRY_COMPARE(mark->text(), u"● Live"_s);
    const auto read = [this] { return m_helper->calls.count(u"ListChanges"_s); };
    QTest::qWait(300);
    // Nothing happens, and nothing is read.
    const auto before = read();
    QTest::qWait(2500);
    QCOMPARE(read(), before);
    m_helper->changes += R"({"path":"/later","change":"A","type":"file","bytes":1})";
    for (int i = 0; i < 10; ++i)
        m_helper->tell("/later", dbus::kLiveWritten, "sh", 42);
    QTRY_VERIFY(row(u"/later"_s).isValid());
    QCOMPARE(read(), before + 1);
    QVERIFY2(mark->toolTip().contains(u"sh (42) wrote /later"_s), qPrintable(mark->toolTip()));
    m_helper->tell("/moved", dbus::kLiveRenamed, "mv", 43, "/later");
    QTRY_VERIFY2(mark->toolTip().contains(u"mv (43) renamed /later to /moved"_s), qPrintable(mark->toolTip()));
    m_helper->tell("/moved", dbus::kLiveDeleted | dbus::kLiveOurs, "", 0);
    QTRY_VERIFY2(mark->toolTip().contains(u"Lamella deleted /moved"_s), qPrintable(mark->toolTip()));

    find<QToolButton>(u"changesPause"_s)->setChecked(true);
    QCOMPARE(mark->text(), u"‖ Paused"_s);
    QTest::qWait(700);
    const auto paused = read();
    m_helper->tell("/later", dbus::kLiveWritten, "sh", 42);
    QTest::qWait(700);
    QCOMPARE(read(), paused);
    find<QToolButton>(u"changesPause"_s)->setChecked(false);
    QTRY_COMPARE(mark->text(), u"● Live"_s);
    QTRY_VERIFY(read() > paused);
    // The stream ends while it runs: it is asked for again.
    const auto asked = m_helper->calls.count(u"WatchChanges"_s);
    m_helper->endStream();
    QTRY_VERIFY(m_helper->calls.count(u"WatchChanges"_s) > asked);
    QTRY_COMPARE(mark->text(), u"● Live"_s);
}

void TestChanges::saysWhyItIsNotLive()
{
    showChanges(kChanges);
    const auto* mark = find<QLabel>(u"changesLive"_s);
    QTRY_COMPARE(mark->text(), u"○ Every 2 s"_s);
    QVERIFY2(mark->toolTip().contains(u"the kernel does not tell of changes"_s), qPrintable(mark->toolTip()));
    const auto before = m_helper->calls.count(u"ListChanges"_s);
    QTRY_VERIFY(m_helper->calls.count(u"ListChanges"_s) > before);
    QCOMPARE(m_helper->calls.count(u"WatchChanges"_s), 1);
    // When it runs again it may be otherwise.
    const QString id = m_client->containers().constFirst()->id();
    m_helper->changeContainer(id, {{u"State"_s, u"stopped"_s}, {u"ExitStatus"_s, 0}});
    QTRY_VERIFY(!mark->isVisible());
    m_helper->tellsChanges = true;
    m_helper->changeContainer(id, {{u"State"_s, u"running"_s}, {u"ExitStatus"_s, -1}});
    QTRY_COMPARE(mark->text(), u"● Live"_s);
}

void TestChanges::asksAgainWhereItMayBeLiveLater()
{
    m_helper->tellsNoChanges = u"LimitExceeded"_s;
    showChanges(kChanges);
    const auto* mark = find<QLabel>(u"changesLive"_s);
    QTRY_COMPARE(mark->text(), u"○ Every 2 s"_s);
    QTRY_VERIFY(m_helper->calls.count(u"WatchChanges"_s) > 1);
    QCOMPARE(mark->text(), u"○ Every 2 s"_s);
    m_helper->tellsChanges = true;
    QTRY_COMPARE(mark->text(), u"● Live"_s);
}

void TestChanges::saysWhoChangedWhat()
{
    showChanges(kChanges);
    QVERIFY(tree()->isColumnHidden(models::ChangesModel::WriterColumn));
    m_helper->changes
        = R"({"path":"/a","change":"A","type":"file","bytes":1,"time_usec":1700000000000000,"writer":"nginx","writer_pid":42,"writer_host_pid":4711,"written_usec":1700000000000000,"renamed_from":"/tmp/a"}
{"path":"/b","change":"m","type":"file","bytes":1,"writer":"","writer_host_pid":4712,"writer_is_lamella":true}
{"path":"/c","change":"D","type":"file","bytes":0,"writer":"","writer_host_pid":4713,"written_usec":1700000000000000}
)";
    QTRY_VERIFY(row(u"/c"_s).isValid());
    QVERIFY(!tree()->isColumnHidden(models::ChangesModel::WriterColumn));
    const auto by
        = [this](const QString& path) { return row(path).siblingAtColumn(models::ChangesModel::WriterColumn); };
    QCOMPARE(by(u"/a"_s).data().toString(), u"nginx (42)"_s);
    QCOMPARE(by(u"/a"_s).data(Qt::ToolTipRole).toString(), u"nginx, process 42 in the container, 4711 on the host"_s);
    QCOMPARE(row(u"/a"_s).data().toString(), u"a (renamed from /tmp/a)"_s);
    QCOMPARE(by(u"/b"_s).data().toString(), u"Lamella"_s);
    QVERIFY(by(u"/c"_s).data(Qt::ToolTipRole).toString().contains(u"4713"_s));
    QVERIFY(!row(u"/c"_s).siblingAtColumn(models::ChangesModel::TimeColumn).data().toString().isEmpty());
}

void TestChanges::undoesWhatIsSelected()
{
    showChanges(kChanges);
    QVERIFY(!pageAction(u"changesUndoSelected"_s)->isEnabled());
    choose({u"/new"_s, u"/new/one"_s, u"/old"_s, u"/usr"_s});
    tree()->setFocus();
    press(Qt::Key_Z, Qt::ControlModifier);
    QTRY_VERIFY(!question().isEmpty());
    // What lies below another one counts once.
    QVERIFY2(question().contains(u"Deleted: 3 added"_s) && question().contains(u"20."_s), qPrintable(question()));
    QVERIFY2(question().contains(u"running"_s), qPrintable(question()));
    consent();
    QTRY_COMPARE(m_helper->undone, (QByteArrayList{"/new", "/old", "/usr"}));
    // The list is read again when it has been done.
    m_helper->changes = R"({"path":"/etc/motd","change":"M","type":"file","bytes":4096,"layer":"sha256:d"})";
    m_helper->endJob({});
    QTRY_VERIFY(!row(u"/new"_s).isValid());
}

void TestChanges::undoesEverything()
{
    showChanges(kChanges);
    pageAction(u"changesUndoAll"_s)->trigger();
    consent();
    QTRY_COMPARE(m_helper->undone, QByteArrayList{"/"});
}

void TestChanges::savesWhatIsSelected()
{
    showChanges(kChanges);
    choose({u"/new"_s, u"/old"_s});
    const QString archive = file(u"changes.tar"_s);
    pageAction(u"changesSave"_s)->trigger();
    choose(u"exportChooser"_s, archive);
    QTRY_VERIFY(m_helper->calls.contains(u"SaveChanges"_s));
    QCOMPARE(m_helper->lastCall.value(u"SaveChanges"_s).constFirst().value<QByteArrayList>(),
             (QByteArrayList{"/new", "/old"}));
}

void TestChanges::keepsWhatIsSelectedInADirectory()
{
    showChanges(kChanges);
    choose({u"/new"_s, u"/old"_s});
    // One is there from the last time.
    QVERIFY(QDir(m_directory->path()).mkdir(u"one-changes"_s));
    pageAction(u"changesKeep"_s)->trigger();
    choose(u"keepChooser"_s, m_directory->path());
    QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
    const QVariantList asked = m_helper->lastCall.value(u"SaveChanges"_s);
    QCOMPARE(asked.at(0).value<QByteArrayList>(), (QByteArrayList{"/new", "/old"}));
    QCOMPARE(asked.at(1).toString(), u"directory"_s);
    const QString made = m_directory->filePath(u"one-changes-2"_s);
    QCOMPARE(QFileInfo(made).permissions() & 0x7777,
             QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner | QFile::ReadUser | QFile::WriteUser
                 | QFile::ExeUser);
    m_helper->endJob({}, {}, {u"D /old"_s, u"S /pipe"_s});
    QTRY_VERIFY(banner()->isVisible());
    QVERIFY2(banner()->text().contains(made) && banner()->text().contains(u"/old (deleted), /pipe (no file)"),
             qPrintable(banner()->text()));
}

void TestChanges::whatIsNotKeptIsSaid()
{
    showChanges(kChanges);
    choose({u"/new"_s});
    pageAction(u"changesKeep"_s)->trigger();
    choose(u"keepChooser"_s, m_directory->path());
    QTRY_VERIFY(m_helper->calls.contains(u"Wait"_s));
    const QString made = m_directory->filePath(u"one-changes"_s);
    QVERIFY(QFileInfo::exists(made));
    m_helper->endJob(u"the disk is full"_s, u"NoSpace"_s);
    QTRY_VERIFY(banner()->isVisible() && banner()->text().contains(u"the disk is full"));
    // Nothing had been written.
    QVERIFY(!QFileInfo::exists(made));
    m_helper->calls.clear();
    pageAction(u"changesKeep"_s)->trigger();
    choose(u"keepChooser"_s, m_directory->filePath(u"nowhere"_s));
    QTRY_VERIFY(banner()->text().contains(u"nowhere"));
    QVERIFY(!m_helper->calls.contains(u"SaveChanges"_s));
}

void TestChanges::makesAnImageOfWhatIsSelected()
{
    showChanges(kChanges);
    choose({u"/new"_s});
    pageAction(u"changesCommit"_s)->trigger();
    auto* dialog = m_window->findChild<dialogs::NewImageDialog*>();
    QVERIFY(dialog);
    dialog->accept();
    QTRY_VERIFY(m_helper->calls.contains(u"Commit"_s));
    QVERIFY(optionsOf(u"Commit"_s).contains(u"paths"_s));
}

void TestChanges::aFailedUndoIsTriedAgain()
{
    showChanges(kChanges);
    m_helper->failNext(u"UndoChanges"_s, u"Busy"_s, u"the container one must wait: its changes are being undone"_s);
    choose({u"/old"_s});
    pageAction(u"changesUndoSelected"_s)->trigger();
    consent();
    const auto banners = [this] {
        for (auto* one : m_window->findChildren<widgets::Banner*>()) {
            if (one->isVisible() && one->text().contains(u"must wait"_s))
                return one;
        }
        return static_cast<widgets::Banner*>(nullptr);
    };
    QTRY_VERIFY(banners());
    banners()->findChild<QPushButton*>(u"bannerAction"_s)->click();
    QTRY_COMPARE(m_helper->undone, QByteArrayList{"/old"});
}

void TestChanges::saysWhatOnlyCopiesTake()
{
    showChanges(kChanges);
    const QString totals = find<QLabel>(u"changesTotals"_s)->text();
    QVERIFY2(totals.contains(u"5.0 MB of it"_s), qPrintable(totals));
}

void TestChanges::saysHowMuchReallyDiffers()
{
    m_helper->differing = {{"/etc/motd", 3}};
    showChanges(kChanges);
    const auto differs = [this](const QString& path) {
        return row(path).siblingAtColumn(models::ChangesModel::DiffersColumn).data().toString();
    };
    m_window->resize(1600, 900);
    QVERIFY(!tree()->isColumnHidden(models::ChangesModel::DiffersColumn));
    QTRY_COMPARE(differs(u"/etc/motd"_s), u"3 B"_s);
    QCOMPARE(row(u"/etc/motd"_s).siblingAtColumn(models::ChangesModel::DiffersColumn).data(Qt::ToolTipRole).toString(),
             u"3 of 9 bytes differ from the image's file."_s);
    // What follows from the change is not asked for.
    QCOMPARE(m_helper->lastCall.value(u"CompareContent"_s).constFirst().value<QByteArrayList>(),
             QByteArrayList{"/etc/motd"});
    QCOMPARE(differs(u"/usr/big"_s), u"0 B"_s);
    QCOMPARE(differs(u"/old"_s), QString());
    QCOMPARE(differs(u"/new"_s), QString());
    // Until it is another file.
    m_helper->differing = {};
    press(Qt::Key_F5);
    QTRY_COMPARE(m_helper->calls.count(u"ListChanges"_s) > 1, true);
    QTest::qWait(300);
    QCOMPARE(m_helper->calls.count(u"CompareContent"_s), 1);
    m_helper->changes = QByteArray(kChanges).replace("\"size\":9,", "\"size\":12,");
    press(Qt::Key_F5);
    QTRY_COMPARE(differs(u"/etc/motd"_s), u"not known"_s);
    QCOMPARE(m_helper->calls.count(u"CompareContent"_s), 2);
    // A narrow page has no room for it, and says it of what is selected beside its size.
    m_window->resize(900, 700);
    QTRY_VERIFY(tree()->isColumnHidden(models::ChangesModel::DiffersColumn));
    m_helper->differing = {{"/etc/motd", 7}};
    m_helper->changes.replace("\"size\":12,", "\"size\":13,");
    const auto before = m_helper->calls.count(u"ListChanges"_s);
    press(Qt::Key_F5);
    QTRY_VERIFY(m_helper->calls.count(u"ListChanges"_s) > before);
    QTest::qWait(300);
    QCOMPARE(m_helper->calls.count(u"CompareContent"_s), 2);
    choose({u"/etc/motd"_s});
    QTRY_COMPARE(
        row(u"/etc/motd"_s).siblingAtColumn(models::ChangesModel::BytesColumn).data(Qt::ToolTipRole).toString(),
        u"7 of 13 bytes differ from the image's file."_s);
    QTRY_VERIFY(difference()->isVisible() && difference()->isReady());
    const auto* attributes = difference()->findChild<QLabel*>(u"differenceAttributes"_s);
    QTRY_VERIFY2(attributes->isVisible() && attributes->text().contains(u"7 of 13 bytes differ"_s),
                 qPrintable(attributes->text()));
    choose({u"/usr/big"_s});
    QTRY_VERIFY2(!attributes->text().contains(u"differ"_s), qPrintable(attributes->text()));
}

void TestChanges::countsWhatIsInSight()
{
    QByteArray lines;
    for (int number = 0; number < 400; ++number) {
        const QByteArray path = "/" + QByteArray::number(1000 + number);
        lines += R"({"path":")" + path
            + R"(","change":"M","type":"file","bytes":4096,"size":90,"size_below":90})"
              "\n";
        m_helper->differing.insert(path, quint64(number % 90));
    }
    m_helper->comparedAtOnce = 5; // the rest is asked for again
    m_helper->failNext(u"CompareContent"_s, u"LimitExceeded"_s, u"you have 8 readings under way already"_s);
    showChanges(lines);
    m_window->resize(1600, 900);
    const auto differs = [this](const QString& path) {
        return row(path).siblingAtColumn(models::ChangesModel::DiffersColumn).data().toString();
    };
    QTRY_COMPARE_WITH_TIMEOUT(differs(u"/1001"_s), u"1 B"_s, 10'000);
    QTRY_COMPARE_WITH_TIMEOUT(differs(u"/1007"_s), u"7 B"_s, 10'000);
    QTest::qWait(2000);
    QCOMPARE(differs(u"/1399"_s), u"…"_s);
    // Of all where the list goes by it.
    m_helper->comparedAtOnce = 256;
    tree()->sortByColumn(models::ChangesModel::DiffersColumn, Qt::DescendingOrder);
    QTRY_COMPARE_WITH_TIMEOUT(differs(u"/1399"_s), u"39 B"_s, 20'000);
    QTRY_COMPARE_WITH_TIMEOUT(tree()->model()->index(0, models::ChangesModel::DiffersColumn).data().toString(),
                              u"89 B"_s, 20'000);
}

void TestChanges::countsNoMoreWhereThatIsRefused()
{
    m_helper->differing = {{"/etc/motd", 3}};
    m_helper->failNext(u"CompareContent"_s, u"org.freedesktop.DBus.Error.UnknownMethod"_s, u"no such method"_s);
    showChanges(kChanges);
    m_window->resize(1600, 900);
    const auto differs
        = [this] { return row(u"/etc/motd"_s).siblingAtColumn(models::ChangesModel::DiffersColumn).data().toString(); };
    QTRY_COMPARE(differs(), u"not known"_s);
    // Not after a while, nor for another list.
    QTest::qWait(5500);
    QCOMPARE(differs(), u"not known"_s);
    QVERIFY(!m_helper->calls.contains(u"CompareContent"_s)); // one that fails is not noted
}

void TestChanges::findsInTheDifference()
{
    showChanges(kChanges);
    choose({u"/etc/motd"_s});
    QTRY_VERIFY(difference()->isVisible() && difference()->isReady());
    tree()->setFocus();
    press(Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
    auto* field = difference()->findChild<QLineEdit*>(u"findField"_s);
    QTRY_VERIFY(field->hasFocus());
    QTest::keyClicks(field, u"same"_s);
    const auto* place = difference()->findChild<QLabel*>(u"findPlace"_s);
    QTRY_COMPARE(place->text(), u"1 of 2"_s);
    // From the list as well.
    tree()->setFocus();
    press(Qt::Key_F3);
    QTRY_COMPARE(place->text(), u"2 of 2"_s);
    press(Qt::Key_F3, Qt::ShiftModifier);
    QTRY_COMPARE(place->text(), u"1 of 2"_s);
}

void TestChanges::isDraggedOut()
{
    m_helper->tree.fill();
    m_helper->tree.files.insert("/new", {u"directory"_s, 0755});
    m_helper->tree.files.insert("/new/one", {u"file"_s, 0644, "first"});
    m_helper->tree.files.insert("/new/two", {u"symlink"_s, 0777, "one"});
    m_helper->tree.files.insert("/etc/motd", {u"file"_s, 04755, "hello"});
    showChanges(kChanges);
    choose({u"/etc/motd"_s, u"/new"_s, u"/new/one"_s, u"/old"_s});
    // What was deleted cannot be taken along.
    QVERIFY(row(u"/new"_s).flags().testFlag(Qt::ItemIsDragEnabled));
    QVERIFY(!row(u"/old"_s).flags().testFlag(Qt::ItemIsDragEnabled));
    const std::unique_ptr<QMimeData> data(static_cast<pages::ChangesTree*>(tree())->draggedData());
    QVERIFY(data->hasUrls());
    QVERIFY(!m_helper->calls.contains(u"ListDirectory"_s)); // nothing is copied before it is wanted
    const QList<QUrl> urls = data->urls();
    QCOMPARE(urls.size(), 2);
    const QString motd = urls.first().toLocalFile();
    QVERIFY2(motd.endsWith("/motd"_L1), qPrintable(motd));
    QCOMPARE(contentOf(motd), "hello");
    QCOMPARE(QFileInfo(motd).permissions() & QFile::ExeOwner, QFile::ExeOwner);
    QCOMPARE(contentOf(urls.last().toLocalFile() + u"/one"_s), "first");
    QCOMPARE(QFileInfo(urls.last().toLocalFile() + u"/two"_s).symLinkTarget(),
             QFileInfo(urls.last().toLocalFile() + u"/one"_s).filePath());
}

void TestChanges::noDirectoryOfTheImageIsDragged()
{
    m_helper->tree.fill();
    m_helper->tree.files.insert("/usr/big", {u"file"_s, 0644, "big"});
    m_helper->tree.files.insert("/root", {u"directory"_s, 0700});
    showChanges(QByteArray(kChanges) + R"({"path":"/root","change":"m","type":"directory","bytes":0})" + '\n');
    for (const QString& path : {u"/usr"_s, u"/etc"_s, u"/root"_s})
        QVERIFY2(!row(path).flags().testFlag(Qt::ItemIsDragEnabled), qPrintable(path));
    choose({u"/usr"_s, u"/usr/big"_s, u"/root"_s});
    const std::unique_ptr<QMimeData> data(static_cast<pages::ChangesTree*>(tree())->draggedData());
    const QList<QUrl> urls = data->urls();
    QCOMPARE(urls.size(), 1);
    QVERIFY2(urls.first().path().endsWith("/big"_L1), qPrintable(urls.first().path()));
    QVERIFY(!m_helper->calls.contains(u"ListDirectory"_s));
}

void TestChanges::aStoppedDragGivesNothing()
{
    m_helper->tree.fill();
    showChanges(kChanges);
    choose({u"/etc/motd"_s});
    const QStringList before = copies();
    const std::unique_ptr<QMimeData> data(static_cast<pages::ChangesTree*>(tree())->draggedData());
    auto* page = find<pages::Page>(u"changesPage"_s);
    BusyPool busy;
    QTimer::singleShot(0, this, [&] {
        page->findChild<QPushButton*>(u"copyCancel"_s)->click();
        busy.end();
    });
    QCOMPARE(data->urls(), QList<QUrl>());
    QVERIFY(saysOnThePage(u"Copying was stopped"_s));
    QCOMPARE(copies(), before);
}

void TestChanges::onlyTheLastCopiesStay()
{
    m_helper->tree.fill();
    showChanges(kChanges);
    choose({u"/etc/motd"_s});
    QStringList made;
    for (int i = 0; i < 10; ++i) {
        const std::unique_ptr<QMimeData> data(static_cast<pages::ChangesTree*>(tree())->draggedData());
        QCOMPARE(data->urls().size(), 1);
        made.append(data->urls().first().toLocalFile());
    }
    for (const QString& path : made)
        QCOMPARE(QFileInfo::exists(path), made.indexOf(path) >= 2);
}

void TestChanges::aRemovedContainerEndsADrag()
{
    showChanges(kChanges);
    choose({u"/etc/motd"_s});
    const std::unique_ptr<QMimeData> data(static_cast<pages::ChangesTree*>(tree())->draggedData());
    // The directory for the copies is opened when the container has gone.
    BusyPool busy;
    const client::ContainerClient* container = m_client->containers().constFirst();
    connect(container, &QObject::destroyed, this, [&busy] { busy.end(); });
    QTimer::singleShot(0, this, [this, id = container->id()] { m_helper->removeContainer(id); });
    const auto before = m_helper->calls.count(u"ReadFile"_s);
    QCOMPARE(data->urls(), QList<QUrl>());
    QVERIFY(m_client->containers().isEmpty());
    QCOMPARE(m_helper->calls.count(u"ReadFile"_s), before);
    QVERIFY(saysOnThePage(u"The container or image was removed meanwhile."_s));
}

void TestChanges::aCopyIsOpened()
{
    m_helper->tree.fill();
    m_helper->tree.files.insert("/etc/motd", {u"file"_s, 0755, "hello"});
    showChanges(kChanges);
    tree()->setFocus();
    for (const QString& path : {u"/new"_s, u"/old"_s, u"/etc"_s}) {
        choose({path});
        QVERIFY2(!pageAction(u"changesOpen"_s)->isEnabled(), qPrintable(path));
    }
    OpenedFiles opened;
    choose({u"/etc/motd"_s});
    press(Qt::Key_Return);
    QTRY_COMPARE(opened.files.size(), 1);
    QCOMPARE(contentOf(opened.files.first()), "hello");
    // Neither written to, nor run.
    QCOMPARE(QFileInfo(opened.files.first()).permissions() & ~(QFile::ReadUser | QFile::WriteUser),
             QFile::Permissions(QFile::ReadOwner));
    // A link, which it has become meanwhile, is not opened: it leads to a file of this machine.
    m_helper->tree.files.insert("/etc/motd", {u"symlink"_s, 0777, "/etc/passwd"});
    pageAction(u"changesOpen"_s)->trigger();
    QTest::qWait(500);
    QCOMPARE(opened.files.size(), 1);
    m_helper->tree.files.remove("/etc/motd");
    pageAction(u"changesOpen"_s)->trigger();
    QTRY_VERIFY(saysOnThePage(u"/etc/motd: it is gone."_s));
}

void TestChanges::noProgramIsOpened()
{
    m_helper->tree.fill();
    m_helper->tree.files.insert("/readme", {u"file"_s, 0644, "[Desktop Entry]\nType=Application\nExec=xterm\n"});
    m_helper->tree.files.insert("/setup.exe", {u"file"_s, 0644, "words\n"});
    showChanges(R"({"path":"/readme","change":"A","type":"file","bytes":1}
{"path":"/setup.exe","change":"A","type":"file","bytes":1})");
    const OpenedFiles opened;
    const QStringList before = copies();
    for (const QString& path : {u"/readme"_s, u"/setup.exe"_s}) {
        choose({path});
        pageAction(u"changesOpen"_s)->trigger();
        QTRY_VERIFY2(saysOnThePage(path.mid(1) + u" is not opened"_s), qPrintable(path));
    }
    QCOMPARE(opened.files, QStringList());
    QCOMPARE(copies(), before);
}

void TestChanges::keysDoWhatTheMenuDoes()
{
    showChanges(kChanges);
    tree()->setFocus();
    choose({u"/etc/motd"_s, u"/old"_s});
    press(Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
    QTRY_COMPARE(QGuiApplication::clipboard()->text(), u"/etc/motd\n/old"_s);
    QSignalSpy kept(m_window->findChild<pages::Page*>(u"changesPage"_s), &pages::Page::keepRequested);
    press(Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
    QTRY_COMPARE(kept.count(), 1);
    QCOMPARE(kept.constFirst().constFirst().value<QByteArrayList>(), (QByteArrayList{"/etc/motd", "/old"}));
    QTRY_VERIFY(m_window->findChild<QFileDialog*>());
    m_window->findChild<QFileDialog*>()->reject();
    backToWindow();
    tree()->setFocus();
    press(Qt::Key_Z, Qt::ControlModifier);
    QTRY_VERIFY(question().contains(u"Undo"_s));
}

void TestChanges::findsPathsThatAreNoText()
{
    const QByteArray raw("/odd\xff/name\xfe");
    showChanges(R"({"path":"/odd)"
                "\xef\xbf\xbd/name\xef\xbf\xbd"
                R"(","change":"A","type":"file","bytes":1,"path_base64":")"
                + raw.toBase64() + "\"}\n");
    tree()->selectAll();
    pageAction(u"changesUndoSelected"_s)->trigger();
    consent();
    QTRY_COMPARE(m_helper->undone, QByteArrayList{"/odd\xff"});
}

void TestChanges::staysAsItWasArranged()
{
    showChanges(kChanges);
    m_window->resize(1600, 900);
    choose({u"/etc/motd"_s});
    QTRY_VERIFY(difference()->isVisible());
    auto* splitter = find<QSplitter>(u"changesSplitter"_s);
    splitter->setSizes({200, 400});
    tree()->header()->resizeSection(models::ChangesModel::LayerColumn, 222);
    tree()->header()->resizeSection(models::ChangesModel::BytesColumn, 111);
    tree()->sortByColumn(models::ChangesModel::BytesColumn, Qt::DescendingOrder);
    QSettings settings(m_directory->filePath(u"settings.ini"_s), QSettings::IniFormat);
    m_window->save(settings);

    app::MainWindow other(m_client.get());
    other.restore(settings);
    other.resize(1600, 900);
    other.show();
    auto* header = other.findChild<QTreeView*>(u"changesTree"_s)->header();
    QCOMPARE(header->sectionSize(models::ChangesModel::LayerColumn), 222);
    QCOMPARE(header->sectionSize(models::ChangesModel::BytesColumn), 111);
    QCOMPARE(header->sortIndicatorSection(), int(models::ChangesModel::BytesColumn));
    QCOMPARE(header->sortIndicatorOrder(), Qt::DescendingOrder);
    // What is hidden goes by what there is now.
    QVERIFY(header->isSectionHidden(models::ChangesModel::WriterColumn));
    QCOMPARE(other.findChild<QSplitter*>(u"changesSplitter"_s)->saveState(), splitter->saveState());
}

QTEST_MAIN(TestChanges)
#include "test_changes.moc"
