// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/searchfield.h"

#include "gui/widgets/icons.h"

#include <QAction>
#include <QEvent>
#include <QKeyEvent>
#include <QTimer>

#include <chrono>

namespace lamella::widgets {

using namespace std::chrono_literals;

SearchField::SearchField(const QString& placeholder, QWidget* parent)
    : QLineEdit(parent)
    , m_pause(new QTimer(this))
    , m_magnifier(addAction(icon(u"search"), QLineEdit::LeadingPosition))
{
    setPlaceholderText(placeholder);
    setAccessibleName(placeholder);
    setClearButtonEnabled(true);
    m_pause->setSingleShot(true);
    m_pause->setInterval(120ms);
    connect(this, &QLineEdit::textChanged, m_pause, qOverload<>(&QTimer::start));
    connect(m_pause, &QTimer::timeout, this, [this] { Q_EMIT searched(text()); });
}

void SearchField::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (event->modifiers().testFlag(Qt::ShiftModifier))
            Q_EMIT previousRequested();
        else
            Q_EMIT nextRequested();
        return;
    case Qt::Key_Escape:
        if (text().isEmpty())
            Q_EMIT left();
        else
            clear();
        return;
    default:
        QLineEdit::keyPressEvent(event);
    }
}

void SearchField::changeEvent(QEvent* event)
{
    QLineEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_magnifier)
        m_magnifier->setIcon(icon(u"search"));
}

} // namespace lamella::widgets
