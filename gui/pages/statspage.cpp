// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/statspage.h"

#include "gui/client/container_client.h"
#include "gui/client/stats_feed.h"
#include "gui/format/formats.h"
#include "gui/pages/overviewtexts.h"
#include "gui/pages/statsseries.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/historygraph.h"
#include "gui/widgets/keyvalue.h"
#include "gui/widgets/stackedbar.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include <optional>

namespace lamella::pages {

using namespace std::chrono_literals;
using widgets::KeyValue;

StatsPage::StatsPage(client::Client* client, QWidget* parent)
    : Page(client, parent)
    , m_span(new QComboBox(this))
    , m_toLimit(new QCheckBox(tr("Scale to the &limit"), this))
    , m_cpu(new widgets::HistoryGraph(this))
    , m_memory(new widgets::HistoryGraph(this))
    , m_parts(new widgets::StackedBar(this))
    , m_cpuFigures(new KeyValue(this))
    , m_memoryFigures(new KeyValue(this))
{
    m_cpu->setObjectName(QStringLiteral("cpuGraph"));
    m_cpu->setTitle(tr("CPU, of one CPU"));
    m_memory->setObjectName(QStringLiteral("memoryGraph"));
    m_memory->setTitle(tr("Memory in use"));
    m_memory->setUnit(widgets::GraphUnit::Bytes);
    m_parts->setObjectName(QStringLiteral("memoryParts"));
    m_parts->setAccessibleName(tr("What the memory is used for"));
    createFigures();
    KeyValue::alignNames({m_cpuFigures, m_memoryFigures});

    QVBoxLayout* layout = createContent(widgets::kGroupSpacing);
    layout->addWidget(createControls());
    layout->addWidget(m_cpu, 1);
    layout->addWidget(m_cpuFigures);
    layout->addSpacing(widgets::kSpacing);
    layout->addWidget(m_memory, 1);
    layout->addWidget(m_parts);
    layout->addWidget(m_memoryFigures);
    setRefreshInterval(1s);
}

QWidget* StatsPage::createControls()
{
    auto* bar = new QWidget(this);
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* label = new QLabel(tr("&Show the last"), bar);
    label->setBuddy(m_span);
    m_span->setObjectName(QStringLiteral("statsSpan"));
    m_span->setAccessibleName(tr("Time shown"));
    for (const int minutes : {1, 5, 20})
        m_span->addItem(minutes == 1 ? tr("minute") : tr("%n minutes", nullptr, minutes), minutes);
    m_span->setCurrentIndex(1);
    m_toLimit->setObjectName(QStringLiteral("statsScaleToLimit"));
    m_toLimit->setChecked(true);
    m_toLimit->setToolTip(tr("Off: the scale follows what is used, and the limit may be above it"));
    layout->addWidget(label);
    layout->addWidget(m_span);
    layout->addSpacing(widgets::kSpacing);
    layout->addWidget(m_toLimit);
    layout->addStretch();
    connect(m_span, &QComboBox::activated, this, [this] { m_chosen = true; });
    connect(m_span, &QComboBox::currentIndexChanged, this, [this] {
        const std::chrono::minutes span(m_span->currentData().toInt());
        m_cpu->setSpan(span);
        m_memory->setSpan(span);
        if (m_chosen)
            refresh();
    });
    connect(m_toLimit, &QCheckBox::toggled, this, [this](bool on) {
        m_cpu->setScaledToLimit(on);
        m_memory->setScaledToLimit(on);
    });
    return bar;
}

void StatsPage::createFigures()
{
    m_cpuFigures->addRow(QStringLiteral("cpuUse"), tr("CPU"));
    m_cpuFigures->addRow(QStringLiteral("cpuTime"), tr("CPU time used"));
    m_cpuFigures->addRow(QStringLiteral("throttled"), tr("Held back by the limit"));
    m_memoryFigures->addRow(QStringLiteral("memoryUse"), tr("Memory"));
    m_memoryFigures->addRow(QStringLiteral("pids"), tr("Processes"));
    m_memoryFigures->addRow(QStringLiteral("oomKills"), tr("Killed for lack of memory"));
}

void StatsPage::containerSet()
{
    showSamples({});
}

void StatsPage::containerChanged()
{
    if (container())
        showLimits();
}

void StatsPage::refresh()
{
    if (!container())
        return;
    const std::vector<client::StatsSample> samples = container()->stats()->history();
    if (samples.empty() && !isAlive()) {
        showNotRunning(u"graph", tr("Here are the graphs of CPU and memory once the container runs."));
        return;
    }
    showSamples(samples);
    showContent();
}

void StatsPage::showLimits()
{
    const client::ContainerData& shown = container()->data();
    m_cpu->setLimit(shown.cpuQuota,
                    tr("limit %1").arg(widgets::graphTickText(shown.cpuQuota, widgets::GraphUnit::Ratio)));
    m_memory->setLimit(static_cast<double>(shown.memoryLimitBytes), tr("limit %1").arg(memoryLimitText(shown)));
    m_toLimit->setVisible(shown.cpuQuota > 0 || shown.memoryLimitBytes > 0);
}

void StatsPage::showSamples(const std::vector<client::StatsSample>& samples)
{
    const quint64 now = format::nowUsec();
    if (!m_chosen)
        m_span->setCurrentIndex(m_span->findData(int(fittingSpan(samples, now, {1min, 5min}).count())));
    const QString idle = isAlive() ? QString() : tr("not running");
    m_cpu->setIdle(idle);
    m_memory->setIdle(idle);
    m_cpu->setPoints(cpuPoints(samples), now);
    m_memory->setPoints(memoryPoints(samples), now);
    showFigures(samples);
}

void StatsPage::showFigures(const std::vector<client::StatsSample>& samples)
{
    const quint64 from = format::nowUsec() - static_cast<quint64>(std::chrono::microseconds(m_cpu->span()).count());
    const auto sentence = [](const Summary& summary, auto&& format) {
        return summary.empty ? QString() : tr("average %1, peak %2").arg(format(summary.average), format(summary.peak));
    };
    const auto asBytes = [](double value) { return format::bytes(static_cast<quint64>(value)); };
    m_cpuFigures->setValue(QStringLiteral("cpuUse"), sentence(summarize(cpuPoints(samples), from), format::percent));
    m_memoryFigures->setValue(QStringLiteral("memoryUse"), sentence(summarize(memoryPoints(samples), from), asBytes));
    const client::StatsSample last = samples.empty() ? client::StatsSample{} : samples.back();
    const auto time
        = [](quint64 usec) { return format::duration(std::chrono::microseconds(static_cast<std::int64_t>(usec))); };
    m_cpuFigures->setValue(QStringLiteral("cpuTime"), time(last.cpuUsec));
    m_cpuFigures->setValue(QStringLiteral("throttled"),
                           last.cpuLimitMilli == 0 && last.throttledUsec == 0 ? QString() : time(last.throttledUsec));
    const quint64 most = container() ? container()->data().pidsMax : 0;
    m_memoryFigures->setValue(QStringLiteral("pids"),
                              most > 0 ? tr("%1 of at most %2").arg(last.pids).arg(most) : QString::number(last.pids));
    m_memoryFigures->setValue(QStringLiteral("oomKills"), QString::number(last.oomKills));
    m_parts->setParts({{tr("anonymous"), static_cast<double>(last.anonBytes), format::bytes(last.anonBytes)},
                       {tr("file cache"), static_cast<double>(last.fileBytes), format::bytes(last.fileBytes)},
                       {tr("kernel"), static_cast<double>(last.kernelBytes), format::bytes(last.kernelBytes)}},
                      static_cast<double>(last.memoryLimitBytes));
}

} // namespace lamella::pages
