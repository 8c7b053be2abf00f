// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/changeview.h"

#include "gui/widgets/fonts.h"

#include <QEvent>
#include <QKeyEvent>
#include <QScrollBar>

#include <algorithm>

namespace lamella::pages {

ChangeView::ChangeView(QWidget* parent)
    : QAbstractScrollArea(parent)
{
    setFont(widgets::monospaceFont(font()));
    setFocusPolicy(Qt::StrongFocus);
    setFrameShape(QFrame::StyledPanel);
    viewport()->setBackgroundRole(QPalette::Base);
    viewport()->setAutoFillBackground(true);
}

int ChangeView::lineHeight() const
{
    return fontMetrics().height() + widgets::kGrid;
}

int ChangeView::firstLine() const
{
    return verticalScrollBar()->value();
}

QRect ChangeView::lineRect(int line) const
{
    return {0, (line - firstLine()) * lineHeight(), viewport()->width(), lineHeight()};
}

int ChangeView::lineAt(int y) const
{
    const int line = firstLine() + y / lineHeight();
    return y >= 0 && line < m_count ? line : -1;
}

void ChangeView::setLines(int count, std::vector<int> changes)
{
    m_count = count;
    m_changes = std::move(changes);
    updateScrollBars();
    setCurrentChange(std::min(m_current, changeCount() - 1));
    viewport()->update();
}

void ChangeView::setCurrentChange(int change)
{
    if (change == m_current)
        return;
    m_current = change;
    viewport()->update();
    Q_EMIT currentChangeChanged(change);
}

void ChangeView::goToChange(int change)
{
    if (change < 0 || change >= changeCount())
        return;
    // With some of what is above it, where one looks first.
    verticalScrollBar()->setValue(changeStart(change) - verticalScrollBar()->pageStep() / 4);
    setCurrentChange(change);
}

void ChangeView::updateScrollBars()
{
    const int lines = std::max(1, viewport()->height() / lineHeight());
    verticalScrollBar()->setPageStep(lines);
    verticalScrollBar()->setRange(0, std::max(0, m_count - lines));
    const auto [all, seen] = widths();
    horizontalScrollBar()->setSingleStep(4 * fontMetrics().averageCharWidth());
    horizontalScrollBar()->setPageStep(seen);
    horizontalScrollBar()->setRange(0, std::max(0, all - seen));
}

void ChangeView::resizeEvent(QResizeEvent* event)
{
    QAbstractScrollArea::resizeEvent(event);
    updateScrollBars();
}

void ChangeView::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Home:
        verticalScrollBar()->triggerAction(QAbstractSlider::SliderToMinimum);
        return;
    case Qt::Key_End:
        verticalScrollBar()->triggerAction(QAbstractSlider::SliderToMaximum);
        return;
    default:
        QAbstractScrollArea::keyPressEvent(event);
    }
}

void ChangeView::changeEvent(QEvent* event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        updateScrollBars();
}

} // namespace lamella::pages
