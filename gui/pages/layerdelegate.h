// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace lamella::pages {

/// A layer as a sheet of the pile, as thick as it is large: its number, the command that made it, what it does and its
/// size; and the letter of what it does at the path that is marked. The writable layer stands out in the accent's
/// colour.
class LayerDelegate final : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    void paintSheet(QPainter* painter, const QStyleOptionViewItem& option, const QRectF& sheet, int edge,
                    bool writable) const;
    int paintMark(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index,
                  const QRect& line) const;
    void paintTexts(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index, QRect room) const;
};

} // namespace lamella::pages
