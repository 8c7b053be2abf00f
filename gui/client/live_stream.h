// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/container_client.h"
#include "gui/client/descriptor.h"
#include "gui/client/error.h"
#include "resources/dbus/live_changes.h"

#include <QByteArrayView>
#include <QObject>
#include <QPointer>
#include <QSocketNotifier>
#include <QString>

#include <memory>
#include <vector>

namespace lamella::client {

/// What has happened at a path just now.
struct LiveChange {
    QString path; ///< absolute; bytes that are not UTF-8 appear as U+FFFD
    QString from; ///< what it was called before, where it was renamed
    quint32 kinds = 0; ///< dbus::kLiveCreated and so on
    Writer writer = {};
    quint64 timeUsec = 0;

    friend bool operator==(const LiveChange&, const LiveChange&) = default;
};

struct LiveMessage {
    std::vector<LiveChange> changes;
    bool isIncomplete = false; ///< only the list tells all that has happened
};

/// One message of Container.WatchChanges. Errors: Malformed.
Outcome<LiveMessage> parseLiveMessage(QByteArrayView message);

/// Follows what one container changes. Never blocks; reads a bounded piece for each turn of the event loop.
class LiveStream : public QObject {
    Q_OBJECT

public:
    explicit LiveStream(QObject* parent = nullptr);
    ~LiveStream() override;

    /// Asks for the container's stream, and leaves the one before: opened() or refused() comes later.
    void open(ContainerClient* container);
    /// Nothing is told any more.
    void close();

Q_SIGNALS:
    void opened();
    void refused(const lamella::client::ClientError& error);
    void happened(const lamella::client::LiveMessage& message);
    /// By the other side: the container or the helper has ended.
    void ended();

private:
    void take(Descriptor stream);
    void read();

    Descriptor m_stream;
    std::unique_ptr<QSocketNotifier> m_notifier;
    quint64 m_generation = 0;
};

} // namespace lamella::client
