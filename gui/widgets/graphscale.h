// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>
#include <QtMath>

#include <chrono>

/// The arithmetic of the history graphs, apart from their painting.
namespace lamella::widgets {

/// What a graph's values are.
enum class GraphUnit {
    Ratio, ///< 1 is a whole: shown in per cent
    Bytes, ///< shown in B, KiB, MiB …
};

/// A value at a time, µs since 1970. A NaN, or a step in time of more than kGapUsec, is a gap.
struct GraphPoint {
    quint64 timeUsec = 0;
    double value = 0;

    friend bool operator==(const GraphPoint&, const GraphPoint&) = default;
};
inline constexpr quint64 kGapUsec = 3'500'000;

/// The top of a scale and the distance of its ticks, round in the unit that people read; at least `largest`.
struct NiceScale {
    double top = 1;
    double step = 0.25;

    /// How many steps there are from 0 to the top.
    int ticks() const { return qRound(top / step); }
};
NiceScale niceScale(double largest, GraphUnit unit, int mostTicks);
QString graphValueText(double value, GraphUnit unit);
/// A tick's or a limit's label: no decimals that say nothing.
QString graphTickText(double value, GraphUnit unit);

/// The time axis: distance of the labels for a span, where there is room for `mostLabels`, and their texts ("-5 min",
/// "now").
std::chrono::seconds timeStep(std::chrono::seconds span, int mostLabels);
QString timeTickText(std::chrono::seconds before);

/// Points of one unbroken run in a coordinate of pixels: x of the column, values as they are.
struct GraphVertex {
    double x = 0;
    double value = 0;
};
using GraphRun = QList<GraphVertex>;

/// Cuts `points` (in the order of time) into runs between `fromUsec` and `toUsec` over `columns` device pixels. Where
/// several points fall on one column, its first, least, greatest and last stay, in the order of time: no peak is lost.
QList<GraphRun> squeeze(const QList<GraphPoint>& points, quint64 fromUsec, quint64 toUsec, double columns);

} // namespace lamella::widgets
