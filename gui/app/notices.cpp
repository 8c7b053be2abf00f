// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/notices.h"

#include "gui/widgets/banner.h"

#include <QSignalBlocker>

#include <algorithm>
#include <chrono>

namespace lamella::app {

using widgets::Banner;

namespace {

/// Older ones nobody will read any more.
constexpr qsizetype kMostNotices = 20;
/// Long enough to read it, see what is missing and go there with the mouse.
constexpr std::chrono::seconds kDoneStays{30};

} // namespace

Notices::Notices(Banner* banner, QObject* parent)
    : QObject(parent)
    , m_banner(banner)
{
    connect(banner, &Banner::actionTriggered, this, &Notices::act);
    connect(banner, &Banner::dismissed, this, &Notices::putAway);
    m_patience.setSingleShot(true);
    m_patience.setInterval(kDoneStays);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        forgetDone();
        show();
    });
}

void Notices::setConnection(const QString& sentence)
{
    m_connection = sentence;
    show();
}

void Notices::addFailure(const QString& sentence, std::function<void()> retry)
{
    // Said twice, it is one failure.
    m_notices.removeIf([&sentence](const Notice& notice) { return notice.sentence == sentence; });
    const QString action = retry ? tr("Try again") : QString();
    m_notices.append({true, sentence, action, std::move(retry)});
    if (m_notices.size() > kMostNotices)
        m_notices.removeFirst();
    show();
}

void Notices::say(const QString& sentence, const QString& action, std::function<void()> act)
{
    forgetDone();
    m_notices.append({false, sentence, action, std::move(act)});
    m_patience.start();
    show();
}

void Notices::forgetDone()
{
    m_notices.removeIf([](const Notice& notice) { return !notice.isFailure; });
}

void Notices::show()
{
    if (!m_connection.isEmpty()) {
        m_banner->showMessage(Banner::Kind::Warning, m_connection, tr("Try again"));
    } else if (!m_notices.isEmpty()) {
        const Notice& newest = m_notices.constLast();
        QString text = newest.sentence;
        const auto before = std::count_if(m_notices.cbegin(), std::prev(m_notices.cend()),
                                          [](const Notice& notice) { return notice.isFailure; });
        if (before > 0)
            text += u'\n' + tr("%n more failure(s) before.", nullptr, static_cast<int>(before));
        m_banner->showMessage(newest.isFailure ? Banner::Kind::Error : Banner::Kind::Info, text, newest.action);
    } else {
        const QSignalBlocker quiet(m_banner);
        m_banner->dismiss();
    }
}

void Notices::act()
{
    if (!m_connection.isEmpty()) {
        Q_EMIT reconnectRequested();
    } else if (!m_notices.isEmpty()) {
        const Notice newest = m_notices.takeLast();
        show();
        newest.act();
    }
}

void Notices::putAway()
{
    // That the helper is away is put away until something about it changes.
    if (m_connection.isEmpty() && !m_notices.isEmpty()) {
        m_notices.removeLast();
        show();
    }
}

} // namespace lamella::app
