// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/stats_reader.h"
#include "gui/widgets/graphscale.h"

#include <QList>

#include <vector>

/// What the graphs draw and the figures say, worked out of the samples that the helper keeps.
namespace lamella::pages {

/// CPU use between neighbouring samples, 1 is one whole CPU; a gap where the container began anew.
QList<widgets::GraphPoint> cpuPoints(const std::vector<client::StatsSample>& samples);
QList<widgets::GraphPoint> memoryPoints(const std::vector<client::StatsSample>& samples);

/// Over the points since `fromUsec` that are no gaps.
struct Summary {
    bool empty = true;
    double average = 0;
    double peak = 0;
};
Summary summarize(const QList<widgets::GraphPoint>& points, quint64 fromUsec);

} // namespace lamella::pages
