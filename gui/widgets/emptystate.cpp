// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/emptystate.h"

#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"

#include <QEvent>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

namespace lamella::widgets {
namespace {

constexpr int kIcon = 48;

} // namespace

EmptyState::EmptyState(QWidget* parent)
    : QWidget(parent)
    , m_icon(new QLabel(this))
    , m_sentence(new QLabel(this))
    , m_action(new QPushButton(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kPageMargin, kPageMargin, kPageMargin, kPageMargin);
    layout->setSpacing(kGroupSpacing);
    layout->addStretch(2);
    layout->addWidget(m_icon, 0, Qt::AlignHCenter);
    // An alignment would keep the label at its hint's width, where a long sentence is cut instead of wrapped.
    layout->addWidget(m_sentence);
    layout->addWidget(m_action, 0, Qt::AlignHCenter);
    layout->addStretch(3);
    m_sentence->setObjectName(QStringLiteral("emptyStateSentence"));
    m_sentence->setWordWrap(true);
    m_sentence->setAlignment(Qt::AlignHCenter);
    m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_action->setObjectName(QStringLiteral("emptyStateAction"));
    connect(m_action, &QPushButton::clicked, this, &EmptyState::actionTriggered);
}

void EmptyState::setContent(QStringView iconName, const QString& sentence, const QString& action)
{
    m_iconName = iconName.toString();
    m_sentence->setText(sentence);
    m_action->setText(action);
    m_action->setMinimumWidth(m_action->fontMetrics().horizontalAdvance(action) + 4 * kSpacing);
    m_action->setMinimumHeight(kTableRowHeight);
    m_action->setVisible(!action.isEmpty());
    updateLook();
}

QString EmptyState::sentence() const
{
    return m_sentence->text();
}

void EmptyState::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        updateLook();
}

void EmptyState::updateLook()
{
    if (m_iconName.isEmpty())
        return;
    QPixmap pixmap = icon(m_iconName).pixmap(QSize(kIcon, kIcon), devicePixelRatioF());
    QPainter painter(&pixmap);
    painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
    painter.fillRect(QRect(0, 0, kIcon, kIcon), secondaryText(palette()));
    painter.end();
    m_icon->setPixmap(pixmap);
}

} // namespace lamella::widgets
