// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/pages/page.h"
#include "gui/pages/terminaltab.h"

#include <QHash>

class QStackedWidget;
class QTabWidget;
class QToolButton;

namespace lamella::pages {

/// Terminals in the container. Those of other containers stay open while one looks elsewhere.
class TerminalPage final : public Page {
    Q_OBJECT

public:
    explicit TerminalPage(client::Client* client, QWidget* parent = nullptr);

public Q_SLOTS:
    /// Opens another shell in a tab of its own.
    void openShell();
    /// Joins the terminal of the container's own program.
    void attach();

protected:
    void containerSet() override;
    void containerChanged() override;

private:
    QTabWidget* tabsOf(client::ContainerClient* container, bool create);
    QTabWidget* createTabs();
    QWidget* createControls();
    void open(TerminalTab::Kind kind);
    QToolButton* createCloseButton(QTabWidget* tabs, TerminalTab* tab);
    void updateState();

    QStackedWidget* m_stack;
    QHash<QString, QTabWidget*> m_tabs;
    QToolButton* m_shell = nullptr;
    QToolButton* m_attach = nullptr;
};

} // namespace lamella::pages
