// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/pending.h"
#include "gui/client/types.h"

#include <QObject>
#include <QVariantMap>

namespace lamella::client {

class Bus;

/// One container in the trash. Deleted (later) after Client::trashedRemoved.
class TrashedClient : public QObject {
    Q_OBJECT

public:
    TrashedClient(Bus* bus, const QString& path, const QVariantMap& properties);

    const QString& path() const { return m_path; }
    const TrashedData& data() const { return m_data; }

    /// Makes it a container again; the name that it has then.
    Pending<QString> restore();
    /// Deletes it for good; the bytes that its writable layer took.
    Pending<quint64> erase();
    Pending<ChangeSummary> summarizeChanges();

    /// Takes what PropertiesChanged or a new snapshot brought. Called by Client.
    void update(const QVariantMap& properties);

Q_SIGNALS:
    void changed();

private:
    Bus* m_bus;
    QString m_path;
    TrashedData m_data;
};

} // namespace lamella::client
