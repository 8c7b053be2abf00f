// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/live/live_readers.h"

#include "engine/os/socket.h"
#include "helper/live/live_messages.h"

#include <algorithm>
#include <utility>

namespace lamella::helper {

LiveReaders::~LiveReaders() = default;

Result<UniqueFd> LiveReaders::add(const QString& busName, Quota::Place place)
{
    auto [ours, theirs] = TRY(os::makeSocketPair(SOCK_SEQPACKET | SOCK_NONBLOCK));
    auto reader = std::make_unique<Reader>(busName, std::move(place), std::move(ours));
    reader->leaving = std::make_unique<QSocketNotifier>(reader->socket.get(), QSocketNotifier::Read);
    connect(reader->leaving.get(), &QSocketNotifier::activated, this,
            [this, leaving = reader.get()] { remove(leaving); });
    const std::scoped_lock lock{m_mutex};
    m_readers.push_back(std::move(reader));
    return std::move(theirs);
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
    for (const auto& reader : m_readers)
        send(*reader, messages);
}

void LiveReaders::send(Reader& reader, const std::vector<std::string>& messages)
{
    static const std::string rescan = liveMessages({{}, true}).front();
    if (reader.hasMissed && !os::sendDatagram(reader.socket.borrow(), rescan))
        return;
    reader.hasMissed = !std::ranges::all_of(messages, [&](const std::string& message) {
        return os::sendDatagram(reader.socket.borrow(), message).has_value();
    });
}

} // namespace lamella::helper
