// SPDX-License-Identifier: GPL-3.0-or-later
// What keys and the pointer do in a DifferenceText.
#include "gui/pages/differencetext.h"
#include "gui/widgets/icons.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QScrollBar>

#include <algorithm>

namespace lamella::pages {

using models::Side;

void DifferenceText::copy()
{
    if (!m_selection.isEmpty())
        QGuiApplication::clipboard()->setText(selectedText());
}

void DifferenceText::selectAll()
{
    if (lineCount() == 0)
        return;
    m_selection.anchor = {};
    m_selection.cursor = {lineCount() - 1, INT_MAX};
    viewport()->update();
}

bool DifferenceText::event(QEvent* event)
{
    // The window has this key, too, for its list.
    if (event->type() == QEvent::ShortcutOverride && static_cast<QKeyEvent*>(event)->matches(QKeySequence::Find))
        event->accept();
    return ChangeView::event(event);
}

void DifferenceText::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Find)) {
        Q_EMIT findWanted();
        return;
    }
    if (event == QKeySequence::Copy)
        copy();
    else if (event == QKeySequence::SelectAll)
        selectAll();
    else
        ChangeView::keyPressEvent(event);
}

Side DifferenceText::sideAt(int x) const
{
    if (m_only)
        return *m_only;
    return arrangement() == Arrangement::SideBySide && columns().left.whole.contains(x) ? Side::Left : Side::Right;
}

TextPlace DifferenceText::placeAt(QPoint position, Side side)
{
    const int wanted = firstLine() + (position.y() < 0 ? -1 : position.y() / lineHeight());
    const int line = std::clamp(wanted, 0, std::max(0, lineCount() - 1));
    if (lineCount() == 0 || wanted < line)
        return {line, 0};
    const Side shown = sideOfLine(m_lines, line, side);
    if (m_lines.textLine(line, shown) < 0)
        return {line, 0};
    const QTextLine text = layout(line, shown).lineAt(0);
    if (wanted > line)
        return {line, text.textLength()};
    return {line, text.xToCursor(position.x() - columns().at(shown).text.from + horizontalScrollBar()->value())};
}

void DifferenceText::setCursorPlace(TextPlace place)
{
    m_selection.cursor = place;
    viewport()->update();
}

void DifferenceText::mousePressEvent(QMouseEvent* event)
{
    const int line = lineAt(event->position().toPoint().y());
    if (event->button() != Qt::LeftButton || line < 0)
        return;
    if (m_lines.at(line).folded > 0) {
        m_lines.unfold(line);
        m_selection = {.side = m_selection.side};
        updateLines();
        return;
    }
    const bool extends = event->modifiers().testFlag(Qt::ShiftModifier);
    if (!extends)
        m_selection.side = sideAt(event->position().toPoint().x());
    const TextPlace place = placeAt(event->position().toPoint(), m_selection.side);
    if (!extends)
        m_selection.anchor = place;
    setCursorPlace(place);
}

void DifferenceText::mouseMoveEvent(QMouseEvent* event)
{
    const QPoint position = event->position().toPoint();
    if (event->buttons().testFlag(Qt::LeftButton)) {
        scrollTowards(position);
        setCursorPlace(placeAt(position, m_selection.side));
        return;
    }
    const int line = lineAt(position.y());
    viewport()->setCursor(line >= 0 && m_lines.at(line).folded > 0 ? Qt::PointingHandCursor : Qt::IBeamCursor);
}

void DifferenceText::scrollTowards(QPoint position)
{
    if (position.y() < 0)
        verticalScrollBar()->triggerAction(QAbstractSlider::SliderSingleStepSub);
    else if (position.y() > viewport()->height())
        verticalScrollBar()->triggerAction(QAbstractSlider::SliderSingleStepAdd);
}

void DifferenceText::mouseReleaseEvent(QMouseEvent*)
{
    QClipboard* clipboard = QGuiApplication::clipboard();
    if (clipboard->supportsSelection() && !m_selection.isEmpty())
        clipboard->setText(selectedText(), QClipboard::Selection);
}

void DifferenceText::mouseDoubleClickEvent(QMouseEvent* event)
{
    const QPoint position = event->position().toPoint();
    const int line = lineAt(position.y());
    if (event->button() != Qt::LeftButton || line < 0)
        return;
    const Side side = sideOfLine(m_lines, line, sideAt(position.x()));
    if (m_lines.textLine(line, side) < 0)
        return;
    const models::TextPart word = wordAround(layout(line, side).text(), placeAt(position, side).column);
    m_selection = {side, {line, word.from}, {line, word.from + word.length}};
    viewport()->update();
}

void DifferenceText::contextMenuEvent(QContextMenuEvent* event)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    QAction* copied = menu->addAction(widgets::icon(u"copy"), tr("&Copy"), this, &DifferenceText::copy);
    copied->setObjectName(QStringLiteral("differenceCopy"));
    copied->setEnabled(!m_selection.isEmpty());
    QAction* all = menu->addAction(tr("Select &All"), this, &DifferenceText::selectAll);
    all->setObjectName(QStringLiteral("differenceSelectAll"));
    menu->popup(event->globalPos());
}

} // namespace lamella::pages
