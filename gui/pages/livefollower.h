// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/live_stream.h"

#include <QObject>
#include <QPointer>
#include <QTimer>

#include <chrono>

namespace lamella::pages {

/// Says when the list of a container's changes is to be read again: as it changes something, and no more often than
/// reading is cheap.
class LiveFollower : public QObject {
    Q_OBJECT

public:
    enum class State {
        Off,
        Live,
        Refused, ///< for as long as this container is followed; where it may be otherwise later it is asked again
    };

    explicit LiveFollower(QObject* parent = nullptr);

    /// Does nothing where it is followed already, or never can be.
    void follow(client::ContainerClient* container);
    void leave();

    State state() const { return m_state; }
    /// Why it was refused.
    const QString& reason() const { return m_reason; }
    /// What has happened last, as of outdated(); nothing for no path.
    const client::LiveChange& last() const { return m_last; }

    /// The list was read, which took so long; it may be old already.
    void noteRead(std::chrono::milliseconds elapsed, bool isOutdated);

Q_SIGNALS:
    void stateChanged();
    /// The list is old.
    void outdated();

private:
    void set(State state, const QString& reason = {});
    void take(const client::LiveMessage& message);

    client::LiveStream m_stream;
    QPointer<client::ContainerClient> m_container;
    State m_state = State::Off;
    QString m_reason;
    bool m_mayAskAgain = false; ///< it was refused for a while only
    client::LiveChange m_last;
    QTimer m_soon;
};

/// "sh (42) wrote /etc/motd".
QString liveSentence(const client::LiveChange& change);

} // namespace lamella::pages
