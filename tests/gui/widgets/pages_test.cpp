// SPDX-License-Identifier: GPL-3.0-or-later
// Every tab of a container's details with a helper that answers what the test wants.
#include "gui/client/client.h"
#include "gui/models/change_words.h"
#include "gui/models/changes_model.h"
#include "gui/models/layer_files_model.h"
#include "gui/models/layers_model.h"
#include "gui/models/log_model.h"
#include "gui/models/process_tree_model.h"
#include "gui/pages/page.h"
#include "gui/pages/pages.h"
#include "gui/pages/terminalpage.h"
#include "gui/terminal/terminalview.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/historygraph.h"
#include "gui/widgets/keyvalue.h"
#include "gui/widgets/statebadge.h"
#include "gui/widgets/treemap.h"
#include "tests/gui/widgets/fake_service.h"
#include "tests/gui/widgets/schemes.h"

#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBlock>
#include <QToolButton>
#include <QTreeView>

#include <memory>

using namespace lamella;
using models::ChangesModel;

namespace {

const QByteArray kChanges
    = R"({"path":"/etc/motd","change":"M","type":"file","bytes":120,"layer":"sha256:1111111111111111111111111111111111111111111111111111111111111111"}
{"path":"/root/new","change":"A","type":"file","bytes":3000000}
{"path":"/root/secret","change":"m","type":"file","bytes":9}
{"path":"/usr/share/old","change":"D","type":"char","bytes":0,"layer":"sha256:1111111111111111111111111111111111111111111111111111111111111111"}
)";
const QByteArray kLog
    = "2026-01-01T10:00:00.000000001Z stdout F first\n2026-01-01T10:00:01Z stderr F \x1b[31mtrouble\x1b[0m\n"
      "2026-01-01T10:00:02Z stdout F last\n";

/// Every text that can be read on a page now.
QString textOf(const QWidget* page)
{
    QStringList texts;
    for (const QLabel* label : page->findChildren<QLabel*>())
        if (label->isVisible())
            texts.append(label->text());
    return texts.join(u'\n');
}

} // namespace

class PagesTest : public QObject {
    Q_OBJECT

private:
    PrivateBus m_bus;
    std::unique_ptr<FakeService> m_service;
    std::unique_ptr<client::Client> m_client;
    std::unique_ptr<pages::Page> m_page;

    client::ContainerClient* container() const { return m_client->container(m_service->containerId()); }

    void showPage(const char* id)
    {
        for (const pages::PageInfo& info : pages::containerPages())
            if (qstrcmp(info.id, id) == 0)
                m_page.reset(info.create(m_client.get(), nullptr));
        m_page->resize(900, 600);
        m_page->setContainer(container());
        m_page->show();
    }

    template <class T>
    T* find(const char* name) const
    {
        return m_page->findChild<T*>(QLatin1StringView(name));
    }

private Q_SLOTS:
    void initTestCase()
    {
        useScheme(false);
        QVERIFY(m_bus.start());
    }

    void init()
    {
        m_service = std::make_unique<FakeService>();
        QVERIFY(m_service->start(m_bus));
        m_service->setChanges(kChanges);
        m_service->appendLog(kLog);
        m_service->fillStats(300, 0);
        m_client = std::make_unique<client::Client>();
        m_client->connectToHelper();
        QTRY_VERIFY(m_client->isReady());
        QVERIFY(container());
    }

    void cleanup()
    {
        m_page.reset();
        m_client.reset();
        m_service.reset();
    }

    void everyPageTellsWhatItIsForWithoutAContainer_data()
    {
        QTest::addColumn<QString>("id");
        for (const pages::PageInfo& info : pages::containerPages())
            QTest::newRow(info.id) << QString::fromLatin1(info.id);
    }
    void everyPageTellsWhatItIsForWithoutAContainer()
    {
        QFETCH(QString, id);
        showPage(id.toLatin1().constData());
        m_page->setContainer(nullptr);
        QVERIFY(!textOf(m_page.get()).trimmed().isEmpty());
        m_page->setContainer(container());
    }

    void overviewSaysWhatItIs()
    {
        showPage("overview");
        const QString text = textOf(m_page.get());
        const QString cgroup = find<QLineEdit>("cgroup")->text();
        QVERIFY2(cgroup.startsWith(QStringLiteral("/lamella/")), qPrintable(cgroup));
        for (const char16_t* part :
             {u"starter:latest", u"100000", u"4242", u"64 MB", u"50 % of one CPU", u"clone3", u"3.99 ms"})
            QVERIFY2(text.contains(QStringView(part)), qPrintable(QString(QStringView(part)) + u'\n' + text));
        QVERIFY(find<widgets::StateBadge>("overviewState")->text().startsWith(QStringLiteral("running")));
        QTRY_VERIFY(find<widgets::HistoryGraph>("overviewCpu")->currentValue().has_value());
    }

    void overviewSaysHowItEnded()
    {
        showPage("overview");
        m_service->setContainer({{QStringLiteral("State"), QStringLiteral("stopped")},
                                 {QStringLiteral("ExitStatus"), 137},
                                 {QStringLiteral("OomKilled"), true},
                                 {QStringLiteral("FinishedUsec"), quint64{1'800'000'000'000'000}}});
        QTRY_VERIFY(find<widgets::StateBadge>("overviewState")->text().contains(QStringLiteral("memory")));
        m_service->setContainer(
            {{QStringLiteral("LastError"), QStringLiteral("cannot execute <b>x</b>: no such file")}});
        QTRY_VERIFY(textOf(m_page.get()).contains(QStringLiteral("cannot execute <b>x</b>")));
    }

    void processesStandBelowTheShim()
    {
        showPage("processes");
        auto* view = find<QTreeView>("processTree");
        QTRY_COMPARE(view->model()->rowCount(), 1);
        const QModelIndex shim = view->model()->index(0, 0);
        QVERIFY(shim.data().toString().startsWith(QStringLiteral("lamella-shim")));
        const QModelIndex init = view->model()->index(0, 0, shim);
        QVERIFY(view->isExpanded(shim) && view->isExpanded(init));
        QCOMPARE(init.siblingAtColumn(models::ProcessTreeModel::ContainerPidColumn).data().toString(),
                 QStringLiteral("1"));
        QCOMPARE(init.siblingAtColumn(models::ProcessTreeModel::UserOutsideColumn).data().toString(),
                 QStringLiteral("100000"));
        QVERIFY(textOf(m_page.get()).contains(QStringLiteral("3 processes inside")));
        // What is folded and selected stays while the rows are read again.
        view->collapse(init);
        view->setCurrentIndex(init);
        const int calls = m_service->calls(QStringLiteral("ListProcesses"));
        QTRY_VERIFY(m_service->calls(QStringLiteral("ListProcesses")) >= calls + 2);
        QVERIFY(!view->isExpanded(init));
        QCOMPARE(view->currentIndex(), init);
    }

    void nothingIsAskedWhileHidden()
    {
        showPage("processes");
        QTRY_VERIFY(m_service->calls(QStringLiteral("ListProcesses")) > 0);
        m_page->hide();
        const int calls = m_service->calls(QStringLiteral("ListProcesses"));
        QTest::qWait(1500);
        QVERIFY(m_service->calls(QStringLiteral("ListProcesses")) <= calls + 1);
    }

    void failuresSayWhyAndOfferToTryAgain_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("member");
        QTest::newRow("processes") << QStringLiteral("processes") << QStringLiteral("ListProcesses");
        QTest::newRow("changes") << QStringLiteral("changes") << QStringLiteral("ListChanges");
        QTest::newRow("layers") << QStringLiteral("layers") << QStringLiteral("OpenLayers");
        QTest::newRow("logs") << QStringLiteral("logs") << QStringLiteral("OpenLog");
    }
    void failuresSayWhyAndOfferToTryAgain()
    {
        QFETCH(QString, id);
        QFETCH(QString, member);
        m_service->failWith(member, QStringLiteral("Failed"), QStringLiteral("the disk is on fire"));
        showPage(id.toLatin1().constData());
        QTRY_VERIFY(textOf(m_page.get()).contains(QStringLiteral("the disk is on fire")));
        m_service->failWith(member, {}, {});
        QTest::mouseClick(find<QPushButton>("bannerAction"), Qt::LeftButton);
        QTRY_VERIFY(!textOf(m_page.get()).contains(QStringLiteral("the disk is on fire")));
    }

    void stoppedContainersCanBeStartedFromThePage_data()
    {
        QTest::addColumn<QString>("id");
        QTest::newRow("processes") << QStringLiteral("processes");
        QTest::newRow("terminal") << QStringLiteral("terminal");
    }
    void stoppedContainersCanBeStartedFromThePage()
    {
        QFETCH(QString, id);
        m_service->setContainer(
            {{QStringLiteral("State"), QStringLiteral("stopped")}, {QStringLiteral("ExitStatus"), 0}});
        QTRY_VERIFY(!container()->isAlive());
        showPage(id.toLatin1().constData());
        QTest::mouseClick(find<QPushButton>("emptyStateAction"), Qt::LeftButton);
        QTRY_VERIFY(container()->isAlive());
    }

    void changesAreListedAndSummed()
    {
        showPage("changes");
        auto* view = find<QTreeView>("changesTree");
        QTRY_COMPARE(view->model()->rowCount(), 3);
        QTRY_VERIFY(textOf(m_page.get()).contains(QStringLiteral("2.9 MB in the writable layer")));
        auto* filter = find<QLineEdit>("changesFilter");
        filter->setText(QStringLiteral("motd"));
        QTRY_COMPARE(view->model()->rowCount(), 1);
        filter->clear();
        QTRY_COMPARE(view->model()->rowCount(), 3);
        QTest::mouseClick(find<QAbstractButton>("changesShowD"), Qt::LeftButton);
        QTRY_COMPARE(view->model()->rowCount(), 2);
        QTest::mouseClick(find<QAbstractButton>("changesFlat"), Qt::LeftButton);
        QTRY_COMPARE(view->model()->rowCount(), 3);
        // A change that comes later comes by itself.
        m_service->setChanges(kChanges
                              + R"({"path":"/tmp/later","change":"A","type":"file","bytes":1})"
                                "\n");
        QTRY_COMPARE(view->model()->rowCount(), 4);
    }

    void nothingChangedIsSaid()
    {
        m_service->setChanges({});
        showPage("changes");
        QTRY_VERIFY(textOf(m_page.get()).contains(QStringLiteral("changed nothing yet")));
    }

    void layersLieBelowTheWritableOne()
    {
        showPage("layers");
        auto* view = find<QListView>("layersStack");
        QTRY_COMPARE(view->model()->rowCount(), 4);
        QTRY_COMPARE(view->model()->index(0, 0).data(models::LayersModel::BytesRole).toULongLong(), 3'000'129ULL);
        view->setCurrentIndex(view->model()->index(1, models::LayersModel::CommandColumn));
        QVERIFY(find<QPlainTextEdit>("layerCommand")->isVisible());
        QVERIFY(find<QPlainTextEdit>("layerCommand")->toPlainText().startsWith(QStringLiteral("RUN adduser")));
        const auto* values = m_page->findChild<widgets::KeyValue*>();
        QCOMPARE(values->value(QStringLiteral("layerDiffId")), QStringLiteral("sha256:") + QString(64, u'3'));
    }

    void aLayerSaysWhatIsInIt()
    {
        showPage("layers");
        auto* view = find<QListView>("layersStack");
        auto* files = find<QTreeView>("layerFiles");
        QTRY_COMPARE(files->model()->rowCount(), 5);
        QVERIFY(textOf(m_page.get()).contains(QStringLiteral("wasted")));
        // Where the path that is chosen stands, the pile says.
        const auto letters = [view] {
            QString all;
            for (int row = 0; row < view->model()->rowCount(); ++row) {
                const int kind = view->model()->index(row, 0).data(models::LayersModel::MarkRole).toInt();
                all += kind < 0 ? QStringLiteral("-") : models::changeLetter(static_cast<client::ChangeKind>(kind));
            }
            return all;
        };
        QCOMPARE(letters(), QStringLiteral("----"));
        files->expandAll();
        const QModelIndex etc = files->model()->index(1, 0);
        files->setCurrentIndex(files->model()->index(2, 0, etc));
        QCOMPARE(files->currentIndex().data().toString(), QStringLiteral("passwd"));
        QCOMPARE(letters(), QStringLiteral("M-MA"));
        // The third layer deletes a directory's files; the stack above it does not have them any more.
        const auto shown = [files](const QString& name) {
            const QModelIndexList found = files->model()->match(files->model()->index(0, 0), Qt::DisplayRole, name, 1,
                                                                Qt::MatchExactly | Qt::MatchRecursive);
            return found.isEmpty() ? QString(QStringLiteral("none"))
                                   : found.first().siblingAtColumn(1).data().toString();
        };
        QCOMPARE(shown(QStringLiteral("big.txt")), QStringLiteral("none"));
        view->setCurrentIndex(view->model()->index(1, models::LayersModel::CommandColumn));
        QCOMPARE(shown(QStringLiteral("big.txt")), QStringLiteral("D"));
        QCOMPARE(shown(QStringLiteral("libm.so")), QString());
        QCOMPARE(files->currentIndex().data().toString(), QStringLiteral("passwd"));
        find<QToolButton>("layerAlone")->click();
        QCOMPARE(shown(QStringLiteral("libm.so")), QStringLiteral("none"));
        QCOMPARE(shown(QStringLiteral("libc.so")), QStringLiteral("M"));
    }

    void whatIsWastedLeadsToTheFile()
    {
        showPage("layers");
        auto* files = find<QTreeView>("layerFiles");
        QTRY_COMPARE(files->model()->rowCount(), 5);
        auto* tabs = find<QTabWidget>("layerTabs");
        QCOMPARE(tabs->tabText(2), QStringLiteral("Wasted (8)"));
        tabs->setCurrentIndex(2);
        auto* wasted = find<QTableView>("layerWasted");
        QCOMPARE(wasted->model()->index(0, 0).data().toString(), QStringLiteral("/usr/share/doc/big.txt"));
        wasted->setFocus();
        wasted->setCurrentIndex(wasted->model()->index(0, 0));
        QTest::keyClick(wasted, Qt::Key_Return);
        QCOMPARE(tabs->currentIndex(), 0);
        QCOMPARE(files->currentIndex().data().toString(), QStringLiteral("big.txt"));
        QCOMPARE(files->currentIndex().siblingAtColumn(1).data().toString(), QStringLiteral("D"));
        QCOMPARE(find<QListView>("layersStack")->currentIndex().row(), 1);
    }

    void whatTakesTheRoomIsARectangle()
    {
        showPage("layers");
        auto* files = find<QTreeView>("layerFiles");
        QTRY_COMPARE(files->model()->rowCount(), 5);
        find<QTabWidget>("layerTabs")->setCurrentIndex(1);
        auto* map = find<widgets::Treemap>("layerMap");
        map->resize(600, 400);
        // Twice as much takes twice the room.
        const auto area = [map](const QModelIndex& index) {
            const QRect rect = map->visualRect(index);
            return double(rect.width()) * rect.height();
        };
        double all = 0;
        quint64 bytes = 0;
        for (int row = 0; row < files->model()->rowCount(); ++row) {
            all += area(files->model()->index(row, 0));
            bytes += files->model()->index(row, 0).data(models::LayerFilesModel::BytesRole).toULongLong();
        }
        QVERIFY(all > 0.97 * map->width() * map->height());
        const QModelIndex var = files->model()->index(4, 0);
        QCOMPARE(var.data().toString(), QStringLiteral("var"));
        const double share = double(var.data(models::LayerFilesModel::BytesRole).toULongLong()) / double(bytes);
        QVERIFY(qAbs(area(var) / all - share) < 0.02);
        QCOMPARE(map->indexAt(map->visualRect(var).center()).data().toString(), QStringLiteral("app.log"));
        QTest::mouseClick(map, Qt::LeftButton, {}, map->visualRect(var).center());
        QCOMPARE(files->currentIndex().data().toString(), QStringLiteral("app.log"));
        QTest::keyClick(map, Qt::Key_Return);
        QCOMPARE(find<QLabel>("layerWhere")->text(), QStringLiteral("/var/log"));
        QTest::keyClick(map, Qt::Key_Backspace);
        QTest::keyClick(map, Qt::Key_Backspace);
        QCOMPARE(find<QLabel>("layerWhere")->text(), QStringLiteral("/"));
    }

    void statsShowThePast()
    {
        m_service->fillStats(300, 60);
        showPage("stats");
        auto* cpu = find<widgets::HistoryGraph>("cpuGraph");
        QTRY_VERIFY(cpu->currentValue().has_value());
        // A window that opened only now shows what was 4 minutes ago.
        const auto at = [cpu](int secondsAgo) {
            const quint64 time = static_cast<quint64>(QDateTime::currentMSecsSinceEpoch() - secondsAgo * 1000) * 1000;
            return cpu->textAt(cpu->positionOf(time, 0).x());
        };
        QVERIFY(!at(240).isEmpty());
        QVERIFY(at(120).isEmpty());
        QVERIFY(!at(30).isEmpty());
        QVERIFY(textOf(m_page.get()).contains(QStringLiteral("3 of at most 2048")));
    }

    void logsShowBothStreams()
    {
        showPage("logs");
        auto* text = find<QPlainTextEdit>("logText");
        QTRY_COMPARE(text->toPlainText(), QStringLiteral("first\ntrouble\nlast"));
        m_service->appendLog("2026-01-01T10:00:03Z stdout F more\n");
        QTRY_VERIFY(text->toPlainText().endsWith(QStringLiteral("more")));
        find<QLineEdit>("logSearch")->setText(QStringLiteral("r"));
        QTRY_VERIFY(find<QLabel>("logMatches")->text().endsWith(QStringLiteral("of 3")));
    }

    /// Log lines "line FIRST" to before "line END", 64 bytes each.
    static QByteArray numberedLines(int first, int end)
    {
        QByteArray lines;
        for (int i = first; i < end; ++i)
            lines += QByteArray("2026-01-01T10:00:03Z stdout F line " + QByteArray::number(i)).leftJustified(63, ' ')
                + '\n';
        return lines;
    }
    static int numberOf(const QString& line) { return line.section(u' ', 1, 1).toInt(); }

    void aLongLogLoadsItsBeginningWhenAsked()
    {
        // 6.1 MB: three times "earlier" and there is nothing more.
        constexpr int kLines = 100'000;
        m_service->rotateLog();
        m_service->appendLog(numberedLines(0, kLines));
        showPage("logs");
        const auto* text = find<QPlainTextEdit>("logText");
        QTRY_COMPARE_WITH_TIMEOUT(numberOf(text->document()->lastBlock().text()), kLines - 1, 30'000);
        const int firstShown = numberOf(text->document()->firstBlock().text());
        QVERIFY(firstShown > 0);
        auto* banner = m_page->findChild<widgets::Banner*>();
        QTRY_VERIFY(banner->isVisible());
        QVERIFY2(banner->text().contains(QStringLiteral("first 2.1 MB are not loaded")), qPrintable(banner->text()));
        int shown = firstShown;
        while (shown > 0) {
            QTest::mouseClick(banner->findChild<QPushButton*>(QStringLiteral("bannerAction")), Qt::LeftButton);
            QTRY_VERIFY(numberOf(text->document()->firstBlock().text()) < shown);
            QTest::qWait(0);
            shown = numberOf(text->document()->firstBlock().text());
        }
        QTRY_VERIFY(!banner->isVisible());
        const auto* model = m_page->findChild<models::LogModel*>();
        QCOMPARE(model->rowCount(), kLines);
        QCOMPARE(text->document()->blockCount(), kLines);
        for (int row = 0; row < kLines; ++row)
            QCOMPARE(numberOf(model->index(row).data().toString()), row);
    }

    void theWholeLogIsSaved()
    {
        constexpr int kLines = 80'000;
        m_service->appendLog(numberedLines(0, kLines));
        showPage("logs");
        QTest::mouseClick(find<QToolButton>("logSave"), Qt::LeftButton);
        auto* chooser = find<QFileDialog>("logSaver");
        QVERIFY(chooser);
        QTemporaryDir directory;
        const QString path = directory.filePath(QStringLiteral("saved.log"));
        Q_EMIT chooser->fileSelected(path);
        chooser->close();
        QTRY_VERIFY_WITH_TIMEOUT(textOf(m_page.get()).contains(QStringLiteral("saved in ") + path), 20'000);
        QFile saved(path);
        QVERIFY(saved.open(QIODevice::ReadOnly));
        const QList<QByteArray> lines = saved.readAll().trimmed().split('\n');
        QCOMPARE(lines.size(), kLines + 3);
        QVERIFY(lines.first().endsWith(" first"));
        QVERIFY(lines.last().trimmed().endsWith("line " + QByteArray::number(kLines - 1)));
    }

    void aLogThatCannotBeSavedIsExplained()
    {
        showPage("logs");
        QTest::mouseClick(find<QToolButton>("logSave"), Qt::LeftButton);
        auto* chooser = find<QFileDialog>("logSaver");
        Q_EMIT chooser->fileSelected(QStringLiteral("/proc/no/such/place.log"));
        chooser->close();
        QTRY_VERIFY(textOf(m_page.get()).contains(QStringLiteral("could not be saved in /proc/no/such/place.log")));
    }

    void aRotatedLogIsFollowed()
    {
        m_service->appendLog(numberedLines(0, 10'000));
        showPage("logs");
        const auto* text = find<QPlainTextEdit>("logText");
        QTRY_COMPARE(numberOf(text->document()->lastBlock().text()), 9'999);
        m_service->rotateLog();
        m_service->appendLog(numberedLines(10'000, 10'010));
        QTRY_COMPARE_WITH_TIMEOUT(numberOf(text->document()->lastBlock().text()), 10'009, 20'000);
        QCOMPARE(text->document()->blockCount(), 10'013);
    }

    void processesNeedNoScrollingWhenNarrow_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<bool>("state");
        QTest::newRow("a window of 860") << 690 << false;
        QTest::newRow("beside the list, in a window of 1280") << 782 << true;
        QTest::newRow("wide") << 1000 << true;
    }
    void processesNeedNoScrollingWhenNarrow()
    {
        QFETCH(int, width);
        QFETCH(bool, state);
        showPage("processes");
        m_page->resize(width, 500);
        auto* tree = find<QTreeView>("processTree");
        QTRY_COMPARE(tree->model()->rowCount(), 1);
        QTRY_COMPARE(tree->horizontalScrollBar()->maximum(), 0);
        QCOMPARE(!tree->isColumnHidden(models::ProcessTreeModel::StateColumn), state);
        for (const int column :
             {models::ProcessTreeModel::HostPidColumn, models::ProcessTreeModel::ContainerPidColumn,
              models::ProcessTreeModel::UserInsideColumn, models::ProcessTreeModel::UserOutsideColumn,
              models::ProcessTreeModel::CpuColumn, models::ProcessTreeModel::MemoryColumn})
            QVERIFY(!tree->isColumnHidden(column));
    }

    void aShellOpensInATabAndSaysHowItEnded()
    {
        showPage("terminal");
        QTest::mouseClick(find<QPushButton>("emptyStateAction"), Qt::LeftButton);
        QTRY_VERIFY(find<terminal::TerminalView>("terminalView"));
        auto* view = find<terminal::TerminalView>("terminalView");
        QTRY_VERIFY(view->isConnected());
        view->pasteText(QStringLiteral("echo $((40 + 2))-inside; exit 3\n"));
        QTRY_VERIFY(view->screenText().contains(QStringLiteral("42-inside")));
        QTRY_VERIFY(textOf(m_page.get()).contains(QStringLiteral("status 3")));
        QTest::mouseClick(find<QPushButton>("terminalStartAgain"), Qt::LeftButton);
        QTRY_VERIFY(view->isConnected());
        // Looking at nothing and coming back keeps the shell.
        m_page->setContainer(nullptr);
        m_page->setContainer(container());
        QVERIFY(view->isVisible() && view->isConnected());
    }

    void aShellThatIsNotThereIsExplained()
    {
        m_service->failWith(QStringLiteral("Exec"), QStringLiteral("NotFound"),
                            QStringLiteral("/bin/sh is not in the image"));
        showPage("terminal");
        qobject_cast<pages::TerminalPage*>(m_page.get())->openShell();
        QTRY_VERIFY(textOf(m_page.get()).contains(QStringLiteral("The image has no /bin/sh")));
    }
};

QTEST_MAIN(PagesTest)
#include "pages_test.moc"
