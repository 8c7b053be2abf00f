// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/layerdelegate.h"

#include "gui/models/layers_model.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/focusring.h"
#include "gui/widgets/fonts.h"

#include <QApplication>
#include <QPainter>

#include <algorithm>

namespace lamella::pages {

using models::LayersModel;
using widgets::kGrid;
using widgets::kSpacing;

namespace {

constexpr int kBarWidth = 96;
constexpr int kBarHeight = 4;

} // namespace

QSize LayerDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const
{
    const int lines = QFontMetrics(widgets::monospaceFont(option.font)).height()
        + QFontMetrics(widgets::smallFont(option.font)).height();
    return {320, std::max(widgets::kListRowHeight + kGrid, lines + 2 * kSpacing + kGrid)};
}

void LayerDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QRect sheet = option.rect.adjusted(0, kGrid / 2, 0, -kGrid / 2);
    paintSheet(painter, option, sheet, index.data(LayersModel::WritableRole).toBool());
    paintTexts(painter, option, index, sheet.adjusted(kSpacing + kGrid, 0, -kSpacing - kGrid, 0));
    painter->restore();
    QStyleOptionViewItem ring = option;
    ring.rect = sheet;
    widgets::paintFocusRing(painter, ring);
}

void LayerDelegate::paintSheet(QPainter* painter, const QStyleOptionViewItem& option, const QRectF& sheet,
                               bool writable) const
{
    const QPalette& palette = option.palette;
    const QColor accent = widgets::accent(palette);
    QColor fill = palette.color(QPalette::Base);
    QColor edge = widgets::hairline(palette);
    if (writable) {
        fill = widgets::mixed(accent, palette.color(QPalette::Base), 0.88);
        edge = accent;
    }
    if (option.state.testFlag(QStyle::State_Selected))
        fill = palette.color(QPalette::Highlight);
    else if (option.state.testFlag(QStyle::State_MouseOver))
        fill = widgets::mixed(fill, palette.color(QPalette::Text), 0.05);
    painter->setPen(QPen(edge, 1));
    painter->setBrush(fill);
    painter->drawRoundedRect(sheet.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5);
}

void LayerDelegate::paintTexts(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index,
                               QRect room) const
{
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const bool writable = index.data(LayersModel::WritableRole).toBool();
    const QColor text = option.palette.color(selected ? QPalette::HighlightedText : QPalette::Text);
    const QColor second = selected ? text : widgets::secondaryText(option.palette);
    const auto cell = [&](int column) { return index.siblingAtColumn(column).data().toString(); };

    const QFont figures = widgets::tabularFont(option.font);
    const QRect right(room.right() - kBarWidth + 1, room.top(), kBarWidth, room.height());
    painter->setFont(figures);
    painter->setPen(text);
    painter->drawText(right.adjusted(0, kSpacing, 0, -kSpacing - kBarHeight - kGrid), Qt::AlignRight | Qt::AlignVCenter,
                      cell(LayersModel::SizeColumn));
    const QRectF bar(right.left(), right.bottom() - kSpacing - kBarHeight - 2, right.width(), kBarHeight);
    painter->setPen(Qt::NoPen);
    painter->setBrush(selected ? widgets::mixed(text, option.palette.color(QPalette::Highlight), 0.7)
                               : widgets::hairline(option.palette));
    painter->drawRoundedRect(bar, 2, 2);
    painter->setBrush(selected ? text : widgets::accent(option.palette));
    const double share = std::clamp(index.data(LayersModel::FractionRole).toDouble(), 0.0, 1.0);
    if (share > 0)
        painter->drawRoundedRect(QRectF(bar.left(), bar.top(), std::max(2.0, bar.width() * share), bar.height()), 2, 2);

    room.setRight(right.left() - widgets::kGroupSpacing);
    const QFont first = writable ? widgets::sectionFont(option.font) : widgets::monospaceFont(option.font);
    const QFont below = widgets::smallFont(option.font);
    const int height = QFontMetrics(first).height() + QFontMetrics(below).height() + 2;
    const int top = room.top() + (room.height() - height) / 2;
    painter->setFont(first);
    painter->setPen(text);
    painter->drawText(QRect(room.left(), top, room.width(), QFontMetrics(first).height()),
                      Qt::AlignLeft | Qt::AlignVCenter,
                      QFontMetrics(first).elidedText(cell(LayersModel::CommandColumn), Qt::ElideRight, room.width()));
    const QString note = writable
        ? tr("on top, for this container alone")
        : tr("layer %1, read-only \u00b7 %2").arg(cell(LayersModel::NumberColumn), cell(LayersModel::DigestColumn));
    painter->setFont(below);
    painter->setPen(second);
    painter->drawText(
        QRect(room.left(), top + QFontMetrics(first).height() + 2, room.width(), QFontMetrics(below).height()),
        Qt::AlignLeft | Qt::AlignVCenter, QFontMetrics(below).elidedText(note, Qt::ElideRight, room.width()));
}

} // namespace lamella::pages
