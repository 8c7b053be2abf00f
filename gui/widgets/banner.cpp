// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/banner.h"

#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>

namespace lamella::widgets {
namespace {

QColor kindColor(Banner::Kind kind, const QPalette& palette)
{
    switch (kind) {
    case Banner::Kind::Error:
        return meaningColor(Meaning::Bad, palette);
    case Banner::Kind::Warning:
        return meaningColor(Meaning::Attention, palette);
    default:
        return meaningColor(Meaning::Note, palette);
    }
}

} // namespace

Banner::Banner(QWidget* parent)
    : QFrame(parent)
    , m_icon(new QLabel(this))
    , m_text(new QLabel(this))
    , m_action(new QPushButton(this))
    , m_dismiss(new QToolButton(this))
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(kSpacing + kGrid, kSpacing, kSpacing, kSpacing);
    layout->setSpacing(kSpacing);
    layout->addWidget(m_icon, 0, Qt::AlignVCenter);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_action);
    layout->addWidget(m_dismiss);
    m_text->setObjectName(QStringLiteral("bannerText"));
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_action->setObjectName(QStringLiteral("bannerAction"));
    m_dismiss->setObjectName(QStringLiteral("bannerDismiss"));
    m_dismiss->setIcon(icon(u"close"));
    m_dismiss->setAutoRaise(true);
    m_dismiss->setAccessibleName(tr("Dismiss"));
    m_dismiss->setToolTip(tr("Dismiss this message"));
    connect(m_action, &QPushButton::clicked, this, &Banner::actionTriggered);
    connect(m_dismiss, &QToolButton::clicked, this, &Banner::dismiss);
    hide();
}

void Banner::showMessage(Kind kind, const QString& text, const QString& action)
{
    m_kind = kind;
    // What is shown comes from programs and images: never as rich text.
    m_text->setTextFormat(Qt::PlainText);
    m_text->setText(text);
    m_action->setText(action);
    m_action->setVisible(!action.isEmpty());
    updateLook();
    show();
}

QString Banner::text() const
{
    return m_text->text();
}

void Banner::dismiss()
{
    hide();
    Q_EMIT dismissed();
}

void Banner::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const QColor color = kindColor(m_kind, palette());
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(mixed(color, palette().color(QPalette::Window), 0.55));
    painter.setBrush(mixed(color, palette().color(QPalette::Window), 0.92));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawRoundedRect(QRectF(1, 1, 3, height() - 2), 1.5, 1.5);
}

void Banner::changeEvent(QEvent* event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        updateLook();
}

void Banner::updateLook()
{
    const QStringView name = m_kind == Kind::Error ? u"error" : m_kind == Kind::Warning ? u"warning" : u"info";
    QPixmap pixmap = icon(name).pixmap(QSize(16, 16), devicePixelRatioF());
    QPainter painter(&pixmap);
    painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
    painter.fillRect(QRect(0, 0, 16, 16), kindColor(m_kind, palette()));
    painter.end();
    m_icon->setPixmap(pixmap);
    m_icon->setToolTip(m_kind == Kind::Error         ? tr("Error")
                           : m_kind == Kind::Warning ? tr("Warning")
                                                     : tr("Information"));
    update();
}

} // namespace lamella::widgets
