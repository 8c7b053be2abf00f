// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/format/state.h"

#include <QColor>

class QPainter;
class QPalette;
class QRectF;

namespace lamella::widgets {

QColor stateColor(format::ShownState state, const QPalette& palette);
/// ● running, ◐ paused, ○ stopped or created, ▲ failed, as large as `rect` allows.
void paintStateShape(QPainter* painter, const QRectF& rect, format::ShownState state, const QColor& color);

} // namespace lamella::widgets
