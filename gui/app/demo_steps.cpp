// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/container_actions.h"
#include "gui/app/demo.h"
#include "gui/app/main_window.h"
#include "gui/client/client.h"
#include "gui/client/stats_feed.h"
#include "gui/dialogs/run_dialog.h"
#include "gui/models/changes_model.h"
#include "gui/models/files_model.h"
#include "gui/models/layers_model.h"
#include "gui/models/log_model.h"
#include "gui/models/process_tree_model.h"
#include "gui/pages/differenceview.h"
#include "gui/pages/terminalpage.h"
#include "gui/terminal/terminalview.h"
#include "gui/widgets/confirmation.h"

#include <QAbstractButton>
#include <QAbstractItemModel>
#include <QApplication>
#include <QClipboard>
#include <QLineEdit>
#include <QSpinBox>
#include <QTreeView>

namespace lamella::app {

using namespace std::chrono_literals;
using client::ChangeKind;
using client::ContainerState;

namespace {

/// Writes, changes and deletes files, says what it does, takes some memory, and then now and then some CPU.
const QString kScript = QStringLiteral(
    R"sh(echo "Hello from $(hostname)"; mkdir -p /srv/notes; echo "by the demo" > /srv/notes/first
head -c 3145728 /dev/zero > /srv/notes/zeros; echo "demo:x:1000:1000::/:/bin/sh" >> /etc/passwd; rm /etc/motd
awk 'BEGIN { s = "x"; while (i++ < 23) s = s s; while (1) system("sleep 1") }' &
echo "a warning, on the other stream" >&2
while n=$((n + 1)); do echo "round $n"; i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done; sleep 0.2; done)sh");

template <class Model>
Model* modelIn(const QWidget* page)
{
    return page ? page->findChild<Model*>() : nullptr;
}

/// The CPU column of a process tree stays empty until there has been a second look.
bool hasCpuFigures(const QAbstractItemModel* model)
{
    const QModelIndex shim = model->index(0, models::ProcessTreeModel::CpuColumn);
    return !shim.data().toString().isEmpty();
}

/// Chooses a file in the list of changes; whether both versions of it are shown.
bool showsDifference(const QWidget* page, const QString& path)
{
    auto* view = page->findChild<QTreeView*>(QStringLiteral("changesTree"));
    const QModelIndexList found = view->model()->match(view->model()->index(0, 0), models::ChangesModel::PathRole, path,
                                                       1, Qt::MatchExactly | Qt::MatchRecursive);
    if (!found.isEmpty() && !view->selectionModel()->isSelected(found.constFirst()))
        view->selectionModel()->setCurrentIndex(found.constFirst(),
                                                QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    const auto* difference = page->findChild<pages::DifferenceView*>();
    return difference->isVisible() && difference->isReady();
}

/// Goes to a file by its path; whether it is shown.
bool showsFile(const QWidget* page, const QString& path)
{
    auto* line = page->findChild<QLineEdit*>(QStringLiteral("filesPath"));
    if (line->text() != path) {
        line->setText(path);
        Q_EMIT line->returnPressed();
    }
    const auto* content = page->findChild<pages::DifferenceView*>();
    return content->isVisible() && content->isReady();
}

template <class Dialog>
Dialog* openDialog()
{
    const QWidgetList windows = QApplication::topLevelWidgets();
    for (QWidget* window : windows) {
        auto* dialog = qobject_cast<Dialog*>(window);
        if (dialog && dialog->isVisible())
            return dialog;
    }
    return nullptr;
}

} // namespace

void Demo::addBeginning()
{
    add(QStringLiteral("the helper answers"), nothing, [this] { return m_client->isReady(); });
    add(
        QStringLiteral("there is an image"),
        [this] { return !m_client->images().isEmpty() || press(QStringLiteral("emptyStateAction")); },
        [this] { return !m_client->images().isEmpty(); }, QStringLiteral("01-image"), 60s);
    add(
        QStringLiteral("the dialog asks what to run"),
        [this] {
            m_window->runAction()->trigger();
            return true;
        },
        [] { return openDialog<dialogs::RunDialog>() != nullptr; });
    add(
        QStringLiteral("the dialog is filled in"), [this] { return fillRunDialog(); },
        [] { return openDialog<dialogs::RunDialog>() != nullptr; }, QStringLiteral("02-run"));
    add(
        QStringLiteral("the container runs"), [] { return press(QStringLiteral("runButton")); },
        [this] { return container() && container()->isRunning() && !openDialog<dialogs::RunDialog>(); }, {}, 60s);
    add(QStringLiteral("its figures come in"), nothing, [this] {
        const client::ContainerClient* one = container();
        return one && one->stats()->recent().size() >= 5 && one->stats()->memoryBytes().value_or(0) > 4'000'000
            && one->stats()->cpuPercent().value_or(0) > 0;
    });
}

bool Demo::fillRunDialog()
{
    const auto* dialog = openDialog<dialogs::RunDialog>();
    auto* name = dialog->findChild<QLineEdit*>(QStringLiteral("nameField"));
    auto* command = dialog->findChild<QLineEdit*>(QStringLiteral("commandField"));
    auto* memory = dialog->findChild<QSpinBox*>(QStringLiteral("memoryLimit"));
    auto* terminal = dialog->findChild<QAbstractButton*>(QStringLiteral("terminalCheck"));
    if (!name || !command || !memory || !terminal)
        return false;
    for (int number = 2; container(); ++number)
        m_name = QStringLiteral("first-look-%1").arg(number);
    name->setText(m_name);
    // A line edit takes one line: the script's lines are parted by its own semicolons.
    QString script = kScript;
    script.replace(u'\'', QStringLiteral("'\\''"));
    script.replace(QStringLiteral(" &\n"), QStringLiteral(" & ")).replace(QStringLiteral("\n"), QStringLiteral("; "));
    command->setText(QStringLiteral("/bin/sh -c '%1'").arg(script));
    command->setCursorPosition(0);
    memory->setValue(64);
    // Without one its two streams stay apart in the log.
    terminal->setChecked(false);
    return true;
}

void Demo::addTab(const QString& id, const QString& what, std::function<bool()> holds)
{
    const int number = static_cast<int>(m_steps.size());
    add(
        what, [this, id] { return m_window->showPage(id); },
        [this, id, holds = std::move(holds)] { return page(id) && page(id)->isVisible() && holds(); },
        QStringLiteral("%1-%2").arg(number, 2, 10, QLatin1Char('0')).arg(id));
}

void Demo::addTabs()
{
    addTab(QStringLiteral("overview"), QStringLiteral("the overview is there"),
           [this] { return container() && !container()->data().startTimeline.empty(); });
    addTab(QStringLiteral("processes"), QStringLiteral("its processes stand below the shim"), [this] {
        const auto* model = modelIn<models::ProcessTreeModel>(page(QStringLiteral("processes")));
        return model && model->processCount() >= 3 && model->rowCount() == 1 && hasCpuFigures(model);
    });
    addTab(QStringLiteral("changes"), QStringLiteral("what it added, modified and deleted is listed"), [this] {
        const auto* model = modelIn<models::ChangesModel>(page(QStringLiteral("changes")));
        return model && model->count(ChangeKind::Added) >= 2 && model->count(ChangeKind::Modified) >= 1
            && model->count(ChangeKind::Deleted) >= 1 && model->totalBytes() >= 3'000'000
            && showsDifference(page(QStringLiteral("changes")), QStringLiteral("/etc/passwd"));
    });
    addTab(QStringLiteral("layers"), QStringLiteral("its layers lie below the writable one"), [this] {
        const auto* model = modelIn<models::LayersModel>(page(QStringLiteral("layers")));
        return model && model->rowCount() >= 2 && model->index(0, 0).data(models::LayersModel::WritableRole).toBool()
            && model->index(0, 0).data(models::LayersModel::BytesRole).toULongLong() >= 3'000'000;
    });
    addTab(QStringLiteral("files"), QStringLiteral("its files are there, and what was changed has its letter"), [this] {
        const QByteArray file = "/etc/passwd";
        const auto* model = modelIn<models::FilesModel>(page(QStringLiteral("files")));
        return model && showsFile(page(QStringLiteral("files")), QString::fromUtf8(file))
            && model->find(file).data(models::FilesModel::KindRole).toInt() == static_cast<int>(ChangeKind::Modified);
    });
    addTab(QStringLiteral("stats"), QStringLiteral("its graphs have a history"),
           [this] { return container() && container()->stats()->history().size() >= 8; });
    addTab(QStringLiteral("logs"), QStringLiteral("both of its streams are in the log"), [this] {
        const auto* model = modelIn<models::LogModel>(page(QStringLiteral("logs")));
        bool output = false;
        bool error = false;
        for (int row = 0; model && row < model->rowCount(); ++row)
            (model->index(row).data(models::LogModel::IsErrorRole).toBool() ? error : output) = true;
        return output && error;
    });
}

void Demo::addTerminal()
{
    const auto view = [this] {
        const QList<terminal::TerminalView*> views
            = page(QStringLiteral("terminal"))->findChildren<terminal::TerminalView*>();
        return views.isEmpty() ? nullptr : views.constLast();
    };
    add(
        QStringLiteral("a shell is open in a terminal"),
        [this] {
            m_window->showPage(QStringLiteral("terminal"));
            auto* terminals = qobject_cast<pages::TerminalPage*>(page(QStringLiteral("terminal")));
            if (terminals)
                terminals->openShell();
            return terminals != nullptr;
        },
        [view] { return view() && view()->isConnected() && view()->screenText().contains(u'#'); });
    add(
        QStringLiteral("what is typed into it is done inside"),
        [view] {
            type(view(), QStringLiteral("echo typed-$((6 * 7)); ls -l / ; ps\n"));
            return true;
        },
        [view] { return view() && view()->screenText().contains(QStringLiteral("typed-42")); },
        QStringLiteral("12-terminal"));
    add(
        QStringLiteral("top shows the processes inside"),
        [view] {
            type(view(), QStringLiteral("clear; top\n"));
            return true;
        },
        [view] {
            return view()->screenText().contains(QStringLiteral("Load average"))
                && view()->screenText().contains(QStringLiteral("sleep 1"));
        },
        QStringLiteral("13-top"));
    const auto typed = [view](const QString& text) {
        return [view, text] {
            type(view(), text);
            return true;
        };
    };
    const auto shows
        = [view](const QString& text) { return [view, text] { return view()->screenText().contains(text); }; };
    // What is typed too early is read, and lost, by the program that leaves.
    const auto prompts = [view] { return view()->screenText().trimmed().endsWith(u'#'); };
    add(QStringLiteral("top has left"), typed(QStringLiteral("q")), prompts);
    add(QStringLiteral("vi opens a file inside"), typed(QStringLiteral("vi /tmp/letter\n")),
        shows(QStringLiteral("- /tmp/letter 1/1")));
    add(QStringLiteral("vi takes a text"), typed(QStringLiteral("iwritten with vi")),
        shows(QStringLiteral("written with vi")));
    // Alone: followed by another key it would be the beginning of a function key.
    add(QStringLiteral("vi leaves its insertion"), typed(QStringLiteral("\u001b")),
        shows(QStringLiteral("- /tmp/letter [Modified]")));
    add(QStringLiteral("vi has left"), typed(QStringLiteral(":wq\n")), prompts);
    add(QStringLiteral("what vi wrote is in the file"), typed(QStringLiteral("tr a-z A-Z < /tmp/letter\n")),
        shows(QStringLiteral("WRITTEN WITH VI")));
    add(
        QStringLiteral("what is copied can be pasted"),
        [view] {
            QGuiApplication::clipboard()->setText(QStringLiteral("echo pasted-$((4 + 4))"));
            view()->pasteAction()->trigger();
            type(view(), QStringLiteral("\n"));
            return true;
        },
        [view] { return view()->screenText().contains(QStringLiteral("pasted-8")); });
    add(
        QStringLiteral("what is selected is copied"),
        [view] {
            view()->selectAll();
            view()->copyAction()->trigger();
            return true;
        },
        [] { return QGuiApplication::clipboard()->text().contains(QStringLiteral("WRITTEN WITH VI")); });
    add(
        QStringLiteral("its shell has left"),
        [view] {
            type(view(), QStringLiteral("exit\n"));
            return true;
        },
        [view] { return view() && !view()->isConnected(); });
}

void Demo::addStop()
{
    add(
        QStringLiteral("it has stopped"),
        [this] {
            m_window->containerActions()->stop->trigger();
            return m_window->showPage(QStringLiteral("overview"));
        },
        [this] { return container() && container()->data().state == ContainerState::Stopped; },
        QStringLiteral("14-stopped"), 30s);
}

void Demo::addEnd()
{
    add(
        QStringLiteral("it is in the trash"),
        [this] {
            m_window->showPage(QStringLiteral("overview"));
            m_window->containerActions()->remove->trigger();
            return true;
        },
        [this] { return !container() && !m_client->trash().isEmpty(); }, QStringLiteral("17-trash"));
    add(
        QStringLiteral("it is brought back"), [] { return press(QStringLiteral("bannerAction")); },
        [this] { return container() && m_client->trash().isEmpty(); });
    add(
        QStringLiteral("the window says what removing it for good loses"),
        [this] {
            m_window->showPage(QStringLiteral("overview"));
            m_window->containerActions()->removeForGood->trigger();
            return true;
        },
        [] {
            const auto* question = openDialog<widgets::Confirmation>();
            return question && question->informativeText().contains(QStringLiteral("MB"));
        },
        QStringLiteral("17-remove"));
    add(
        QStringLiteral("it is removed"), [] { return press(QStringLiteral("deedButton")); },
        [this] { return !container(); }, QStringLiteral("18-removed"));
}

} // namespace lamella::app
