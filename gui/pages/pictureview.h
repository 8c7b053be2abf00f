// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/models/difference.h"

#include <QImage>
#include <QWidget>

#include <optional>

namespace lamella::pages {

struct ShownPicture {
    QImage image; ///< null: there is none here
    QSize size; ///< in the file
};

/// Two pictures side by side, or one above the other where that is the better use of the room, on a checkerboard and
/// with their sizes; neither is made larger than it is. One alone has all the room.
class PictureView final : public QWidget {
    Q_OBJECT
public:
    explicit PictureView(QWidget* parent = nullptr);

    void setPictures(const ShownPicture& left, const ShownPicture& right, std::optional<models::Side> only);
    /// "640 × 480 pixels"; for a side that has no picture, that.
    QString caption(models::Side side) const;
    /// Where the picture itself stands.
    QRect pictureRect(models::Side side) const;

    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    const ShownPicture& picture(models::Side side) const { return side == models::Side::Left ? m_left : m_right; }
    QRect roomOf(models::Side side) const;
    void paintSide(QPainter* painter, models::Side side) const;

    ShownPicture m_left;
    ShownPicture m_right;
    std::optional<models::Side> m_only;
};

} // namespace lamella::pages
