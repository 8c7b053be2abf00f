// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/pending.h"
#include "gui/client/types.h"

#include <QObject>
#include <QVariantMap>

namespace lamella::client {

class Bus;

/// One job: long work of the helper. The helper forgets it 60 s after it ended.
class JobClient : public QObject {
    Q_OBJECT

public:
    JobClient(Bus* bus, const QString& path, const QVariantMap& properties);

    const QString& path() const { return m_path; }
    const JobData& data() const { return m_data; }
    bool isRunning() const { return m_data.state == JobState::Running; }

    Pending<void> cancel();
    /// Comes when the job has ended: with its result, or with its error.
    Pending<QStringList> wait();

    /// Takes what PropertiesChanged or a new snapshot brought. Called by Client.
    void update(const QVariantMap& properties);

Q_SIGNALS:
    void changed();

private:
    Bus* m_bus;
    QString m_path;
    JobData m_data;
};

} // namespace lamella::client
