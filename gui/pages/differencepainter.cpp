// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/differencepainter.h"

#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"

#include <QPainter>
#include <QScrollBar>

namespace lamella::pages {

using models::LineEnd;
using models::RowKind;
using models::Side;

namespace {

/// The mark of the change that one went to.
constexpr int kCurrentMark = 3;
/// Room above the letters of a line.
constexpr int kAboveText = widgets::kGrid / 2;
/// How much of the ground there is in the mark of a text that was found.
constexpr double kFaint = 0.75;

QRect between(Span span, const QRect& line)
{
    return {span.from, line.top(), span.width(), line.height()};
}

} // namespace

DifferencePainter::DifferencePainter(QPainter* painter, DifferenceText* view)
    : m_painter(painter)
    , m_view(view)
    , m_columns(view->columns())
    , m_ascent(kAboveText + view->fontMetrics().ascent())
{
    painter->setFont(view->font());
}

const models::DifferenceRow& DifferencePainter::row(int line) const
{
    return m_view->lines().difference()->rows[static_cast<std::size_t>(m_view->lines().at(line).row)];
}

void DifferencePainter::paintLine(int line)
{
    if (m_view->lines().at(line).folded > 0) {
        paintFold(line);
        return;
    }
    switch (m_view->arrangement()) {
    case Arrangement::SideBySide:
        paintSide(line, Side::Left);
        paintSide(line, Side::Right);
        break;
    case Arrangement::OneColumn:
        paintSide(line, sideOfLine(m_view->lines(), line, Side::Right));
        break;
    case Arrangement::Alone:
        paintSide(line, m_view->selection().side);
        break;
    }
    const QRect place = m_view->lineRect(line);
    if (m_view->isInCurrentChange(line))
        m_painter->fillRect(0, place.top(), kCurrentMark, place.height(), widgets::accent(m_view->palette()));
}

void DifferencePainter::paintDivider()
{
    if (m_view->arrangement() != Arrangement::SideBySide)
        return;
    m_painter->setPen(widgets::hairline(m_view->palette()));
    m_painter->drawLine(m_columns.right.whole.from, 0, m_columns.right.whole.from, m_view->viewport()->height());
}

void DifferencePainter::paintFold(int line)
{
    const QPalette palette = m_view->palette();
    const QRect place = m_view->lineRect(line);
    const QColor ground = changeColors(ChangeTone::Absent, palette).ground;
    m_painter->fillRect(place, ground);
    m_painter->setPen(readableOn({ground}, widgets::secondaryText(palette), palette));
    const int from = m_columns.left.text.from;
    m_painter->drawText(
        QPoint(from - m_view->fontMetrics().horizontalAdvance(QStringLiteral("\u22ef ")), place.top() + m_ascent),
        QStringLiteral("\u22ef ") + tr("%n unchanged lines", "", m_view->lines().at(line).folded));
}

void DifferencePainter::paintSide(int line, Side side)
{
    const QRect place = m_view->lineRect(line);
    const ChangeTone tone = m_view->tone(line, side);
    const ChangeColors shades = changeColors(tone, m_view->palette());
    const SideColumns& columns = m_columns.at(side);
    m_painter->fillRect(between(columns.whole, place), shades.ground);
    if (m_view->lines().textLine(line, side) < 0)
        return;
    if (m_view->arrangement() == Arrangement::OneColumn) {
        paintNumber(line, Side::Left, shades.ground);
        paintNumber(line, Side::Right, shades.ground);
    } else {
        paintNumber(line, side, shades.ground);
    }
    m_painter->setPen(shades.sign);
    m_painter->drawText(between(columns.sign, place), Qt::AlignCenter, changeSign(tone));
    paintText(line, side, shades);
}

void DifferencePainter::paintNumber(int line, Side side, const QColor& ground)
{
    const int number = m_view->lines().textLine(line, side);
    if (number < 0)
        return;
    const QPalette palette = m_view->palette();
    m_painter->setPen(readableOn({ground}, widgets::secondaryText(palette), palette));
    const QRect place = between(m_columns.at(side).numbers, m_view->lineRect(line));
    m_painter->drawText(place.adjusted(0, 0, -widgets::kSpacing, 0), Qt::AlignRight | Qt::AlignVCenter,
                        QString::number(number + 1));
}

QRectF DifferencePainter::partRect(const QTextLayout& layout, models::TextPart part, QPointF at) const
{
    const QTextLine text = layout.lineAt(0);
    const qreal from = text.cursorToX(part.from);
    const qreal to = text.cursorToX(part.from + part.length);
    return {at.x() + from, at.y(), to - from, qreal(m_view->lineHeight())};
}

void DifferencePainter::paintText(int line, Side side, const ChangeColors& shades)
{
    const QPalette palette = m_view->palette();
    const QRect place = between(m_columns.at(side).text, m_view->lineRect(line));
    const QTextLayout& layout = m_view->layout(line, side);
    const QPointF at(place.left() - m_view->horizontalScrollBar()->value(), place.top());
    m_painter->save();
    m_painter->setClipRect(place);
    if (row(line).kind == RowKind::Changed)
        m_painter->fillRect(partRect(layout, row(line).part(side), at), shades.part);
    QList<QTextLayout::FormatRange> selected;
    paintHits(line, side, layout, at, selected);
    const TextSelection& selection = m_view->selection();
    const bool isOfSelection = m_view->arrangement() != Arrangement::SideBySide || selection.side == side;
    const models::TextPart part = selection.partOf(line, static_cast<int>(layout.text().size()));
    if (isOfSelection && part.length > 0) {
        m_painter->fillRect(partRect(layout, part, at), palette.color(QPalette::Highlight));
        selected.append({.start = part.from, .length = part.length, .format = {}});
        selected.last().format.setForeground(palette.color(QPalette::HighlightedText));
    }
    m_painter->setPen(palette.color(QPalette::Text));
    layout.draw(m_painter, at + QPointF(0, kAboveText), selected);
    paintEnd(line, side, layout, shades);
    m_painter->restore();
}

void DifferencePainter::paintHits(int line, Side side, const QTextLayout& layout, QPointF at,
                                  QList<QTextLayout::FormatRange>& formats)
{
    const QPalette palette = m_view->palette();
    const QColor ground = palette.color(QPalette::Base);
    // Not amber, as in the log: that is what was changed.
    const QColor color = widgets::meaningColor(widgets::Meaning::Note, palette);
    const bool isBoth = row(line).kind == RowKind::Same;
    for (const models::TextHit& hit : m_view->hitsOf(m_view->lines().at(line).row)) {
        if (hit.side != side && !isBoth)
            continue;
        const bool isCurrent = m_view->isCurrent(hit);
        m_painter->fillRect(partRect(layout, hit.part, at), isCurrent ? color : widgets::mixed(color, ground, kFaint));
        formats.append({.start = hit.part.from, .length = hit.part.length, .format = {}});
        formats.last().format.setForeground(isCurrent ? ground : palette.color(QPalette::Text));
    }
}

QString DifferencePainter::endWords(int line, Side side) const
{
    const models::DifferenceRow& shown = row(line);
    if (shown.kind == RowKind::Same)
        return {};
    const auto end = [&](Side one) {
        const auto& lines = m_view->lines().difference()->lines(one);
        return lines[static_cast<std::size_t>(shown.line(one))].end;
    };
    const bool isOnBoth = shown.left >= 0 && shown.right >= 0;
    if (isOnBoth && end(Side::Left) == end(Side::Right))
        return {};
    if (end(side) == LineEnd::None)
        return tr("no newline at the end");
    // Without a newline on the other side, that side says so.
    if (shown.kind != RowKind::Changed || end(Side::Left) == LineEnd::None || end(Side::Right) == LineEnd::None)
        return {};
    return end(side) == LineEnd::Newline ? tr("LF") : tr("CR LF");
}

void DifferencePainter::paintEnd(int line, Side side, const QTextLayout& layout, const ChangeColors& shades)
{
    const QString words = endWords(line, side);
    if (words.isEmpty())
        return;
    const QRect place = m_view->lineRect(line);
    const QFont font = widgets::smallFont(m_view->font());
    const QFontMetrics metrics(font);
    const qreal from = m_columns.at(side).text.from - m_view->horizontalScrollBar()->value()
        + layout.lineAt(0).naturalTextWidth() + widgets::kSpacing;
    const QRectF box(from, place.top() + 2, metrics.horizontalAdvance(words) + widgets::kSpacing, place.height() - 4);
    m_painter->setFont(font);
    m_painter->fillRect(box, shades.part);
    m_painter->setPen(readableOn({shades.part}, shades.sign, m_view->palette()));
    m_painter->drawText(box, Qt::AlignCenter, words);
    m_painter->setFont(m_view->font());
}

} // namespace lamella::pages
