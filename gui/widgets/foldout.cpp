// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/foldout.h"

#include "gui/widgets/fonts.h"

#include <QToolButton>
#include <QVBoxLayout>

namespace lamella::widgets {

FoldOut::FoldOut(const QString& title, QWidget* parent)
    : QWidget(parent)
    , m_title(new QToolButton(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpacing);
    layout->addWidget(m_title);
    m_title->setObjectName(QStringLiteral("foldOutTitle"));
    m_title->setText(title);
    m_title->setFont(sectionFont(font()));
    m_title->setAutoRaise(true);
    m_title->setArrowType(Qt::DownArrow);
    m_title->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    connect(m_title, &QToolButton::clicked, this, [this] { setOpen(!m_open); });
}

void FoldOut::setContent(QWidget* content)
{
    delete m_content;
    m_content = content;
    layout()->addWidget(content);
    content->setVisible(isOpen());
}

void FoldOut::setOpen(bool open)
{
    if (m_open == open)
        return;
    m_open = open;
    m_title->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
    if (m_content)
        m_content->setVisible(open);
    Q_EMIT toggled(open);
}

} // namespace lamella::widgets
