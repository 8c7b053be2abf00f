// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/pending.h"
#include "gui/client/types.h"

#include <QObject>
#include <QVariantMap>

namespace lamella::client {

class Bus;

/// One exec or attach. The helper hangs it up when the window leaves the bus.
class SessionClient : public QObject {
    Q_OBJECT

public:
    SessionClient(Bus* bus, const QString& path, const QVariantMap& properties);
    ~SessionClient() override;

    const QString& path() const { return m_path; }
    const SessionData& data() const { return m_data; }

    Pending<void> resize(quint16 rows, quint16 columns);
    Pending<void> close();

    /// Takes what PropertiesChanged or a new snapshot brought. Called by Client.
    void update(const QVariantMap& properties);
    /// The helper has forgotten it. Called by Client.
    void vanish();

Q_SIGNALS:
    void changed();
    /// Once, when its program has ended (data().exitStatus) or it is gone.
    void ended();

private:
    Bus* m_bus;
    QString m_path;
    SessionData m_data;
    bool m_ended = false;
};

} // namespace lamella::client
