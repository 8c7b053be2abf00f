// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/livefollower.h"

#include "gui/models/writer_words.h"

#include <QCoreApplication>

#include <algorithm>

namespace lamella::pages {

using namespace std::chrono_literals;

namespace {

constexpr auto kSoonest = 300ms;
/// Reading the list may take this part of the time.
constexpr int kShare = 10;

struct LiveWords {
    Q_DECLARE_TR_FUNCTIONS(LiveWords)
};

} // namespace

QString liveSentence(const client::LiveChange& change)
{
    const QString who = models::writerText(change.writer);
    if ((change.kinds & dbus::kLiveDeleted) != 0)
        return LiveWords::tr("%1 deleted %2").arg(who, change.path);
    if ((change.kinds & dbus::kLiveRenamed) != 0)
        return LiveWords::tr("%1 renamed %2 to %3").arg(who, change.from, change.path);
    if ((change.kinds & dbus::kLiveCreated) != 0)
        return LiveWords::tr("%1 made %2").arg(who, change.path);
    return (change.kinds & dbus::kLiveWritten) != 0 ? LiveWords::tr("%1 wrote %2").arg(who, change.path)
                                                    : LiveWords::tr("%1 changed %2").arg(who, change.path);
}

LiveFollower::LiveFollower(QObject* parent)
    : QObject(parent)
{
    m_soon.setSingleShot(true);
    m_soon.setInterval(kSoonest);
    connect(&m_soon, &QTimer::timeout, this, &LiveFollower::outdated);
    connect(&m_stream, &client::LiveStream::opened, this, [this] { set(State::Live); });
    connect(&m_stream, &client::LiveStream::refused, this, [this](const client::ClientError& error) {
        m_mayAskAgain = error.kind != client::ErrorKind::Unsupported;
        set(State::Refused, error.sentence);
    });
    connect(&m_stream, &client::LiveStream::ended, this, [this] {
        m_soon.stop();
        m_container = nullptr;
        set(State::Off);
    });
    connect(&m_stream, &client::LiveStream::happened, this, &LiveFollower::take);
}

void LiveFollower::follow(client::ContainerClient* container)
{
    if (m_container == container && !m_mayAskAgain)
        return;
    if (m_container != container)
        leave();
    m_container = container;
    m_mayAskAgain = false;
    m_stream.open(container);
}

void LiveFollower::leave()
{
    m_stream.close();
    m_soon.stop();
    m_container = nullptr;
    m_mayAskAgain = false;
    m_last = {};
    set(State::Off);
}

void LiveFollower::noteRead(std::chrono::milliseconds elapsed, bool isOutdated)
{
    m_soon.setInterval(std::max<std::chrono::milliseconds>(kSoonest, elapsed * kShare));
    if (isOutdated && m_state == State::Live)
        m_soon.start();
}

void LiveFollower::set(State state, const QString& reason)
{
    if (m_state == state && m_reason == reason)
        return;
    m_state = state;
    m_reason = reason;
    Q_EMIT stateChanged();
}

void LiveFollower::take(const client::LiveMessage& message)
{
    if (!message.changes.empty())
        m_last = message.changes.back();
    if (!m_soon.isActive())
        m_soon.start();
}

} // namespace lamella::pages
