// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/emptystate.h"

#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"

#include <QEvent>
#include <QHBoxLayout>
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
    , m_second(new QPushButton(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kPageMargin, kPageMargin, kPageMargin, kPageMargin);
    layout->setSpacing(kGroupSpacing);
    layout->addStretch(2);
    layout->addWidget(m_icon, 0, Qt::AlignHCenter);
    // An alignment would keep the label at its hint's width, where a long sentence is cut instead of wrapped.
    layout->addWidget(m_sentence);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(kSpacing);
    buttons->addStretch();
    buttons->addWidget(m_action);
    buttons->addWidget(m_second);
    buttons->addStretch();
    layout->addLayout(buttons);
    layout->addStretch(3);
    m_sentence->setObjectName(QStringLiteral("emptyStateSentence"));
    m_sentence->setWordWrap(true);
    m_sentence->setAlignment(Qt::AlignHCenter);
    m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_action->setObjectName(QStringLiteral("emptyStateAction"));
    m_second->setObjectName(QStringLiteral("emptyStateSecond"));
    connect(m_action, &QPushButton::clicked, this, &EmptyState::actionTriggered);
    connect(m_second, &QPushButton::clicked, this, &EmptyState::secondTriggered);
}

void EmptyState::setContent(QStringView iconName, const QString& sentence, const QString& action, const QString& second)
{
    m_iconName = iconName.toString();
    m_sentence->setText(sentence);
    for (const auto& [button, text] : {std::pair(m_action, action), std::pair(m_second, second)}) {
        button->setText(text);
        button->setMinimumWidth(button->fontMetrics().horizontalAdvance(text) + 4 * kSpacing);
        button->setMinimumHeight(kTableRowHeight);
        button->setVisible(!text.isEmpty());
    }
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
