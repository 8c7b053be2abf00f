// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/state.h"

#include "gui/widgets/colors.h"

#include <QCoreApplication>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <csignal>

namespace lamella::widgets {
namespace {

struct StateWords {
    Q_DECLARE_TR_FUNCTIONS(StateWords)
};

bool endedByRequest(int exitStatus)
{
    const int signal = exitStatus - 128;
    return signal == SIGTERM || signal == SIGKILL || signal == SIGINT || signal == SIGHUP;
}

} // namespace

ShownState shownState(const QString& state, int exitStatus, bool oomKilled, bool startFailed)
{
    if (state == QLatin1StringView("running"))
        return ShownState::Running;
    if (state == QLatin1StringView("paused"))
        return ShownState::Paused;
    if (startFailed || oomKilled || (exitStatus > 0 && !endedByRequest(exitStatus)))
        return ShownState::Failed;
    return state == QLatin1StringView("created") ? ShownState::Created : ShownState::Stopped;
}

QString stateWord(ShownState state)
{
    switch (state) {
    case ShownState::Created:
        return StateWords::tr("created");
    case ShownState::Running:
        return StateWords::tr("running");
    case ShownState::Paused:
        return StateWords::tr("paused");
    case ShownState::Stopped:
        return StateWords::tr("stopped");
    case ShownState::Failed:
        break;
    }
    return StateWords::tr("failed");
}

QColor stateColor(ShownState state, const QPalette& palette)
{
    switch (state) {
    case ShownState::Running:
        return meaningColor(Meaning::Good, palette);
    case ShownState::Paused:
        return meaningColor(Meaning::Attention, palette);
    case ShownState::Failed:
        return meaningColor(Meaning::Bad, palette);
    default:
        return secondaryText(palette);
    }
}

void paintStateShape(QPainter* painter, const QRectF& rect, ShownState state, const QColor& color)
{
    const qreal side = std::min(rect.width(), rect.height());
    QRectF box(0, 0, side, side);
    box.moveCenter(rect.center());
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const qreal line = std::max(1.25, side / 7);
    const QRectF ring = box.adjusted(line / 2, line / 2, -line / 2, -line / 2);
    painter->setPen(QPen(color, line, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    switch (state) {
    case ShownState::Running:
        painter->setBrush(color);
        painter->drawEllipse(ring);
        break;
    case ShownState::Paused:
        painter->drawEllipse(ring);
        painter->setBrush(color);
        painter->drawPie(ring, 90 * 16, 180 * 16);
        break;
    case ShownState::Failed:
        painter->setBrush(color);
        painter->drawPolygon(QPolygonF{QPointF(ring.center().x(), ring.top()), ring.bottomRight(), ring.bottomLeft()});
        break;
    default:
        painter->drawEllipse(ring);
    }
    painter->restore();
}

} // namespace lamella::widgets
