// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/statsseries.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace lamella::pages {

QList<widgets::GraphPoint> cpuPoints(const std::vector<client::StatsSample>& samples)
{
    QList<widgets::GraphPoint> points;
    for (std::size_t i = 1; i < samples.size(); ++i) {
        const client::StatsSample& before = samples[i - 1];
        const client::StatsSample& now = samples[i];
        // Counters start anew with each run, and a rate over a gap says nothing of either end.
        const bool gap = now.cpuUsec < before.cpuUsec || now.timeUsec > before.timeUsec + widgets::kGapUsec;
        points.append(
            {now.timeUsec, gap ? std::numeric_limits<double>::quiet_NaN() : client::cpuPercent(before, now) / 100});
    }
    return points;
}

QList<widgets::GraphPoint> memoryPoints(const std::vector<client::StatsSample>& samples)
{
    QList<widgets::GraphPoint> points;
    for (const client::StatsSample& sample : samples)
        points.append({sample.timeUsec, static_cast<double>(sample.memoryBytes)});
    return points;
}

std::chrono::minutes fittingSpan(const std::vector<client::StatsSample>& samples, quint64 nowUsec,
                                 std::initializer_list<std::chrono::minutes> spans)
{
    const quint64 oldest = samples.empty() ? nowUsec : std::min<quint64>(samples.front().timeUsec, nowUsec);
    const std::chrono::microseconds needed(static_cast<std::int64_t>(nowUsec - oldest));
    const auto fitting = std::ranges::find_if(spans, [needed](std::chrono::minutes span) { return needed <= span; });
    return fitting == spans.end() ? *std::prev(spans.end()) : *fitting;
}

Summary summarize(const QList<widgets::GraphPoint>& points, quint64 fromUsec)
{
    Summary summary;
    double sum = 0;
    int count = 0;
    for (const widgets::GraphPoint& point : points) {
        if (point.timeUsec < fromUsec || std::isnan(point.value))
            continue;
        summary.peak = std::max(summary.peak, point.value);
        sum += point.value;
        ++count;
    }
    summary.empty = count == 0;
    summary.average = count > 0 ? sum / count : 0;
    return summary;
}

} // namespace lamella::pages
