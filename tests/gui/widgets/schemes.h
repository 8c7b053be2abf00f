// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QApplication>
#include <QPalette>
#include <QStyle>
#include <QStyleFactory>

/// Gives the application the light or the dark palette that Qt's own style has on desktops without one of their own.
inline void useScheme(bool dark)
{
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    QPalette palette = QApplication::style()->standardPalette();
    if (dark) {
        palette = QPalette(QColor(0x35, 0x35, 0x35), QColor(0x2b, 0x2d, 0x30));
        palette.setColor(QPalette::Base, QColor(0x1e, 0x20, 0x22));
        palette.setColor(QPalette::AlternateBase, QColor(0x26, 0x28, 0x2b));
        for (const auto role : {QPalette::Text, QPalette::WindowText, QPalette::ButtonText, QPalette::ToolTipText})
            palette.setColor(role, QColor(0xe8, 0xe8, 0xe8));
        for (const auto role : {QPalette::Text, QPalette::WindowText, QPalette::ButtonText})
            palette.setColor(QPalette::Disabled, role, QColor(0x80, 0x80, 0x80));
        palette.setColor(QPalette::ToolTipBase, QColor(0x3a, 0x3c, 0x40));
        palette.setColor(QPalette::Highlight, QColor(0x2f, 0x65, 0xa8));
        palette.setColor(QPalette::HighlightedText, Qt::white);
        palette.setColor(QPalette::Accent, QColor(0x5a, 0xa2, 0xf0));
    }
    QApplication::setPalette(palette);
}
