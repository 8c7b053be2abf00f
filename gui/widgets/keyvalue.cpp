// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/keyvalue.h"

#include "gui/widgets/colors.h"
#include "gui/widgets/copymenu.h"
#include "gui/widgets/fonts.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>

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
    const int line = m_layout->rowCount();
    auto* label = new SecondLabel(name, this);
    auto* text = new QLabel(this);
    text->setObjectName(key);
    text->setTextFormat(Qt::PlainText);
    text->setWordWrap(true);
    text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    if (style == Style::Monospace)
        text->setFont(monospaceFont(font()));
    text->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(text, &QLabel::customContextMenuRequested, text, [text](const QPoint& at) {
        showCopyMenu(text, text->mapToGlobal(at), text->hasSelectedText() ? text->selectedText() : text->text());
    });
    m_layout->addWidget(label, line, 0, Qt::AlignTop);
    m_layout->addWidget(text, line, 1, Qt::AlignTop);
    label->hide();
    text->hide();
    m_rows.insert(key, {label, text});
}

void KeyValue::setValue(const QString& key, const QString& value, const QString& toolTip)
{
    const auto row = m_rows.constFind(key);
    if (row == m_rows.constEnd())
        return;
    // Setting the same text again would drop the selection.
    if (row->value->text() != value)
        row->value->setText(value);
    row->value->setToolTip(toolTip);
    row->name->setVisible(!value.isEmpty());
    row->value->setVisible(!value.isEmpty());
}

QString KeyValue::value(const QString& key) const
{
    const auto row = m_rows.constFind(key);
    return row == m_rows.constEnd() ? QString() : row->value->text();
}

} // namespace lamella::widgets
