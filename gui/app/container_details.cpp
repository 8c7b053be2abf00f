// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/container_details.h"

#include "gui/app/action_button.h"
#include "gui/app/container_actions.h"
#include "gui/client/client.h"
#include "gui/format/formats.h"
#include "gui/format/image_text.h"
#include "gui/models/state_words.h"
#include "gui/pages/page.h"
#include "gui/pages/pages.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/elidedlabel.h"
#include "gui/widgets/emptystate.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"
#include "gui/widgets/statebadge.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QStackedWidget>
#include <QTabBar>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>

namespace lamella::app {

using namespace std::chrono_literals;

namespace {

QString aboutLine(const client::ContainerData& data)
{
    QStringList parts{format::shortReference(data.imageName), format::shortId(data.id)};
    if (!data.hostname.isEmpty() && data.hostname != format::shortId(data.id))
        parts.append(data.hostname);
    return parts.join(QStringLiteral(" · "));
}

} // namespace

ContainerDetails::ContainerDetails(client::Client* client, ContainerActions* actions, QAction* back, QWidget* parent)
    : QWidget(parent)
    , m_actions(actions)
    , m_stack(new QStackedWidget(this))
    , m_nothing(new widgets::EmptyState(this))
    , m_tabs(new QTabWidget(this))
{
    setObjectName(QStringLiteral("containerDetails"));
    m_nothing->setObjectName(QStringLiteral("nothingChosen"));
    m_nothing->setContent(u"container", tr("Choose a container to see what it is made of and what it does."));
    auto* content = new QWidget(this);
    auto* contentLayout = new QVBoxLayout(content);
    contentLayout->setContentsMargins(0, 0, 0, 0);
    contentLayout->setSpacing(widgets::kSpacing);
    contentLayout->addWidget(buildHeader(back));
    buildTabs(client);
    contentLayout->addWidget(m_tabs, 1);
    m_stack->addWidget(m_nothing);
    m_stack->addWidget(content);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_stack);
    // "running 2 min" becomes "running 3 min" without anything having happened.
    m_clock.setInterval(1s);
    connect(&m_clock, &QTimer::timeout, this, &ContainerDetails::showHeader);
    m_clock.start();
}

QWidget* ContainerDetails::buildHeader(QAction* back)
{
    auto* header = new QWidget(this);
    m_back = new QToolButton(header);
    m_back->setObjectName(QStringLiteral("backButton"));
    m_back->setDefaultAction(back);
    m_back->setAutoRaise(true);
    m_back->setAccessibleName(tr("Back to the list"));
    m_back->hide();
    m_name = new widgets::ElidedLabel(header);
    m_name->setObjectName(QStringLiteral("containerName"));
    m_name->setFont(widgets::titleFont(font()));
    m_state = new widgets::StateBadge(header);
    m_state->setObjectName(QStringLiteral("containerState"));
    m_about = new widgets::ElidedLabel(header);
    m_about->setObjectName(QStringLiteral("containerAbout"));
    m_about->setForegroundRole(QPalette::PlaceholderText);
    m_start = new ActionButton(m_actions->start, header);
    m_stop = new QToolButton(header);
    m_stop->setObjectName(QStringLiteral("stopButton"));
    m_stop->setPopupMode(QToolButton::MenuButtonPopup);
    m_stop->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_stop->addActions({m_actions->pause, m_actions->resume, m_actions->kill});
    m_more = new QToolButton(header);
    m_more->setObjectName(QStringLiteral("moreButton"));
    m_more->setIcon(widgets::icon(u"more"));
    m_more->setToolTip(tr("More that can be done with the container"));
    m_more->setAccessibleName(tr("More actions"));
    m_more->setPopupMode(QToolButton::InstantPopup);
    m_more->setStyleSheet(QStringLiteral("QToolButton::menu-indicator { image: none; }"));
    m_more->addActions(
        {m_actions->commit, m_actions->exportFiles, m_actions->rename, m_actions->remove, m_actions->removeForGood});

    auto* first = new QHBoxLayout;
    first->setSpacing(widgets::kSpacing);
    first->addWidget(m_back);
    first->addWidget(m_name, 1);
    first->addWidget(m_state);
    first->addSpacing(widgets::kSpacing);
    first->addWidget(m_start);
    first->addWidget(m_stop);
    first->addWidget(m_more);
    auto* layout = new QVBoxLayout(header);
    layout->setContentsMargins(widgets::kGroupSpacing, widgets::kSpacing, widgets::kSpacing, 0);
    layout->setSpacing(widgets::kGrid);
    layout->addLayout(first);
    layout->addWidget(m_about);
    return header;
}

void ContainerDetails::buildTabs(client::Client* client)
{
    m_tabs->setObjectName(QStringLiteral("containerTabs"));
    m_tabs->setAccessibleName(tr("What to see of the container"));
    m_tabs->setDocumentMode(true);
    setFocusProxy(m_tabs->tabBar());
    m_tabs->setUsesScrollButtons(true);
    for (const pages::PageInfo& info : pages::containerPages()) {
        pages::Page* page = info.create(client, m_tabs);
        page->setObjectName(QLatin1StringView(info.id) + QStringLiteral("Page"));
        connect(page, &pages::Page::commitRequested, this,
                [this](const QByteArrayList& paths) { Q_EMIT m_actions->commitRequested(m_container, paths); });
        connect(page, &pages::Page::saveRequested, this,
                [this](const QByteArrayList& paths) { Q_EMIT m_actions->saveChangesRequested(m_container, paths); });
        connect(page, &pages::Page::keepRequested, this,
                [this](const QByteArrayList& paths) { Q_EMIT m_actions->keepChangesRequested(m_container, paths); });
        m_tabs->addTab(page, info.title());
    }
}

void ContainerDetails::setContainer(client::ContainerClient* container)
{
    if (m_container == container && container)
        return;
    if (m_container)
        m_container->disconnect(this);
    m_container = container;
    if (container)
        connect(container, &client::ContainerClient::changed, this, &ContainerDetails::showHeader);
    for (int tab = 0; tab < m_tabs->count(); ++tab)
        static_cast<pages::Page*>(m_tabs->widget(tab))->setContainer(container);
    m_stack->setCurrentIndex(container ? 1 : 0);
    showHeader();
}

void ContainerDetails::showHeader()
{
    if (!m_container)
        return;
    const client::ContainerData& now = m_container->data();
    m_name->setText(now.name);
    const QString note = models::stateNote(now, format::nowUsec());
    // "running 2 h" is one saying, "stopped · exited 0, 5 min ago" are two.
    m_state->setState(models::shownStateOf(now),
                      m_container->isAlive() || note.isEmpty() ? note : QStringLiteral("· %1").arg(note));
    m_about->setText(aboutLine(now));
    // Which of the two is there, and what pressing it does, follows the state.
    m_stop->setVisible(m_container->isAlive());
    QAction* first = m_container->isRunning() ? m_actions->stop : m_actions->resume;
    if (m_stop->defaultAction() != first) {
        m_stop->setDefaultAction(first);
        m_stop->removeAction(m_actions->stop);
        m_stop->removeAction(m_actions->resume);
        if (first == m_actions->resume)
            m_stop->insertAction(m_actions->kill, m_actions->stop);
    }
}

void ContainerDetails::setBackVisible(bool visible)
{
    m_back->setVisible(visible);
}

void ContainerDetails::save(QSettings& settings) const
{
    for (int tab = 0; tab < m_tabs->count(); ++tab)
        static_cast<const pages::Page*>(m_tabs->widget(tab))->save(settings);
}

void ContainerDetails::restore(const QSettings& settings)
{
    for (int tab = 0; tab < m_tabs->count(); ++tab)
        static_cast<pages::Page*>(m_tabs->widget(tab))->restore(settings);
}

QString ContainerDetails::currentTab() const
{
    return QLatin1StringView(pages::containerPages()[static_cast<std::size_t>(m_tabs->currentIndex())].id);
}

void ContainerDetails::setCurrentTab(const QString& id)
{
    for (std::size_t tab = 0; tab < pages::containerPages().size(); ++tab) {
        if (id == QLatin1StringView(pages::containerPages()[tab].id))
            m_tabs->setCurrentIndex(static_cast<int>(tab));
    }
}

} // namespace lamella::app
