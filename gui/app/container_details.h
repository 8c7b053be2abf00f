// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/container_client.h"

#include <QPointer>
#include <QTimer>
#include <QWidget>

class QAction;
class QLabel;
class QSettings;
class QStackedWidget;
class QTabWidget;
class QToolButton;

namespace lamella::client {
class Client;
}

namespace lamella::widgets {
class ElidedLabel;
class EmptyState;
class StateBadge;
} // namespace lamella::widgets

namespace lamella::app {

class ActionButton;
class ContainerActions;

/// What is known of the chosen container: its name, state and actions above, the tabs below. Another container keeps
/// the tab.
class ContainerDetails : public QWidget {
    Q_OBJECT

public:
    ContainerDetails(client::Client* client, ContainerActions* actions, QAction* back, QWidget* parent = nullptr);

    void setContainer(client::ContainerClient* container);
    /// The way back to the list, where there is no room for both.
    void setBackVisible(bool visible);
    QString currentTab() const;
    void setCurrentTab(const QString& id);
    QTabWidget* tabs() const { return m_tabs; }

    /// How the tabs are arranged.
    void save(QSettings& settings) const;
    void restore(const QSettings& settings);

private:
    QWidget* buildHeader(QAction* back);
    void buildTabs(client::Client* client);
    void showHeader();

    QPointer<client::ContainerClient> m_container;
    ContainerActions* m_actions;
    QStackedWidget* m_stack;
    widgets::EmptyState* m_nothing;
    QToolButton* m_back;
    widgets::ElidedLabel* m_name;
    widgets::StateBadge* m_state;
    widgets::ElidedLabel* m_about;
    ActionButton* m_start;
    QToolButton* m_stop;
    QToolButton* m_more;
    QTabWidget* m_tabs;
    QTimer m_clock;
};

} // namespace lamella::app
