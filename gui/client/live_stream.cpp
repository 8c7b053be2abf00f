// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/live_stream.h"

#include <QCoreApplication>

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>

namespace lamella::client {

namespace {

/// Messages that are read in one turn of the event loop.
constexpr int kMostMessages = 16;

ClientError malformedStream()
{
    return {ErrorKind::Malformed,
            QCoreApplication::translate("ClientError", "What the helper tells of changes cannot be understood.")};
}

template <class Struct>
bool takeStruct(QByteArrayView& rest, Struct& into)
{
    if (rest.size() < static_cast<qsizetype>(sizeof into))
        return false;
    std::memcpy(&into, rest.data(), sizeof into);
    rest = rest.sliced(sizeof into);
    return true;
}

QString takeText(QByteArrayView& rest, quint16 length)
{
    const QString text = QString::fromUtf8(rest.first(length));
    rest = rest.sliced(length);
    return text;
}

/// Nothing where it is not as the contract says.
std::optional<LiveChange> takeRecord(QByteArrayView& rest)
{
    const QByteArrayView whole = rest;
    dbus::LiveRecord record{};
    if (!takeStruct(rest, record) || record.size > static_cast<std::size_t>(whole.size())
        || record.size < sizeof record + record.pathLength + record.fromLength + record.nameLength)
        return std::nullopt;
    LiveChange change;
    change.path = takeText(rest, record.pathLength);
    change.from = takeText(rest, record.fromLength);
    change.writer.name = takeText(rest, record.nameLength);
    change.writer.hostPid = record.hostPid;
    change.writer.containerPid = record.containerPid;
    change.writer.isLamella = (record.kinds & dbus::kLiveOurs) != 0;
    change.kinds = record.kinds;
    change.timeUsec = record.timeUsec;
    rest = whole.sliced(record.size);
    return change;
}

} // namespace

Outcome<LiveMessage> parseLiveMessage(QByteArrayView message)
{
    dbus::LiveHeader header{};
    if (!takeStruct(message, header) || header.magic != dbus::kLiveMagic)
        return std::unexpected(malformedStream());
    LiveMessage result;
    result.isIncomplete = header.rescan != 0;
    while (!message.isEmpty()) {
        auto change = takeRecord(message);
        if (!change || !change->path.startsWith(u'/'))
            return std::unexpected(malformedStream());
        result.changes.push_back(std::move(*change));
    }
    return result;
}

LiveStream::LiveStream(QObject* parent)
    : QObject(parent)
{
}

LiveStream::~LiveStream() = default;

void LiveStream::open(ContainerClient* container)
{
    close();
    const quint64 generation = m_generation;
    container->watchChanges().then(this, [this, generation](Outcome<Descriptor> stream) {
        if (generation != m_generation)
            return;
        if (stream)
            take(std::move(*stream));
        else
            Q_EMIT refused(stream.error());
    });
}

void LiveStream::close()
{
    ++m_generation;
    if (m_notifier) {
        // It may be what has called.
        m_notifier->setEnabled(false);
        m_notifier.release()->deleteLater();
    }
    m_stream = Descriptor();
}

void LiveStream::take(Descriptor stream)
{
    m_stream = std::move(stream);
    m_notifier = std::make_unique<QSocketNotifier>(m_stream.get(), QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &LiveStream::read);
    Q_EMIT opened();
}

void LiveStream::read()
{
    const quint64 generation = m_generation;
    for (int count = 0; count < kMostMessages && generation == m_generation; ++count) {
        std::array<char, dbus::kLiveMessage> buffer;
        const ssize_t length = ::recv(m_stream.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (length < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        const auto message = length > 0 ? parseLiveMessage(QByteArrayView(buffer.data(), length))
                                        : Outcome<LiveMessage>(std::unexpected(malformedStream()));
        if (message) {
            Q_EMIT happened(*message);
            continue;
        }
        close();
        if (length > 0)
            Q_EMIT refused(message.error());
        else
            Q_EMIT ended();
        return;
    }
}

} // namespace lamella::client
