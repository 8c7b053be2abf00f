// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/widgets/graphscale.h"

#include <QWidget>

#include <optional>

namespace lamella::widgets {

/// One figure over time: a thin line over a soft fill, the limit as a dashed line with its label, a round scale at the
/// left, the time below, the value under the pointer (or under the cursor, moved with the arrow keys). Above it stand
/// its title and the newest value. Where nothing ran, nothing is drawn.
class HistoryGraph final : public QWidget {
    Q_OBJECT
public:
    explicit HistoryGraph(QWidget* parent = nullptr);

    /// The title is also the accessible name.
    void setTitle(const QString& title);
    void setUnit(GraphUnit unit);
    /// Points in the order of time; the right edge is `nowUsec`.
    void setPoints(const QList<GraphPoint>& points, quint64 nowUsec);
    /// Where there is no value now, this stands in its place ("not running"); a value that was measured just before
    /// what it is about ended is no value of now. Empty: the newest value counts again.
    void setIdle(const QString& why);
    /// 0: none. `label` stands at the line ("limit 64 MiB").
    void setLimit(double limit, const QString& label);
    /// Whether the scale reaches up to the limit (on by default); otherwise the label points at it.
    void setScaledToLimit(bool scaled);
    void setSpan(std::chrono::seconds span);
    std::chrono::seconds span() const { return m_span; }
    /// Without title and figures, for small places.
    void setCompact(bool compact);

    /// The newest value, if it is of now.
    std::optional<double> currentValue() const;
    /// Where a value and a time stand in the widget, in logical pixels; for hovering and tests.
    QPointF positionOf(quint64 timeUsec, double value) const;
    QRectF plotRect() const;
    /// What is shown under the pointer at x; empty where nothing ran.
    QString textAt(qreal x) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    NiceScale scale() const;
    double largest() const;
    quint64 fromUsec() const;
    int headerHeight() const;
    int axisWidth() const;
    /// Index of the point nearest to x; -1 where there is none.
    qsizetype pointAt(qreal x) const;
    void paintHeader(QPainter* painter) const;
    void paintAxes(QPainter* painter, const QRectF& plot) const;
    void paintRuns(QPainter* painter, const QRectF& plot) const;
    void paintLimit(QPainter* painter, const QRectF& plot) const;
    void paintCursor(QPainter* painter, const QRectF& plot) const;
    void describe();

    QString m_title;
    GraphUnit m_unit = GraphUnit::Ratio;
    QList<GraphPoint> m_points;
    quint64 m_now = 0;
    double m_limit = 0;
    QString m_limitLabel;
    QString m_idle;
    bool m_scaledToLimit = true;
    bool m_compact = false;
    std::chrono::seconds m_span{300};
    std::optional<qreal> m_cursor;
};

} // namespace lamella::widgets
