// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/stats_reader.h"
#include "gui/widgets/graphscale.h"

#include <QList>

#include <chrono>
#include <initializer_list>
#include <vector>

/// What the graphs draw and the figures say, worked out of the samples that the helper keeps.
namespace lamella::pages {

/// CPU use between neighbouring samples, 1 is one whole CPU; a gap where the container began anew.
QList<widgets::GraphPoint> cpuPoints(const std::vector<client::StatsSample>& samples);
QList<widgets::GraphPoint> memoryPoints(const std::vector<client::StatsSample>& samples);

/// The shortest of the spans (in growing order) that has room for all samples, or the longest: what has run for a few
/// seconds does not hide at the right edge.
std::chrono::minutes fittingSpan(const std::vector<client::StatsSample>& samples, quint64 nowUsec,
                                 std::initializer_list<std::chrono::minutes> spans);

/// Over the points since `fromUsec` that are no gaps.
struct Summary {
    bool empty = true;
    double average = 0;
    double peak = 0;
};
Summary summarize(const QList<widgets::GraphPoint>& points, quint64 fromUsec);

} // namespace lamella::pages
