// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/overviewtexts.h"

#include "gui/format/formats.h"
#include "gui/widgets/graphscale.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <chrono>

namespace lamella::pages {
namespace {

struct OverviewTexts {
    Q_DECLARE_TR_FUNCTIONS(OverviewTexts)
};

QString span(quint64 usec)
{
    return format::duration(std::chrono::microseconds(static_cast<std::int64_t>(usec)));
}

} // namespace

QString stateSentence(const client::ContainerData& data, quint64 nowUsec)
{
    const quint64 running = nowUsec > data.startedUsec ? nowUsec - data.startedUsec : 0;
    switch (data.state) {
    case client::ContainerState::Running:
        return OverviewTexts::tr("for %1, since %2").arg(span(running), format::timeOfDay(data.startedUsec));
    case client::ContainerState::Paused:
        return OverviewTexts::tr("(every process is frozen), started %1").arg(format::ago(data.startedUsec, nowUsec));
    default:
        break;
    }
    if (data.startedUsec == 0)
        return data.lastError.isEmpty() ? OverviewTexts::tr("(it has never run)")
                                        : OverviewTexts::tr("(it could not be started)");
    const QString ended = format::exitWords(data.exitStatus, data.oomKilled);
    if (data.finishedUsec == 0)
        return QStringLiteral("(%1)").arg(ended);
    return OverviewTexts::tr("(%1 %2, after %3)")
        .arg(ended, format::ago(data.finishedUsec, nowUsec),
             span(data.finishedUsec - std::min(data.startedUsec, data.finishedUsec)));
}

QString userMapSentence(const client::ContainerData& data)
{
    if (data.hostUidCount == 0)
        return OverviewTexts::tr("no user namespace: users inside are the same outside");
    return OverviewTexts::tr("root inside is user %1 outside; %2 ids are mapped")
        .arg(data.hostUidBase)
        .arg(data.hostUidCount);
}

QString cpuLimitText(const client::ContainerData& data)
{
    const QString weight = data.cpuWeight != 100 ? OverviewTexts::tr(", weight %1").arg(data.cpuWeight) : QString();
    if (data.cpuQuota <= 0)
        return OverviewTexts::tr("no limit") + weight;
    return OverviewTexts::tr("%1 of one CPU").arg(widgets::graphTickText(data.cpuQuota, widgets::GraphUnit::Ratio))
        + weight;
}

QString memoryLimitText(const client::ContainerData& data)
{
    return data.memoryLimitBytes > 0
        ? widgets::graphTickText(static_cast<double>(data.memoryLimitBytes), widgets::GraphUnit::Bytes)
        : OverviewTexts::tr("no limit");
}

QString timelineSentence(const client::ContainerData& data)
{
    const auto& steps = data.startTimeline;
    if (steps.empty())
        return {};
    quint64 before = 0;
    quint64 longest = 0;
    QString slowest;
    for (const client::TimelineStep& step : steps) {
        const quint64 took = step.usec - std::min(before, step.usec);
        if (took >= longest) {
            longest = took;
            slowest = step.step;
        }
        before = step.usec;
    }
    return OverviewTexts::tr("Started in %1; the slowest step was %2 (%3).")
        .arg(span(steps.back().usec), slowest, span(longest));
}

} // namespace lamella::pages
