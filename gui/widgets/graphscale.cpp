// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/graphscale.h"

#include "gui/format/formats.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <array>
#include <cmath>

namespace lamella::widgets {
namespace {

struct GraphScale {
    Q_DECLARE_TR_FUNCTIONS(GraphScale)
};

/// The points of one pixel column, of which at most four stay.
struct Column {
    GraphVertex first, least, greatest, last;
    bool empty = true;

    void add(const GraphVertex& vertex)
    {
        if (empty) {
            first = least = greatest = last = vertex;
            empty = false;
            return;
        }
        last = vertex;
        if (vertex.value < least.value)
            least = vertex;
        if (vertex.value > greatest.value)
            greatest = vertex;
    }

    void flushInto(GraphRun& run)
    {
        if (empty)
            return;
        std::array kept{first, least, greatest, last};
        std::ranges::stable_sort(kept, {}, &GraphVertex::x);
        for (const GraphVertex& vertex : kept)
            if (run.isEmpty() || run.last().x != vertex.x || run.last().value != vertex.value)
                run.append(vertex);
        empty = true;
    }
};

} // namespace

NiceScale niceScale(double largest, GraphUnit unit, int mostTicks)
{
    // Of the ratios, 1 % is the least top that is worth a scale; of bytes, 64 KiB.
    largest = std::max(std::isfinite(largest) ? largest : 0.0, unit == GraphUnit::Ratio ? 0.01 : 65536.0);
    const double base = unit == GraphUnit::Ratio ? 10 : 2;
    double step = 0;
    if (unit == GraphUnit::Bytes) {
        step = std::exp2(std::ceil(std::log2(largest / mostTicks)));
    } else {
        const double magnitude = std::pow(base, std::floor(std::log10(largest / mostTicks)));
        for (const double factor : {1.0, 2.0, 2.5, 5.0, 10.0}) {
            step = factor * magnitude;
            if (step * mostTicks >= largest * (1 - 1e-9))
                break;
        }
    }
    return {step * std::ceil(largest / step * (1 - 1e-9)), step};
}

QString graphValueText(double value, GraphUnit unit)
{
    return unit == GraphUnit::Ratio ? format::percent(value)
                                    : format::bytes(static_cast<quint64>(std::max(0.0, value)));
}

QString graphTickText(double value, GraphUnit unit)
{
    if (value == 0)
        return QStringLiteral("0");
    if (unit == GraphUnit::Bytes)
        return graphValueText(value, unit)
            .replace(QLocale().decimalPoint() + QStringLiteral("0 "), QStringLiteral(" "));
    const double shown = value * 100;
    const int decimals = shown < 1 ? 2 : std::abs(shown - std::round(shown)) > 1e-6 ? 1 : 0;
    return GraphScale::tr("%1 %").arg(QLocale().toString(shown, 'f', decimals));
}

std::chrono::seconds timeStep(std::chrono::seconds span, int mostLabels)
{
    using namespace std::chrono_literals;
    for (const auto step : {10s, 15s, 30s, 60s, 120s, 300s, 600s})
        if (span / step < std::clamp(mostLabels, 2, 6))
            return step;
    return span;
}

QString timeTickText(std::chrono::seconds before)
{
    if (before.count() == 0)
        return GraphScale::tr("now");
    // U+2212, the minus sign: as wide as the digits.
    if (before.count() % 60 == 0)
        return GraphScale::tr("\u2212%1 min").arg(before.count() / 60);
    return GraphScale::tr("\u2212%1 s").arg(before.count());
}

QList<GraphRun> squeeze(const QList<GraphPoint>& points, quint64 fromUsec, quint64 toUsec, double columns)
{
    QList<GraphRun> runs;
    if (toUsec <= fromUsec || columns <= 0)
        return runs;
    const double scale = columns / static_cast<double>(toUsec - fromUsec);
    GraphRun run;
    Column column;
    double place = 0;
    const auto finish = [&] {
        column.flushInto(run);
        if (!run.isEmpty())
            runs.append(std::exchange(run, {}));
    };
    for (qsizetype i = 0; i < points.size(); ++i) {
        const GraphPoint& point = points[i];
        const bool outside = point.timeUsec > toUsec || (i + 1 < points.size() && points[i + 1].timeUsec < fromUsec);
        const bool late = i > 0 && point.timeUsec > points[i - 1].timeUsec + kGapUsec;
        if (outside || late || std::isnan(point.value))
            finish();
        if (outside || std::isnan(point.value))
            continue;
        const double x = (static_cast<double>(point.timeUsec) - static_cast<double>(fromUsec)) * scale;
        if (std::floor(x) != place)
            column.flushInto(run);
        place = std::floor(x);
        column.add({x, point.value});
    }
    finish();
    return runs;
}

} // namespace lamella::widgets
