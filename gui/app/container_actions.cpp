// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/container_actions.h"

#include "gui/client/client.h"
#include "gui/dialogs/loss_text.h"
#include "gui/dialogs/rename_dialog.h"
#include "gui/dialogs/trash_dialog.h"
#include "gui/widgets/confirmation.h"
#include "gui/widgets/icons.h"

#include <QWidget>

#include <csignal>

namespace lamella::app {

using namespace std::chrono_literals;
using client::ClientError;
using client::ContainerClient;
using client::Outcome;

namespace {

/// How long a program may take to end before it is killed.
constexpr auto kStopTimeout = 10s;

} // namespace

void setToolTipWithKey(QAction* action, const QString& tip)
{
    const QString key = action->shortcut().toString(QKeySequence::NativeText);
    action->setToolTip(key.isEmpty() ? tip : QStringLiteral("%1 (%2)").arg(tip, key));
}

ContainerActions::ContainerActions(client::Client* client, QWidget* window)
    : QObject(window)
    , m_client(client)
    , m_window(window)
{
    start = make(QStringLiteral("startAction"), u"run", tr("&Start"), tr("Run the container's program again"),
                 QStringLiteral("Ctrl+Shift+S"));
    stop = make(QStringLiteral("stopAction"), u"stop", tr("S&top"),
                tr("Ask the program to end (SIGTERM), and kill it when it has not after 10 seconds"),
                QStringLiteral("Ctrl+Shift+X"));
    pause = make(QStringLiteral("pauseAction"), u"pause", tr("&Pause"), tr("Freeze every process where it is"),
                 QStringLiteral("Ctrl+Shift+P"));
    resume = make(QStringLiteral("resumeAction"), u"resume", tr("&Resume"), tr("Let the processes go on"),
                  QStringLiteral("Ctrl+Shift+P"));
    kill = make(QStringLiteral("killAction"), u"kill", tr("&Kill…"), tr("End every process at once (SIGKILL)"),
                QStringLiteral("Ctrl+Shift+K"));
    rename = make(QStringLiteral("renameAction"), u"rename", tr("Re&name…"), tr("Give the container another name"),
                  QStringLiteral("F2"));
    commit = make(QStringLiteral("commitAction"), u"image", tr("Make &image…"),
                  tr("Make an image of the container as it is now"), QStringLiteral("Ctrl+Shift+I"));
    exportFiles = make(QStringLiteral("exportAction"), u"save", tr("&Export files…"),
                       tr("Write all of its files to a tar archive"), {});
    remove = make(QStringLiteral("removeAction"), u"remove", tr("Re&move"), {}, QStringLiteral("Del"));
    removeForGood
        = make(QStringLiteral("removeForGoodAction"), u"remove", tr("Remove permanentl&y…"),
               tr("Remove the container with its writable layer and log, for good"), QStringLiteral("Shift+Del"));
    trash = make(QStringLiteral("trashAction"), u"remove", tr("&Trash…"),
                 tr("What was removed, and how to bring it back"), QStringLiteral("Ctrl+Shift+T"));

    connect(start, &QAction::triggered, this,
            [this] { perform(m_container, tr("The container did not start"), &ContainerClient::start); });
    connect(stop, &QAction::triggered, this, [this] { doStop(m_container); });
    connect(pause, &QAction::triggered, this,
            [this] { perform(m_container, tr("The container was not paused"), &ContainerClient::pause); });
    connect(resume, &QAction::triggered, this,
            [this] { perform(m_container, tr("The container does not go on"), &ContainerClient::resume); });
    connect(kill, &QAction::triggered, this, &ContainerActions::askKill);
    connect(rename, &QAction::triggered, this, [this] { dialogs::showRename(m_window, m_container); });
    connect(commit, &QAction::triggered, this, [this] { Q_EMIT commitRequested(m_container, {}); });
    connect(exportFiles, &QAction::triggered, this, [this] { Q_EMIT exportRequested(m_container); });
    connect(remove, &QAction::triggered, this, &ContainerActions::askRemove);
    connect(removeForGood, &QAction::triggered, this, &ContainerActions::askRemoveForGood);
    connect(trash, &QAction::triggered, this, &ContainerActions::showTrash);
    connect(client, &client::Client::stateChanged, this, &ContainerActions::update);
    update();
}

QAction* ContainerActions::make(const QString& name, QStringView icon, const QString& text, const QString& tip,
                                const QString& key)
{
    auto* action = new QAction(widgets::icon(icon), text, this);
    action->setObjectName(name);
    action->setShortcut(QKeySequence(key, QKeySequence::PortableText));
    setToolTipWithKey(action, tip);
    return action;
}

void ContainerActions::setContainer(ContainerClient* container)
{
    if (m_container)
        m_container->disconnect(this);
    m_container = container;
    if (container) {
        connect(container, &ContainerClient::changed, this, &ContainerActions::update);
        connect(container, &QObject::destroyed, this, &ContainerActions::update);
    }
    update();
}

void ContainerActions::update()
{
    const bool there = m_container && m_client->isReady();
    const bool running = there && m_container->isRunning();
    const bool paused = there && m_container->data().state == client::ContainerState::Paused;
    const auto show = [](QAction* action, bool on) {
        action->setVisible(on);
        action->setEnabled(on);
    };
    show(start, there && !running && !paused);
    show(stop, running || paused);
    show(pause, running);
    show(resume, paused);
    show(kill, running || paused);
    rename->setEnabled(there);
    commit->setEnabled(there);
    exportFiles->setEnabled(there);
    const bool hasTrash = trashDays() > 0;
    remove->setText(hasTrash ? tr("Re&move") : tr("Re&move…"));
    setToolTipWithKey(remove,
                      hasTrash ? tr("Move the container to the trash, from where it can be brought back")
                               : tr("Remove the container with its writable layer and log"));
    remove->setEnabled(there);
    show(removeForGood, there && hasTrash);
    show(trash, m_client->isReady() && (hasTrash || !m_client->trash().isEmpty()));
}

void ContainerActions::report(const QString& what, const ClientError& error, const std::function<void()>& retry)
{
    // That the helper is away is said already, with what to do.
    if (error.kind != client::ErrorKind::HelperGone)
        Q_EMIT failed(tr("%1: %2").arg(what, error.sentence), retry);
}

void ContainerActions::perform(ContainerClient* container, const QString& failure, const Request& request)
{
    if (!container)
        return;
    request(container).then(this, [=, this, about = QPointer(container)](const Outcome<void>& outcome) {
        if (!outcome)
            report(failure, outcome.error(), [=, this] { perform(about, failure, request); });
    });
}

void ContainerActions::doStop(ContainerClient* container)
{
    if (!container)
        return;
    const auto failed = [this, about = QPointer(container)](const ClientError& error) {
        report(tr("The container was not stopped"), error, [this, about] { doStop(about); });
    };
    container->stop(kStopTimeout).then(this, [this, failed](const Outcome<QPointer<client::JobClient>>& job) {
        if (!job) {
            failed(job.error());
            return;
        }
        if (!*job)
            return;
        (*job)->wait().then(this, [failed](const Outcome<QStringList>& outcome) {
            if (!outcome && outcome.error().kind != client::ErrorKind::Cancelled)
                failed(outcome.error());
        });
    });
}

void ContainerActions::askKill()
{
    auto* question = new widgets::Confirmation(m_window, tr("Kill %1?").arg(m_container->data().name), tr("&Kill"));
    question->setConsequence(
        tr("Every process in it ends at once (SIGKILL). What they have not written is lost; the writable "
           "layer and the log stay."));
    question->ask([this, container = m_container] {
        perform(container, tr("The container was not killed"),
                [](ContainerClient* one) { return one->kill(SIGKILL, true); });
    });
}

QString ContainerActions::loss(const ContainerClient* container, const client::ChangeSummary* changes)
{
    QStringList sentences;
    if (container->isAlive())
        sentences.append(tr("It is running: its processes are killed."));
    sentences.append(dialogs::lossOf(changes));
    sentences.append(tr("This cannot be undone."));
    return sentences.join(u'\n');
}

int ContainerActions::trashDays() const
{
    return static_cast<int>(m_client->manager().trashDays);
}

void ContainerActions::askRemove()
{
    if (!m_container)
        return;
    if (trashDays() == 0) {
        askRemoveForGood();
        return;
    }
    // What can be undone does not ask; that programs are killed cannot.
    if (!m_container->isAlive()) {
        moveToTrash(m_container);
        return;
    }
    auto* question = new widgets::Confirmation(m_window, tr("Remove %1?").arg(m_container->data().name), tr("&Remove"));
    const QString consequence = tr("It is running: its processes are killed.") + u'\n'
        + tr("Its settings, writable layer and log stay in the trash for %n day(s), from where it can be brought back.",
             nullptr, trashDays());
    question->setConsequence(consequence);
    m_container->summarizeChanges().then(
        question, [question, consequence](const Outcome<client::ChangeSummary>& changes) {
            if (changes)
                question->setConsequence(consequence + u'\n' + dialogs::changesInWords(*changes).join(u'\n'));
        });
    question->ask([this, container = m_container] { moveToTrash(container); });
}

void ContainerActions::moveToTrash(ContainerClient* container)
{
    if (!container)
        return;
    const QString id = container->data().id;
    const QString name = container->data().name;
    container->remove(container->isAlive())
        .then(this, [=, this, about = QPointer(container)](const Outcome<void>& gone) {
            if (!gone) {
                report(tr("The container was not removed"), gone.error(), [this, about] { moveToTrash(about); });
                return;
            }
            Q_EMIT done(tr("%1 is in the trash, where it stays for %n day(s).", nullptr, trashDays()).arg(name),
                        tr("Bring back"), [this, id, name] { restore(id, name); });
        });
}

void ContainerActions::restore(const QString& id, const QString& name)
{
    client::TrashedClient* trashed = m_client->trashed(id);
    if (!trashed)
        return;
    trashed->restore().then(this, [this, id, name](const Outcome<QString>& back) {
        if (!back)
            report(tr("%1 was not brought back").arg(name), back.error(), [this, id, name] { restore(id, name); });
        else
            Q_EMIT restored(id);
    });
}

void ContainerActions::askRemoveForGood()
{
    if (!m_container)
        return;
    auto* question = new widgets::Confirmation(m_window, tr("Remove %1 permanently?").arg(m_container->data().name),
                                               tr("&Remove"));
    question->setConsequence(loss(m_container, nullptr));
    m_container->summarizeChanges().then(
        question, [question, container = m_container](const Outcome<client::ChangeSummary>& changes) {
            if (container && changes)
                question->setConsequence(loss(container, &*changes));
        });
    question->ask([this, container = m_container] {
        perform(container, tr("The container was not removed"),
                [](ContainerClient* one) { return one->remove(one->isAlive(), true); });
    });
}

void ContainerActions::showTrash()
{
    auto* dialog = new dialogs::TrashDialog(m_client, m_window);
    connect(dialog, &dialogs::TrashDialog::restored, this, &ContainerActions::restored);
    dialog->open();
}

} // namespace lamella::app
