// SPDX-License-Identifier: GPL-3.0-or-later
// Paints every tab of a container's details into pictures: lamella-pages-gallery DIRECTORY.
#include "gui/client/client.h"
#include "gui/pages/page.h"
#include "gui/pages/pages.h"
#include "gui/pages/terminalpage.h"
#include "gui/terminal/terminalview.h"
#include "tests/gui/widgets/fake_service.h"
#include "tests/gui/widgets/schemes.h"

#include <QAbstractItemModel>
#include <QAbstractItemView>
#include <QAction>
#include <QCheckBox>
#include <QDialog>
#include <QDir>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QTabWidget>
#include <QTreeView>

#include <memory>

using namespace lamella;

namespace {

void wait(int milliseconds)
{
    QElapsedTimer timer;
    timer.start();
    while (!timer.hasExpired(milliseconds))
        QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
}

QByteArray log()
{
    QByteArray text;
    for (int i = 0; i < 60; ++i)
        text += QStringLiteral("2026-01-01T10:00:%1.120Z %2 F %3\n")
                    .arg(i, 2, 10, QLatin1Char('0'))
                    .arg(i % 9 == 4 ? QStringLiteral("stderr") : QStringLiteral("stdout"),
                         i % 9 == 4 ? QStringLiteral("cannot reach the database, trying again in 5 s")
                                    : QStringLiteral("GET /index.html 200 %1 ms").arg(i * 7 % 31))
                    .toUtf8();
    return text;
}

const QByteArray kChanges = R"({"path":"/etc","change":"m","type":"directory","bytes":0,"layer":"sha256:1111"}
{"path":"/etc/motd","change":"M","type":"file","bytes":120,"size":118,"size_below":101,"time_usec":1700000000000000,"layer":"sha256:1111111111111111111111111111111111111111111111111111111111111111","writer":"sh","writer_pid":9,"writer_host_pid":4711,"written_usec":1700000000000000}
{"path":"/etc/passwd","change":"M","type":"file","bytes":812,"size":800,"size_below":790,"layer":"sha256:2222222222222222222222222222222222222222222222222222222222222222"}
{"path":"/root/data/archive.tar","change":"A","type":"file","bytes":12000000,"size":11990000}
{"path":"/root/data/notes.txt","change":"A","type":"file","bytes":3100,"size":3056,"time_usec":1700000001000000,"writer":"mv","writer_pid":12,"writer_host_pid":4717,"written_usec":1700000001000000,"renamed_from":"/root/data/notes.tmp"}
{"path":"/usr/share/licence","change":"D","type":"char","bytes":0,"layer":"sha256:1111111111111111111111111111111111111111111111111111111111111111"}
)";

} // namespace

int main(int argc, char** argv)
{
    QApplication application(argc, argv);
    const QString directory = application.arguments().value(1, QStringLiteral("."));
    QDir().mkpath(directory);
    PrivateBus bus;
    FakeService service;
    if (!bus.start() || !service.start(bus))
        return 1;
    service.setChanges(kChanges);
    service.tree.fill();
    service.appendLog(log());
    service.fillStats(400, 30);
    client::Client client;
    client.connectToHelper();
    for (int i = 0; i < 100 && !client.isReady(); ++i)
        wait(20);
    for (const bool dark : {false, true}) {
        useScheme(dark);
        for (const pages::PageInfo& info : pages::containerPages()) {
            std::unique_ptr<pages::Page> page(info.create(&client, nullptr));
            page->resize(820, 640);
            page->setContainer(client.container(service.containerId()));
            page->show();
            if (auto* terminal = qobject_cast<pages::TerminalPage*>(page.get())) {
                terminal->openShell();
                wait(500);
                page->findChild<terminal::TerminalView*>()->pasteText(QStringLiteral("ls --color=always -l /\n"));
            }
            for (auto* view : page->findChildren<QAbstractItemView*>())
                if (view->objectName() == QLatin1StringView("layersStack"))
                    QMetaObject::invokeMethod(
                        view, [view] { view->setCurrentIndex(view->model()->index(1, 1)); }, Qt::QueuedConnection);
            if (auto* path = page->findChild<QLineEdit*>(QStringLiteral("filesPath"))) {
                wait(500);
                path->setText(QStringLiteral("/etc/nginx/nginx.conf"));
                Q_EMIT path->returnPressed();
            }
            wait(1500);
            const auto save = [&](const QString& what) {
                const QString name = QStringLiteral("page-%1-%2-%3x.png")
                                         .arg(what, dark ? QStringLiteral("dark") : QStringLiteral("light"))
                                         .arg(application.devicePixelRatio());
                page->grab().save(QDir(directory).filePath(name));
            };
            save(QString::fromLatin1(info.id));
            if (auto* edit = page->findChild<QAction*>(QStringLiteral("filesEdit"))) {
                edit->trigger();
                wait(500);
                page->findChild<QPlainTextEdit*>(QStringLiteral("editorText"))->insertPlainText(QStringLiteral("# "));
                save(QStringLiteral("files-editor"));
                auto* path = page->findChild<QLineEdit*>(QStringLiteral("filesPath"));
                path->setText(QStringLiteral("/etc/nginx"));
                Q_EMIT path->returnPressed();
                wait(300);
                page->findChild<QAction*>(QStringLiteral("filesPermissions"))->trigger();
                wait(300);
                if (auto* dialog = page->findChild<QDialog*>(QStringLiteral("permissionsDialog"))) {
                    dialog->findChild<QCheckBox*>(QStringLiteral("permissionsBelow"))->setChecked(true);
                    wait(50);
                    dialog->grab().save(
                        QDir(directory).filePath(QStringLiteral("permissions-%1.png")
                                                     .arg(dark ? QStringLiteral("dark") : QStringLiteral("light"))));
                    dialog->close();
                }
            }
            if (auto* changes = page->findChild<QTreeView*>(QStringLiteral("changesTree"))) {
                page->resize(1100, 640);
                changes->setCurrentIndex(changes->model()->index(0, 0, changes->model()->index(0, 0)));
                wait(1000);
                save(QStringLiteral("changes-wide"));
            }
            if (auto* tabs = page->findChild<QTabWidget*>(QStringLiteral("layerTabs"))) {
                auto* files = page->findChild<QTreeView*>(QStringLiteral("layerFiles"));
                files->expandAll();
                files->setCurrentIndex(files->model()->index(1, 0));
                files->setCurrentIndex(files->indexBelow(files->indexBelow(files->indexBelow(files->currentIndex()))));
                save(QStringLiteral("layers-files"));
                for (int tab = 1; tab < tabs->count(); ++tab) {
                    tabs->setCurrentIndex(tab);
                    wait(50);
                    save(QStringLiteral("layers-tab%1").arg(tab));
                }
                tabs->setCurrentIndex(0);
                page->resize(520, 800);
                wait(50);
                save(QStringLiteral("layers-narrow"));
            }
        }
    }
}
