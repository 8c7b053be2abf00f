// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/container_client.h"

#include <QAction>
#include <QObject>
#include <QPointer>

#include <functional>

namespace lamella::client {
class Client;
}

namespace lamella::app {

/// What can be done with the chosen container, as actions with texts, keys and tool tips; each is visible only while it
/// makes sense. What is lost for good is asked for, with a word of what is lost; what can be undone is only said.
class ContainerActions : public QObject {
    Q_OBJECT

public:
    ContainerActions(client::Client* client, QWidget* window);

    /// The container that the actions are about; nullptr: none.
    void setContainer(client::ContainerClient* container);
    client::ContainerClient* container() const { return m_container; }

    QAction* start;
    QAction* stop;
    QAction* kill;
    QAction* pause;
    QAction* resume;
    QAction* rename;
    QAction* commit;
    QAction* exportFiles;
    QAction* remove; ///< into the trash, where there is one
    QAction* removeForGood;
    QAction* trash; ///< of no container: what is in the trash

Q_SIGNALS:
    /// `paths`: only of these changes; none: of all.
    void commitRequested(lamella::client::ContainerClient* container, const QByteArrayList& paths);
    void saveChangesRequested(lamella::client::ContainerClient* container, const QByteArrayList& paths);
    void keepChangesRequested(lamella::client::ContainerClient* container, const QByteArrayList& paths);
    void exportRequested(lamella::client::ContainerClient* container);
    /// A sentence for the banner: what was done, and a button that undoes it.
    void done(const QString& sentence, const QString& action, const std::function<void()>& act);
    /// It is back from the trash.
    void restored(const QString& id);
    /// A sentence for the banner. `retry` asks for the same again.
    void failed(const QString& sentence, const std::function<void()>& retry);

private:
    QAction* make(const QString& name, QStringView icon, const QString& text, const QString& tip, const QString& key);
    void update();
    /// One request about a container; what fails is told with the way to try again.
    using Request = std::function<client::Pending<void>(client::ContainerClient*)>;
    void perform(client::ContainerClient* container, const QString& failure, const Request& request);
    void doStop(client::ContainerClient* container);
    void askKill();
    void askRemove();
    void moveToTrash(client::ContainerClient* container);
    void restore(const QString& id, const QString& name);
    void askRemoveForGood();
    void showTrash();
    void report(const QString& what, const client::ClientError& error, const std::function<void()>& retry);
    static QString loss(const client::ContainerClient* container, const client::ChangeSummary* changes);
    int trashDays() const;

    client::Client* m_client;
    QWidget* m_window;
    QPointer<client::ContainerClient> m_container;
};

/// Gives an action a tool tip that names its key.
void setToolTipWithKey(QAction* action, const QString& tip);

} // namespace lamella::app
