// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/limits_group.h"

#include "gui/format/formats.h"
#include "gui/widgets/fonts.h"

#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QSpinBox>

#include <algorithm>

namespace lamella::dialogs {

namespace {

constexpr quint64 kMiB = 1024 * 1024;
constexpr int kLeastMemory = 6; ///< MB; the contract's least (Manager.CreateContainer, memory_bytes)

void addField(QGridLayout* layout, int row, const QString& name, QWidget* field, const QString& bound)
{
    auto* label = new QLabel(name, layout->parentWidget());
    label->setBuddy(field);
    auto* note = new QLabel(bound, layout->parentWidget());
    note->setForegroundRole(QPalette::PlaceholderText);
    field->setMinimumWidth(136);
    layout->addWidget(label, row, 0);
    layout->addWidget(field, row, 1);
    layout->addWidget(note, row, 2);
}

} // namespace

LimitsGroup::LimitsGroup(const client::ManagerData& machine, QWidget* parent)
    : QWidget(parent)
    , m_memory(new QSpinBox(this))
    , m_cpus(new QDoubleSpinBox(this))
    , m_pids(new QSpinBox(this))
{
    m_memory->setObjectName(QStringLiteral("memoryLimit"));
    m_memory->setRange(0, static_cast<int>(std::clamp<quint64>(machine.memoryBytes / kMiB, 1, 1 << 30)));
    m_memory->setSingleStep(64);
    m_memory->setSuffix(tr(" MB"));
    m_memory->setSpecialValueText(tr("no limit"));
    m_cpus->setObjectName(QStringLiteral("cpuLimit"));
    m_cpus->setRange(0, std::max(1U, machine.cpuCount));
    m_cpus->setSingleStep(0.25);
    m_cpus->setDecimals(2);
    m_cpus->setSpecialValueText(tr("no limit"));
    m_pids->setObjectName(QStringLiteral("pidsLimit"));
    m_pids->setRange(0, 1'000'000);
    m_pids->setSingleStep(16);
    m_pids->setSpecialValueText(tr("2048"));

    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kSpacing);
    layout->setColumnStretch(2, 1);
    addField(layout, 0, tr("&Memory"), m_memory, tr("of %1").arg(format::bytes(machine.memoryBytes)));
    addField(layout, 1, tr("CP&Us"), m_cpus, tr("of %n", nullptr, static_cast<int>(machine.cpuCount)));
    addField(layout, 2, tr("&Processes"), m_pids, tr("at most"));
    setFocusProxy(m_memory);

    connect(m_memory, &QSpinBox::valueChanged, this, &LimitsGroup::changed);
    connect(m_cpus, &QDoubleSpinBox::valueChanged, this, &LimitsGroup::changed);
    connect(m_pids, &QSpinBox::valueChanged, this, &LimitsGroup::changed);
}

void LimitsGroup::fill(client::CreateOptions& options) const
{
    options.memoryBytes = static_cast<quint64>(m_memory->value()) * kMiB;
    options.cpuQuota = m_cpus->value();
    options.pidsMax = static_cast<quint64>(m_pids->value());
}

QString LimitsGroup::problem() const
{
    if (m_memory->value() > 0 && m_memory->value() < kLeastMemory)
        return tr("With less than %1 MB of memory a container cannot start.").arg(kLeastMemory);
    return {};
}

} // namespace lamella::dialogs
