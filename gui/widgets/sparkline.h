// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QStyledItemDelegate>

class QColor;
class QPainter;
class QRectF;

namespace lamella::widgets {

/// A small graph without axes: newest value at the right edge, `capacity` values over the whole width, a NaN is a gap.
/// The scale reaches from 0 to `top` or, where that is 0, to the largest value.
void paintSparkline(QPainter* painter, const QRectF& rect, const QList<double>& values, qsizetype capacity, double top,
                    const QColor& color);

/// Paints the QList<double> that an item has under `role` as a sparkline over the usual background of the row.
class SparklineDelegate final : public QStyledItemDelegate {
    Q_OBJECT
public:
    explicit SparklineDelegate(int role, QObject* parent = nullptr);

    /// The value at the top of the scale; 0 scales each row to its own largest.
    void setTop(double top) { m_top = top; }
    void setCapacity(qsizetype capacity) { m_capacity = capacity; }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    int m_role;
    double m_top = 0;
    qsizetype m_capacity = 60;
};

} // namespace lamella::widgets
