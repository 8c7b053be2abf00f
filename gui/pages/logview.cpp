// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/logview.h"

#include "gui/models/log_model.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"

#include <QDateTime>
#include <QEvent>
#include <QPainter>
#include <QScrollBar>
#include <QTextBlock>

namespace lamella::pages {

using models::LogModel;
using widgets::kSpacing;

namespace {

constexpr int kMark = 3;
/// More marks than this make painting slow and say nothing.
constexpr qsizetype kMostMarks = 2000;

/// Characters that QTextDocument takes as structure (QTextCursor::insertText): one line must stay one block.
QString asOneBlock(QString text)
{
    for (QChar& character : text) {
        const char16_t code = character.unicode();
        if (code == u'\n' || code == u'\r' || code == 0x2028 || code == 0x2029 || code == 0xfdd0 || code == 0xfdd1)
            character = QChar::ReplacementCharacter;
    }
    return text;
}

} // namespace

class LogView::Margin final : public QWidget {
public:
    explicit Margin(LogView* view)
        : QWidget(view)
        , m_view(view)
    {
    }

protected:
    void paintEvent(QPaintEvent* event) override { m_view->paintMargin(event); }

private:
    LogView* m_view;
};

LogView::LogView(LogModel* model, QWidget* parent)
    : QPlainTextEdit(parent)
    , m_model(model)
    , m_margin(new Margin(this))
{
    setReadOnly(true);
    setUndoRedoEnabled(false);
    setTabChangesFocus(true);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setFont(widgets::monospaceFont(font()));
    setWrapping(false);
    connect(model, &LogModel::rowsInserted, this,
            [this](const QModelIndex&, int first, int last) { insertRows(first, last); });
    connect(model, &LogModel::rowsRemoved, this,
            [this](const QModelIndex&, int first, int last) { removeRows(first, last); });
    connect(model, &LogModel::dataChanged, this, [this](const QModelIndex& first) { updateRow(first.row()); });
    connect(this, &QPlainTextEdit::updateRequest, this, [this](const QRect& rect, int dy) {
        if (dy != 0)
            m_margin->scroll(0, dy);
        else
            m_margin->update(0, rect.y(), m_margin->width(), rect.height());
    });
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, &LogView::scrolled);
    updateMargin();
}

void LogView::setTimesShown(bool shown)
{
    m_timesShown = shown;
    updateMargin();
}

void LogView::setWrapping(bool wrapping)
{
    setLineWrapMode(wrapping ? QPlainTextEdit::WidgetWidth : QPlainTextEdit::NoWrap);
    setWordWrapMode(wrapping ? QTextOption::WrapAnywhere : QTextOption::NoWrap);
    if (m_following)
        setFollowing(true);
}

void LogView::setFollowing(bool following)
{
    if (following)
        verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    if (following == m_following)
        return;
    m_following = following;
    Q_EMIT followingChanged(following);
}

void LogView::scrolled(int value)
{
    // What we do ourselves while lines come is not the reader's wish.
    if (!m_changing)
        setFollowing(value >= verticalScrollBar()->maximum());
}

QTextCharFormat LogView::formatOf(int row) const
{
    QTextCharFormat format;
    if (m_model->index(row).data(LogModel::IsErrorRole).toBool())
        format.setForeground(widgets::meaningColor(widgets::Meaning::Bad, palette()));
    return format;
}

/// Earlier lines, above what is being read: that stays where it is.
void LogView::insertAbove(int last)
{
    m_changing = true;
    const int value = verticalScrollBar()->value();
    const int before = blockCount();
    QTextCursor cursor(document()->firstBlock());
    cursor.beginEditBlock();
    for (int row = 0; row <= last; ++row) {
        cursor.insertText(asOneBlock(m_model->index(row).data().toString()), formatOf(row));
        cursor.insertBlock();
    }
    cursor.endEditBlock();
    verticalScrollBar()->setValue(m_following ? verticalScrollBar()->maximum() : value + blockCount() - before);
    m_changing = false;
    Q_EMIT textGrew();
}

void LogView::insertRows(int first, int last)
{
    if (first == 0 && m_model->rowCount() > last + 1) {
        insertAbove(last);
        return;
    }
    m_changing = true;
    QTextCursor cursor(document());
    cursor.movePosition(QTextCursor::End);
    cursor.beginEditBlock();
    for (int row = first; row <= last; ++row) {
        // A document always has one block: the first line goes into it.
        if (row > 0)
            cursor.insertBlock();
        cursor.insertText(asOneBlock(m_model->index(row).data().toString()), formatOf(row));
    }
    cursor.endEditBlock();
    if (m_following)
        verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    m_changing = false;
    Q_EMIT textGrew();
}

void LogView::removeRows(int first, int last)
{
    m_changing = true;
    if (m_model->rowCount() == 0) {
        clear();
    } else if (first == 0) {
        // While lines go at the top, what is being read stays where it is.
        const int value = verticalScrollBar()->value();
        const int before = blockCount();
        QTextCursor cursor(document()->firstBlock());
        cursor.setPosition(document()->findBlockByNumber(last + 1).position(), QTextCursor::KeepAnchor);
        cursor.removeSelectedText();
        if (!m_following)
            verticalScrollBar()->setValue(value - (before - blockCount()));
    }
    m_changing = false;
}

void LogView::updateRow(int row)
{
    const QTextBlock block = document()->findBlockByNumber(row);
    if (!block.isValid())
        return;
    m_changing = true;
    QTextCursor cursor(block);
    cursor.movePosition(QTextCursor::EndOfBlock, QTextCursor::KeepAnchor);
    cursor.insertText(asOneBlock(m_model->index(row).data().toString()), formatOf(row));
    if (m_following)
        verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    m_changing = false;
}

void LogView::setMatches(const QList<QTextCursor>& matches, qsizetype current)
{
    m_matches = matches;
    m_currentMatch = current;
    markMatches();
    if (current < 0 || current >= matches.size())
        return;
    QTextCursor place(matches[current]);
    place.setPosition(place.selectionStart());
    setTextCursor(place);
    ensureCursorVisible();
}

void LogView::markMatches()
{
    const QColor ground = palette().color(QPalette::Base);
    QList<QTextEdit::ExtraSelection> marks;
    const qsizetype from = std::max<qsizetype>(0, m_currentMatch - kMostMarks / 2);
    for (qsizetype i = from; i < m_matches.size() && i < from + kMostMarks; ++i) {
        QTextEdit::ExtraSelection mark;
        mark.cursor = m_matches[i];
        const QColor color = widgets::meaningColor(widgets::Meaning::Attention, palette());
        if (i == m_currentMatch) {
            mark.format.setBackground(color);
            mark.format.setForeground(ground);
        } else {
            mark.format.setBackground(widgets::mixed(color, ground, 0.75));
        }
        marks.append(mark);
    }
    setExtraSelections(marks);
}

int LogView::marginWidth() const
{
    const int times = QFontMetrics(font()).horizontalAdvance(QStringLiteral("88:88:88.888")) + kSpacing;
    return kMark + kSpacing + (m_timesShown ? times : 0);
}

void LogView::updateMargin()
{
    setViewportMargins(marginWidth(), 0, 0, 0);
    const QRect inside = contentsRect();
    m_margin->setGeometry(inside.left(), inside.top(), marginWidth(), inside.height());
    m_margin->update();
}

void LogView::resizeEvent(QResizeEvent* event)
{
    m_changing = true;
    QPlainTextEdit::resizeEvent(event);
    updateMargin();
    if (m_following)
        verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    m_changing = false;
}

void LogView::changeEvent(QEvent* event)
{
    QPlainTextEdit::changeEvent(event);
    if (event->type() != QEvent::PaletteChange || !m_model)
        return;
    for (int row = 0; row < m_model->rowCount(); ++row)
        if (m_model->index(row).data(LogModel::IsErrorRole).toBool())
            updateRow(row);
    markMatches();
}

void LogView::paintMargin(QPaintEvent* event)
{
    QPainter painter(m_margin);
    painter.fillRect(event->rect(), palette().color(QPalette::Base));
    painter.setFont(font());
    const QColor error = widgets::meaningColor(widgets::Meaning::Bad, palette());
    const QColor second = widgets::secondaryText(palette());
    for (QTextBlock block = firstVisibleBlock(); block.isValid(); block = block.next()) {
        const QRectF place = blockBoundingGeometry(block).translated(contentOffset());
        if (place.top() > event->rect().bottom())
            break;
        const QModelIndex index = m_model->index(block.blockNumber());
        if (index.data(LogModel::IsErrorRole).toBool())
            painter.fillRect(QRectF(2, place.top() + 1, kMark, place.height() - 2), error);
        const qint64 time = index.data(LogModel::TimeRole).toLongLong();
        if (!m_timesShown || time <= 0)
            continue;
        painter.setPen(second);
        painter.drawText(QPointF(kMark + kSpacing, place.top() + QFontMetrics(font()).ascent()),
                         QDateTime::fromMSecsSinceEpoch(time / 1000).time().toString(QStringLiteral("HH:mm:ss.zzz")));
    }
}

} // namespace lamella::pages
