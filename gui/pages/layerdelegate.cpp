// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/layerdelegate.h"

#include "gui/models/change_words.h"
#include "gui/models/layers_model.h"
#include "gui/pages/changedelegate.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/focusring.h"
#include "gui/widgets/fonts.h"

#include <QApplication>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace lamella::pages {

using models::LayersModel;
using widgets::kGrid;
using widgets::kSpacing;

namespace {

constexpr int kFiguresWidth = 76;
constexpr int kThinnest = 3; ///< pixels of a sheet's edge
constexpr int kThickest = 22;

/// By the root, so that a small layer beside a large one is still one.
int thickness(const QModelIndex& index)
{
    const double share = std::clamp(index.data(LayersModel::FractionRole).toDouble(), 0.0, 1.0);
    return kThinnest + static_cast<int>(std::lround(std::sqrt(share) * (kThickest - kThinnest)));
}

} // namespace

QSize LayerDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const int lines = QFontMetrics(widgets::monospaceFont(option.font)).height()
        + QFontMetrics(widgets::smallFont(option.font)).height();
    return {200, std::max(widgets::kListRowHeight, lines + 2 * kSpacing) + thickness(index) + kGrid};
}

void LayerDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QRect sheet = option.rect.adjusted(0, kGrid / 2, 0, -kGrid / 2);
    const int edge = thickness(index);
    paintSheet(painter, option, sheet, edge, index.data(LayersModel::WritableRole).toBool());
    paintTexts(painter, option, index, sheet.adjusted(kSpacing + kGrid, 0, -kSpacing - kGrid, -edge));
    painter->restore();
    QStyleOptionViewItem ring = option;
    ring.rect = sheet;
    widgets::paintFocusRing(painter, ring);
}

void LayerDelegate::paintSheet(QPainter* painter, const QStyleOptionViewItem& option, const QRectF& sheet, int edge,
                               bool writable) const
{
    const QPalette& palette = option.palette;
    const QColor accent = widgets::accent(palette);
    QColor face = palette.color(QPalette::Base);
    QColor line = widgets::hairline(palette);
    QColor side = widgets::mixed(face, palette.color(QPalette::Text), 0.18);
    if (writable) {
        face = widgets::mixed(accent, palette.color(QPalette::Base), 0.88);
        line = side = accent;
    }
    if (option.state.testFlag(QStyle::State_Selected))
        face = palette.color(QPalette::Highlight);
    else if (option.state.testFlag(QStyle::State_MouseOver))
        face = widgets::mixed(face, palette.color(QPalette::Text), 0.05);
    // The edge that one sees of a sheet that lies there.
    painter->setPen(QPen(line, 1));
    painter->setBrush(side);
    painter->drawRoundedRect(sheet.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5);
    painter->setBrush(face);
    painter->drawRoundedRect(sheet.adjusted(0.5, 0.5, -0.5, -0.5 - edge), 5, 5);
}

void LayerDelegate::paintTexts(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index,
                               QRect room) const
{
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const bool writable = index.data(LayersModel::WritableRole).toBool();
    const QColor text = option.palette.color(selected ? QPalette::HighlightedText : QPalette::Text);
    const QColor second = selected ? text : widgets::secondaryText(option.palette);
    const auto cell = [&](int column) { return index.siblingAtColumn(column).data().toString(); };

    const QFont first = writable ? widgets::sectionFont(option.font) : widgets::monospaceFont(option.font);
    const QFont below = widgets::smallFont(option.font);
    const int firstHeight = QFontMetrics(first).height();
    const int belowHeight = QFontMetrics(below).height();
    const int top = room.top() + (room.height() - firstHeight - belowHeight - 2) / 2;
    QRect line(room.left(), top, room.width() - kFiguresWidth - kSpacing, firstHeight);
    painter->setFont(first);
    painter->setPen(text);
    painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                      QFontMetrics(first).elidedText(cell(LayersModel::CommandColumn), Qt::ElideRight, line.width()));
    painter->setFont(widgets::tabularFont(option.font));
    painter->drawText(QRect(room.right() - kFiguresWidth + 1, top, kFiguresWidth, firstHeight),
                      Qt::AlignRight | Qt::AlignVCenter, cell(LayersModel::SizeColumn));
    line = QRect(room.left(), top + firstHeight + 2, room.width(), belowHeight);
    line.setRight(paintMark(painter, option, index, line));
    const QString changes = index.data(LayersModel::ChangesRole).toString();
    const QString digest = cell(LayersModel::DigestColumn);
    const QString note = writable
        ? (changes.isEmpty() ? tr("on top, for this container alone") : changes)
        : tr("layer %1 \u00b7 %2").arg(cell(LayersModel::NumberColumn), changes.isEmpty() ? digest : changes);
    painter->setFont(below);
    painter->setPen(second);
    painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                      QFontMetrics(below).elidedText(note, Qt::ElideRight, line.width()));
}

// The letter of what the layer does at the path that is pointed at; what is left of the line ends before it.
int LayerDelegate::paintMark(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index,
                             const QRect& line) const
{
    const int kind = index.data(LayersModel::MarkRole).toInt();
    if (kind < 0)
        return line.right();
    const auto change = static_cast<client::ChangeKind>(kind);
    const QRect mark(line.right() - 21, line.center().y() - 8, 22, 18);
    painter->setPen(Qt::NoPen);
    painter->setBrush(option.palette.color(QPalette::Base));
    painter->drawRoundedRect(mark, 4, 4);
    painter->setPen(changeColor(change, option.palette));
    painter->setFont(widgets::sectionFont(widgets::monospaceFont(option.font)));
    painter->drawText(mark, Qt::AlignCenter, models::changeLetter(change));
    return mark.left() - kSpacing;
}

} // namespace lamella::pages
