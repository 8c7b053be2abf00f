// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/notices.h"

#include "gui/widgets/banner.h"

#include <QSignalBlocker>

namespace lamella::app {

using widgets::Banner;

namespace {

/// Older ones nobody will read any more.
constexpr qsizetype kMostFailures = 20;

} // namespace

Notices::Notices(Banner* banner, QObject* parent)
    : QObject(parent)
    , m_banner(banner)
{
    connect(banner, &Banner::actionTriggered, this, &Notices::act);
    connect(banner, &Banner::dismissed, this, &Notices::putAway);
}

void Notices::setConnection(const QString& sentence)
{
    m_connection = sentence;
    show();
}

void Notices::addFailure(const QString& sentence, std::function<void()> retry)
{
    // Said twice, it is one failure.
    m_failures.removeIf([&sentence](const Failure& failure) { return failure.sentence == sentence; });
    m_failures.append({sentence, std::move(retry)});
    if (m_failures.size() > kMostFailures)
        m_failures.removeFirst();
    show();
}

void Notices::show()
{
    if (!m_connection.isEmpty()) {
        m_banner->showMessage(Banner::Kind::Warning, m_connection, tr("Try again"));
    } else if (!m_failures.isEmpty()) {
        const Failure& newest = m_failures.constLast();
        QString text = newest.sentence;
        if (m_failures.size() > 1)
            text += u'\n' + tr("%n more failure(s) before.", nullptr, static_cast<int>(m_failures.size()) - 1);
        m_banner->showMessage(Banner::Kind::Error, text, newest.retry ? tr("Try again") : QString());
    } else {
        const QSignalBlocker quiet(m_banner);
        m_banner->dismiss();
    }
}

void Notices::act()
{
    if (!m_connection.isEmpty()) {
        Q_EMIT reconnectRequested();
    } else if (!m_failures.isEmpty()) {
        const Failure newest = m_failures.takeLast();
        show();
        newest.retry();
    }
}

void Notices::putAway()
{
    // That the helper is away is put away until something about it changes.
    if (m_connection.isEmpty() && !m_failures.isEmpty()) {
        m_failures.removeLast();
        show();
    }
}

} // namespace lamella::app
