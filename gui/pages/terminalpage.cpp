// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/terminalpage.h"

#include "gui/client/container_client.h"
#include "gui/terminal/terminalview.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"

#include <QHBoxLayout>
#include <QStackedWidget>
#include <QTabBar>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>

namespace lamella::pages {

TerminalPage::TerminalPage(client::Client* client, QWidget* parent)
    : Page(client, parent)
    , m_stack(new QStackedWidget(this))
{
    QVBoxLayout* layout = createContent(0);
    layout->addWidget(createControls());
    layout->addWidget(m_stack, 1);
}

QWidget* TerminalPage::createControls()
{
    auto* bar = new QWidget(this);
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(widgets::kGroupSpacing, widgets::kSpacing, widgets::kGroupSpacing, 0);
    layout->setSpacing(widgets::kGrid);
    const auto addButton = [&](const char* name, QStringView icon, const QString& text, const QString& tip) {
        auto* button = new QToolButton(bar);
        button->setObjectName(QLatin1StringView(name));
        button->setIcon(widgets::icon(icon));
        button->setText(text);
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setToolTip(tip);
        layout->addWidget(button);
        return button;
    };
    m_shell
        = addButton("openShell", u"terminal", tr("Open a &Shell"), tr("Run /bin/sh in the container, in a new tab"));
    m_attach
        = addButton("attachTerminal", u"attach", tr("&Attach"), tr("Join the terminal of the container's own program"));
    layout->addStretch();
    connect(m_shell, &QToolButton::clicked, this, &TerminalPage::openShell);
    connect(m_attach, &QToolButton::clicked, this, &TerminalPage::attach);
    return bar;
}

QTabWidget* TerminalPage::createTabs()
{
    auto* tabs = new QTabWidget(m_stack);
    tabs->setObjectName(QStringLiteral("terminalTabs"));
    tabs->setDocumentMode(true);
    tabs->setMovable(true);
    m_stack->addWidget(tabs);
    return tabs;
}

QTabWidget* TerminalPage::tabsOf(client::ContainerClient* container, bool create)
{
    if (!container)
        return nullptr;
    const QString id = container->id();
    if (QTabWidget* tabs = m_tabs.value(id); tabs || !create)
        return tabs;
    QTabWidget* tabs = createTabs();
    m_tabs.insert(id, tabs);
    connect(container, &QObject::destroyed, this, [this, id] {
        delete m_tabs.take(id);
        updateState();
    });
    return tabs;
}

void TerminalPage::openShell()
{
    open(TerminalTab::Kind::Shell);
}

void TerminalPage::attach()
{
    open(TerminalTab::Kind::Attached);
}

void TerminalPage::open(TerminalTab::Kind kind)
{
    QTabWidget* tabs = tabsOf(container(), true);
    if (!tabs)
        return;
    auto* tab = new TerminalTab(kind, container(), tabs);
    const QString title = kind == TerminalTab::Kind::Shell ? tr("sh %1").arg(tabs->count() + 1) : tr("attached");
    const int index
        = tabs->addTab(tab, widgets::icon(kind == TerminalTab::Kind::Shell ? u"terminal" : u"attach"), title);
    tabs->tabBar()->setTabButton(index, QTabBar::RightSide, createCloseButton(tabs, tab));
    tabs->setCurrentIndex(index);
    connect(tab, &TerminalTab::failed, this, [this, kind](const client::ClientError& error) {
        const bool noShell = kind == TerminalTab::Kind::Shell && error.kind == client::ErrorKind::NotFound;
        showError(noShell ? tr("The image has no /bin/sh") : tr("The terminal could not be opened"), error);
    });
    updateState();
    // The size that the program learns first is the one that the tab has once it is laid out.
    QMetaObject::invokeMethod(tab, &TerminalTab::open, Qt::QueuedConnection);
}

QToolButton* TerminalPage::createCloseButton(QTabWidget* tabs, TerminalTab* tab)
{
    auto* button = new QToolButton(tabs);
    button->setObjectName(QStringLiteral("closeTerminal"));
    button->setIcon(widgets::icon(u"close"));
    button->setAutoRaise(true);
    button->setToolTip(tab->kind() == TerminalTab::Kind::Shell ? tr("Close the terminal and hang up its shell")
                                                               : tr("Leave the program's terminal"));
    button->setAccessibleName(tr("Close the terminal"));
    connect(button, &QToolButton::clicked, tab, [this, tabs, tab] {
        tabs->removeTab(tabs->indexOf(tab));
        tab->deleteLater();
        updateState();
    });
    return button;
}

void TerminalPage::containerSet()
{
    clearError();
    updateState();
}

void TerminalPage::containerChanged()
{
    updateState();
}

void TerminalPage::updateState()
{
    QTabWidget* tabs = tabsOf(container(), false);
    const bool running = container() && container()->isRunning();
    const bool hasTerminal = container() && container()->data().terminal;
    m_shell->setEnabled(running);
    m_attach->setEnabled(running && hasTerminal);
    m_attach->setVisible(hasTerminal);
    if (tabs && tabs->count() > 0) {
        m_stack->setCurrentWidget(tabs);
        showContent();
    } else if (running && hasTerminal) {
        showEmpty(u"terminal", tr("Join the terminal of the container's own program, or open a shell beside it."),
                  tr("Attach to Its Terminal"), [this] { attach(); });
    } else if (running) {
        showEmpty(u"terminal", tr("Open a shell inside the container."), tr("Open a Shell"), [this] { openShell(); });
    } else if (isAlive()) {
        showEmpty(u"terminal", tr("The container is paused: a shell can be opened once it goes on."));
    } else {
        showNotRunning(u"terminal", tr("Here you can open a shell inside the container while it runs."));
    }
}

} // namespace lamella::pages
