// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QWidget>

class QDoubleSpinBox;
class QSpinBox;

namespace lamella::dialogs {

/// The limits of a container, within what the machine has; the least value means no limit.
class LimitsGroup : public QWidget {
    Q_OBJECT

public:
    LimitsGroup(const client::ManagerData& machine, QWidget* parent = nullptr);

    /// Writes memoryBytes, cpuQuota and pidsMax.
    void fill(client::CreateOptions& options) const;
    /// What is wrong, a sentence; empty where all is well.
    QString problem() const;

Q_SIGNALS:
    void changed();

private:
    QSpinBox* m_memory;
    QDoubleSpinBox* m_cpus;
    QSpinBox* m_pids;
};

} // namespace lamella::dialogs
