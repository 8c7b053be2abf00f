// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/keyvalue.h"

#include "gui/widgets/colors.h"
#include "gui/widgets/copymenu.h"
#include "gui/widgets/fonts.h"

#include <QEvent>
#include <QFocusEvent>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>

#include <algorithm>

namespace lamella::widgets {
namespace {

/// A label in the second rank's colour that follows the palette.
class SecondLabel final : public QLabel {
public:
    using QLabel::QLabel;

protected:
    void changeEvent(QEvent* event) override
    {
        QLabel::changeEvent(event);
        if (event->type() == QEvent::ApplicationPaletteChange || event->type() == QEvent::ParentChange)
            recolor();
    }
    void showEvent(QShowEvent* event) override
    {
        recolor();
        QLabel::showEvent(event);
    }

private:
    void recolor()
    {
        QPalette own;
        own.setColor(QPalette::WindowText, secondaryText(parentWidget() ? parentWidget()->palette() : palette()));
        setPalette(own);
    }
};

} // namespace

/// One line that can be selected. While nobody is in it, it is shortened in the middle where there is no room.
class OneLine final : public QLineEdit {
public:
    using QLineEdit::QLineEdit;

    const QString& value() const { return m_value; }
    void setValue(const QString& value)
    {
        m_value = value;
        showValue();
    }

protected:
    void focusInEvent(QFocusEvent* event) override
    {
        setText(m_value);
        QLineEdit::focusInEvent(event);
    }
    void focusOutEvent(QFocusEvent* event) override
    {
        QLineEdit::focusOutEvent(event);
        // Its own menu takes the focus too, and is about what is selected.
        if (event->reason() != Qt::PopupFocusReason)
            showValue();
    }
    void resizeEvent(QResizeEvent* event) override
    {
        QLineEdit::resizeEvent(event);
        if (!hasFocus())
            showValue();
    }

private:
    void showValue()
    {
        setText(hasFocus() ? m_value : fontMetrics().elidedText(m_value, Qt::ElideMiddle, width() - 4));
        setCursorPosition(0);
    }

    QString m_value;
};

KeyValue::KeyValue(QWidget* parent)
    : QWidget(parent)
    , m_layout(new QGridLayout(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setHorizontalSpacing(kGroupSpacing);
    m_layout->setVerticalSpacing(kGrid + 2);
    m_layout->setColumnStretch(1, 1);
}

void KeyValue::addRow(const QString& key, const QString& name, Style style)
{
    Row row;
    row.name = new SecondLabel(name, this);
    if (style == Style::Line)
        row.line = createLine();
    else
        row.value = createText(style);
    QWidget* shown = row.line ? static_cast<QWidget*>(row.line) : row.value;
    shown->setObjectName(key);
    const int place = m_layout->rowCount();
    m_layout->addWidget(row.name, place, 0, row.line ? Qt::AlignVCenter : Qt::AlignTop);
    if (row.line)
        m_layout->addWidget(shown, place, 1);
    else
        m_layout->addWidget(shown, place, 1, Qt::AlignTop);
    row.name->hide();
    shown->hide();
    if (row.line)
        row.line->setAccessibleName(name);
    m_rows.insert(key, row);
}

void KeyValue::alignNames(std::initializer_list<KeyValue*> groups)
{
    int width = 0;
    for (const KeyValue* group : groups)
        for (const Row& row : group->m_rows)
            width = std::max(width, row.name->sizeHint().width());
    for (const KeyValue* group : groups)
        group->m_layout->setColumnMinimumWidth(0, width);
}

QLabel* KeyValue::createText(Style style)
{
    auto* text = new QLabel(this);
    text->setTextFormat(Qt::PlainText);
    text->setWordWrap(true);
    text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    if (style == Style::Monospace)
        text->setFont(monospaceFont(font()));
    text->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(text, &QLabel::customContextMenuRequested, text, [text](const QPoint& at) {
        showCopyMenu(text, text->mapToGlobal(at), text->hasSelectedText() ? text->selectedText() : text->text());
    });
    return text;
}

OneLine* KeyValue::createLine()
{
    auto* line = new OneLine(this);
    line->setReadOnly(true);
    line->setFrame(false);
    line->setFont(monospaceFont(font()));
    line->setTextMargins(-2, 0, 0, 0);
    line->setMinimumWidth(80);
    line->setContextMenuPolicy(Qt::CustomContextMenu);
    QPalette clear;
    clear.setColor(QPalette::Base, Qt::transparent);
    line->setPalette(clear);
    connect(line, &QLineEdit::customContextMenuRequested, line, [line](const QPoint& at) {
        showCopyMenu(line, line->mapToGlobal(at), line->hasSelectedText() ? line->selectedText() : line->value());
    });
    return line;
}

void KeyValue::setValue(const QString& key, const QString& value, const QString& toolTip)
{
    const auto row = m_rows.constFind(key);
    if (row == m_rows.constEnd())
        return;
    // Setting the same text again would drop the selection.
    if (row->line && row->line->value() != value) {
        row->line->setValue(value);
    } else if (row->value && row->value->text() != value) {
        row->value->setText(value);
    }
    QWidget* shown = row->line ? static_cast<QWidget*>(row->line) : row->value;
    shown->setToolTip(row->line && toolTip.isEmpty() ? value : toolTip);
    row->name->setVisible(!value.isEmpty());
    shown->setVisible(!value.isEmpty());
}

QString KeyValue::value(const QString& key) const
{
    const Row row = m_rows.value(key);
    return row.line ? row.line->value() : row.value ? row.value->text() : QString();
}

} // namespace lamella::widgets
