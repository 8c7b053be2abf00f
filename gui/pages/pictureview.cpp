// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/pictureview.h"

#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"

#include <QEvent>
#include <QLocale>
#include <QPainter>

namespace lamella::pages {

using models::Side;

namespace {

constexpr int kSquare = 8;

/// Behind what is transparent: two shades that are neither the window's nor hardly any picture's.
QPixmap checkerboard(const QPalette& palette)
{
    const bool dark = widgets::isDark(palette);
    QPixmap tile(2 * kSquare, 2 * kSquare);
    tile.fill(dark ? QColor(0x4a, 0x4c, 0x50) : QColor(0xff, 0xff, 0xff));
    QPainter painter(&tile);
    const QColor other = dark ? QColor(0x3c, 0x3e, 0x42) : QColor(0xe2, 0xe4, 0xe7);
    painter.fillRect(0, 0, kSquare, kSquare, other);
    painter.fillRect(kSquare, kSquare, kSquare, kSquare, other);
    return tile;
}

} // namespace

PictureView::PictureView(QWidget* parent)
    : QWidget(parent)
{
    setObjectName(QStringLiteral("differencePictures"));
}

void PictureView::setPictures(const ShownPicture& left, const ShownPicture& right, std::optional<Side> only)
{
    m_left = left;
    m_right = right;
    m_only = only;
    setAccessibleName(only ? caption(*only)
                           : tr("Before: %1. Now: %2.").arg(caption(Side::Left), caption(Side::Right)));
    update();
}

QString PictureView::caption(Side side) const
{
    if (picture(side).image.isNull())
        return tr("no picture");
    const QSize size = picture(side).size;
    return tr("%1 × %2 pixels").arg(QLocale().toString(size.width()), QLocale().toString(size.height()));
}

QSize PictureView::minimumSizeHint() const
{
    return {160, 160};
}

QRect PictureView::roomOf(Side side) const
{
    if (m_only)
        return rect();
    const bool isSecond = side == Side::Right;
    if (width() < height()) {
        const int half = height() / 2;
        return {0, isSecond ? half : 0, width(), half};
    }
    const int half = (width() - widgets::kSpacing) / 2;
    return {isSecond ? half + widgets::kSpacing : 0, 0, half, height()};
}

QRect PictureView::pictureRect(Side side) const
{
    const QRect room = roomOf(side).adjusted(0, 0, 0, -fontMetrics().height() - widgets::kSpacing);
    // What was kept smaller than it is may be painted as large as it is.
    QSize size = picture(side).size;
    if (size.width() > room.width() || size.height() > room.height())
        size.scale(room.size(), Qt::KeepAspectRatio);
    size = size.expandedTo({1, 1});
    return {room.topLeft(), size};
}

void PictureView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    for (const Side side : {Side::Left, Side::Right})
        if (!m_only || *m_only == side)
            paintSide(&painter, side);
}

void PictureView::paintSide(QPainter* painter, Side side) const
{
    const QRect room = roomOf(side);
    const QRect place = pictureRect(side);
    const bool isThere = !picture(side).image.isNull();
    if (isThere) {
        painter->drawTiledPixmap(place, checkerboard(palette()));
        painter->drawImage(place, picture(side).image);
        painter->setPen(widgets::hairline(palette()));
        painter->drawRect(place.adjusted(0, 0, -1, -1));
    }
    const QColor window = palette().color(QPalette::Window);
    painter->setPen(widgets::mixed(palette().color(QPalette::WindowText), window, 0.3));
    const int top = isThere ? place.bottom() + widgets::kGrid : room.top();
    painter->drawText(QRect(room.left(), top, room.width(), fontMetrics().height()), Qt::AlignLeft, caption(side));
}

void PictureView::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        update();
}

} // namespace lamella::pages
