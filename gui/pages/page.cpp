// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/page.h"

#include "gui/client/client.h"
#include "gui/client/container_client.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/emptystate.h"
#include "gui/widgets/fonts.h"

#include <QAction>
#include <QStackedLayout>
#include <QVBoxLayout>

#include <utility>

namespace lamella::pages {

Page::Page(client::Client* client, QWidget* parent)
    : QWidget(parent)
    , m_client(client)
    , m_stack(new QStackedLayout)
    , m_content(new QWidget(this))
    , m_banner(new widgets::Banner(this))
    , m_empty(new widgets::EmptyState(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kSpacing);
    layout->addWidget(m_banner);
    layout->addLayout(m_stack, 1);
    m_stack->addWidget(m_content);
    m_stack->addWidget(m_empty);
    m_stack->setCurrentWidget(m_empty);

    auto* again = new QAction(tr("&Refresh"), this);
    again->setObjectName(QStringLiteral("refreshPage"));
    again->setShortcut(QKeySequence::Refresh);
    again->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    addAction(again);
    connect(again, &QAction::triggered, this, &Page::refreshNow);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        if (m_container)
            tick();
    });
    connect(m_empty, &widgets::EmptyState::actionTriggered, this, [this] {
        if (const auto act = m_emptyAction)
            act();
    });
    connect(m_banner, &widgets::Banner::actionTriggered, this, [this] {
        if (const auto act = m_bannerAction)
            act();
    });
}

Page::~Page() = default;

void Page::setContainer(client::ContainerClient* container)
{
    if (m_container == container)
        return;
    if (m_container)
        disconnect(m_container, nullptr, this, nullptr);
    m_container = container;
    m_banner->hide();
    if (m_container)
        connect(m_container, &client::ContainerClient::changed, this, &Page::containerChanged);
    containerSet();
    containerChanged();
    if (isVisible())
        refreshNow();
}

bool Page::isAlive() const
{
    return m_container && m_container->isAlive();
}

QVBoxLayout* Page::createContent(int margin)
{
    auto* layout = new QVBoxLayout(m_content);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->setSpacing(widgets::kSpacing);
    return layout;
}

void Page::setRefreshInterval(std::chrono::milliseconds interval)
{
    m_timer.setInterval(interval);
}

void Page::showContent()
{
    m_stack->setCurrentWidget(m_content);
}

void Page::showEmpty(QStringView icon, const QString& sentence, const QString& action, std::function<void()> act)
{
    m_emptyAction = std::move(act);
    m_empty->setContent(icon, sentence, action);
    m_stack->setCurrentWidget(m_empty);
}

void Page::showNotRunning(QStringView icon, const QString& sentence)
{
    showEmpty(icon, sentence, tr("Start the Container"), [this] { start(); });
}

void Page::start()
{
    if (!m_container)
        return;
    m_container->start().then(this, [this](const client::Outcome<void>& outcome) {
        if (!outcome)
            showError(tr("The container did not start"), outcome.error());
    });
}

void Page::showError(const QString& what, const client::ClientError& error)
{
    m_bannerAction = [this] { refreshNow(); };
    m_bannerIsError = true;
    m_banner->showMessage(widgets::Banner::Kind::Error, tr("%1: %2").arg(what, error.sentence), tr("Try Again"));
}

void Page::clearError()
{
    if (std::exchange(m_bannerIsError, false))
        m_banner->hide();
}

void Page::showNotice(const QString& text, const QString& action, std::function<void()> act)
{
    m_bannerAction = std::move(act);
    m_bannerIsError = false;
    m_banner->showMessage(widgets::Banner::Kind::Info, text, action);
}

void Page::clearNotice()
{
    if (!m_bannerIsError)
        m_banner->hide();
}

void Page::refreshNow()
{
    if (m_container)
        refresh();
}

void Page::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refreshNow();
    if (m_timer.interval() > 0)
        m_timer.start();
}

void Page::hideEvent(QHideEvent* event)
{
    m_timer.stop();
    QWidget::hideEvent(event);
}

} // namespace lamella::pages
