// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/differencetext.h"

#include "gui/pages/differencepainter.h"

#include <QEvent>
#include <QPaintEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>

namespace lamella::pages {

using models::RowKind;
using models::Side;

DifferenceText::DifferenceText(QWidget* parent)
    : ChangeView(parent)
    , m_layouts(new LineLayouts(this))
{
    setObjectName(QStringLiteral("differenceText"));
    setAccessibleName(tr("Text"));
    viewport()->setMouseTracking(true);
    m_layouts->setLook(font(), palette());
    connect(m_layouts, &LineLayouts::changed, viewport(), qOverload<>(&QWidget::update));
}

void DifferenceText::setTexts(const QString& path, std::shared_ptr<const models::Difference> texts,
                              std::optional<Side> only)
{
    m_only = only;
    m_selection = {.side = only.value_or(Side::Right)};
    m_layouts->setTexts(path, texts);
    m_lines.setDifference(std::move(texts));
    setCurrentChange(-1);
    arrange();
    verticalScrollBar()->setValue(0);
    horizontalScrollBar()->setValue(0);
    goToChange(0);
    search();
}

void DifferenceText::setWhole(bool whole)
{
    const int row = lineCount() > 0 ? m_lines.at(std::min(firstLine(), lineCount() - 1)).row : 0;
    m_lines.setWhole(whole);
    m_selection = {.side = m_selection.side};
    updateLines();
    showRow(row);
}

QString DifferenceText::language() const
{
    return m_layouts->language(m_only.value_or(Side::Right));
}

Arrangement DifferenceText::arrangement() const
{
    if (m_only)
        return Arrangement::Alone;
    const bool isCompared = !m_lines.difference() || m_lines.difference()->notCompared.isEmpty();
    return isCompared && viewport()->width() < kTwoColumns ? Arrangement::OneColumn : Arrangement::SideBySide;
}

void DifferenceText::arrange()
{
    const bool oneColumn = arrangement() == Arrangement::OneColumn;
    if (oneColumn != m_lines.isOneColumn()) {
        m_lines.setOneColumn(oneColumn);
        m_layouts->clear();
        m_selection = {.side = m_selection.side};
    }
    updateLines();
}

void DifferenceText::updateLines()
{
    setLines(m_lines.count(), m_lines.changes());
}

void DifferenceText::showRow(int row)
{
    int line = 0;
    while (line + 1 < m_lines.count() && m_lines.at(line + 1).row <= row)
        ++line;
    verticalScrollBar()->setValue(line);
}

int DifferenceText::cell() const
{
    return fontMetrics().horizontalAdvance(u'8');
}

DifferenceColumns DifferenceText::columns() const
{
    const models::Difference* texts = m_lines.difference();
    const std::size_t most = texts ? std::max(texts->left.size(), texts->right.size()) : 0;
    const auto digits = std::max<qsizetype>(3, QString::number(most).size());
    return differenceColumns(arrangement(), m_only.value_or(Side::Right), viewport()->width(), static_cast<int>(digits),
                             cell());
}

std::pair<int, int> DifferenceText::widths() const
{
    const DifferenceColumns places = columns();
    const int seen = m_only ? places.at(*m_only).text.width() : places.left.text.width();
    const int cells = m_lines.difference() ? m_lines.difference()->columns : 0;
    return {(std::min(cells, static_cast<int>(models::kLongestComparedLine)) + 1) * cell(), seen};
}

ChangeTone DifferenceText::tone(int line, Side side) const
{
    const models::ShownLine& shown = m_lines.at(line);
    const models::DifferenceRow& row = m_lines.difference()->rows[static_cast<std::size_t>(shown.row)];
    if (m_only || shown.folded > 0)
        return ChangeTone::None;
    if (row.line(side) < 0)
        return ChangeTone::Absent;
    if (row.kind == RowKind::Same)
        return ChangeTone::None;
    if (row.kind == RowKind::Changed && !shown.only)
        return ChangeTone::Changed;
    return side == Side::Left ? ChangeTone::Removed : ChangeTone::Added;
}

bool DifferenceText::isInCurrentChange(int line) const
{
    if (currentChange() < 0 || line < changeStart(currentChange()))
        return false;
    if (currentChange() + 1 < changeCount() && line >= changeStart(currentChange() + 1))
        return false;
    const models::ShownLine& shown = m_lines.at(line);
    return shown.folded == 0 && m_lines.difference()->rows[static_cast<std::size_t>(shown.row)].kind != RowKind::Same;
}

const QTextLayout& DifferenceText::layout(int line, Side side)
{
    return m_layouts->layout(side, m_lines.textLine(line, side), tone(line, side));
}

void DifferenceText::paintEvent(QPaintEvent* event)
{
    if (!m_lines.difference())
        return;
    QPainter painter(viewport());
    DifferencePainter lines(&painter, this);
    const int last = std::min(lineCount() - 1, firstLine() + event->rect().bottom() / lineHeight());
    for (int line = firstLine() + event->rect().top() / lineHeight(); line <= last; ++line)
        lines.paintLine(line);
    lines.paintDivider();
}

void DifferenceText::resizeEvent(QResizeEvent* event)
{
    const int row = lineCount() > 0 ? m_lines.at(std::min(firstLine(), lineCount() - 1)).row : 0;
    const bool wasOneColumn = m_lines.isOneColumn();
    ChangeView::resizeEvent(event);
    arrange();
    if (m_lines.isOneColumn() != wasOneColumn)
        showRow(row);
}

void DifferenceText::changeEvent(QEvent* event)
{
    ChangeView::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        if (m_layouts)
            m_layouts->setLook(font(), palette());
}

} // namespace lamella::pages
