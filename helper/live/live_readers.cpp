// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/live/live_readers.h"

#include "engine/os/socket.h"
#include "helper/live/live_messages.h"

#include <algorithm>
#include <utility>

namespace lamella::helper {

namespace {

const std::string& rescanMessage()
{
    static const std::string message = liveMessages({.rescan = true}).front();
    return message;
}

} // namespace

LiveReaders::~LiveReaders() = default;

Result<UniqueFd> LiveReaders::add(const QString& busName, Quota::Place place)
{
    if (m_readers.empty())
        m_lastPlace = place;
    auto [ours, theirs] = TRY(os::makeSocketPair(SOCK_SEQPACKET | SOCK_NONBLOCK));
    auto reader = std::make_unique<Reader>(busName, std::move(place), std::move(ours));
    reader->leaving = std::make_unique<QSocketNotifier>(reader->socket.get(), QSocketNotifier::Read);
    connect(reader->leaving.get(), &QSocketNotifier::activated, this,
            [this, leaving = reader.get()] { remove(leaving); });
    reader->room = std::make_unique<QSocketNotifier>(reader->socket.get(), QSocketNotifier::Write);
    reader->room->setEnabled(false);
    connect(reader->room.get(), &QSocketNotifier::activated, this,
            [this, missing = reader.get()] { sendMissed(*missing); });
    m_lastPlace.reset();
    const std::scoped_lock lock{m_mutex};
    m_readers.push_back(std::move(reader));
    return std::move(theirs);
}

void LiveReaders::keep(Quota::Place place)
{
    if (m_readers.empty())
        m_lastPlace = std::move(place);
}

void LiveReaders::remove(const Reader* reader)
{
    const auto found = std::ranges::find(m_readers, reader, &std::unique_ptr<Reader>::get);
    if (found == m_readers.end())
        return;
    {
        const std::scoped_lock lock{m_mutex};
        // Its notifier is what calls this.
        (*found)->leaving->setEnabled(false);
        (*found)->leaving.release()->deleteLater();
        if (m_readers.size() == 1)
            m_lastPlace = std::move((*found)->place);
        m_readers.erase(found);
    }
    if (m_readers.empty())
        Q_EMIT emptied();
}

void LiveReaders::remove(const QString& busName)
{
    std::vector<const Reader*> leaving;
    for (const auto& reader : m_readers) {
        if (reader->busName == busName)
            leaving.push_back(reader.get());
    }
    for (const Reader* reader : leaving)
        remove(reader);
}

void LiveReaders::send(const layer::LiveChanges& changes)
{
    const auto messages = liveMessages(changes);
    const std::scoped_lock lock{m_mutex};
    bool haveAllGot = true;
    for (const auto& reader : m_readers)
        haveAllGot = send(*reader, messages) && haveAllGot;
    // The container may do nothing more, and nothing more be sent then.
    if (!haveAllGot)
        QMetaObject::invokeMethod(this, &LiveReaders::awaitRoom, Qt::QueuedConnection);
}

bool LiveReaders::send(Reader& reader, const std::vector<std::string>& messages)
{
    if (reader.hasMissed && !os::sendDatagram(reader.socket.borrow(), rescanMessage()))
        return false;
    reader.hasMissed = !std::ranges::all_of(messages, [&](const std::string& message) {
        return os::sendDatagram(reader.socket.borrow(), message).has_value();
    });
    return !reader.hasMissed;
}

void LiveReaders::awaitRoom()
{
    const std::scoped_lock lock{m_mutex};
    for (const auto& reader : m_readers)
        reader->room->setEnabled(reader->hasMissed);
}

void LiveReaders::sendMissed(Reader& reader)
{
    reader.room->setEnabled(false);
    const std::scoped_lock lock{m_mutex};
    if (reader.hasMissed)
        reader.hasMissed = !os::sendDatagram(reader.socket.borrow(), rescanMessage());
}

} // namespace lamella::helper
