// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/pages/differencetext.h"

class QPainter;

namespace lamella::pages {

/// Paints the lines of a DifferenceText.
class DifferencePainter {
    Q_DECLARE_TR_FUNCTIONS(DifferencePainter)
public:
    DifferencePainter(QPainter* painter, DifferenceText* view);

    void paintLine(int line);
    void paintDivider();

private:
    void paintFold(int line);
    void paintSide(int line, models::Side side);
    void paintNumber(int line, models::Side side, const QColor& ground);
    void paintText(int line, models::Side side, const ChangeColors& shades);
    /// What is searched for; `formats` gets the colours of its letters.
    void paintHits(int line, models::Side side, const QTextLayout& layout, QPointF at,
                   QList<QTextLayout::FormatRange>& formats);
    void paintEnd(int line, models::Side side, const QTextLayout& layout, const ChangeColors& shades);
    /// What stands behind a line whose end is not what one expects; mostly empty.
    QString endWords(int line, models::Side side) const;
    const models::DifferenceRow& row(int line) const;
    QRectF partRect(const QTextLayout& layout, models::TextPart part, QPointF at) const;

    QPainter* m_painter;
    DifferenceText* m_view;
    DifferenceColumns m_columns;
    int m_ascent;
};

} // namespace lamella::pages
