// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/appearance.h"

#include "gui/widgets/colors.h"

#include <QApplication>
#include <QPalette>
#include <QStyleHints>

#include <initializer_list>

namespace lamella::app {

namespace {

struct Shades {
    QRgb window, base, alternate, button, text, quiet, frame, accent;
};

constexpr Shades kLight{0xfff4f5f6, 0xffffffff, 0xfff7f8f9, 0xfff9fafb, 0xff1d2125, 0xff5f6770, 0xffc9ced4, 0xff1f6fd0};
constexpr Shades kDark{0xff23272c, 0xff1b1e22, 0xff20242a, 0xff31363d, 0xffe7e9ec, 0xffa1a9b3, 0xff15181b, 0xff2f6fc4};

QPalette paletteOf(const Shades& shades)
{
    QPalette palette{QColor(shades.button), QColor(shades.window)};
    const auto set = [&](std::initializer_list<QPalette::ColorRole> roles, QRgb color) {
        for (const QPalette::ColorRole role : roles)
            palette.setColor(role, QColor(color));
    };
    set({QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::ToolTipText}, shades.text);
    set({QPalette::Base}, shades.base);
    set({QPalette::AlternateBase, QPalette::ToolTipBase}, shades.alternate);
    set({QPalette::PlaceholderText}, shades.quiet);
    set({QPalette::Highlight, QPalette::Accent, QPalette::Link}, shades.accent);
    set({QPalette::HighlightedText, QPalette::BrightText}, 0xffffffff);
    set({QPalette::Mid, QPalette::Dark}, shades.frame);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText}) {
        QColor color(shades.text);
        color.setAlphaF(0.45F);
        palette.setColor(QPalette::Disabled, role, color);
    }
    return palette;
}

} // namespace

void applyColorScheme(Qt::ColorScheme scheme)
{
    if (scheme == Qt::ColorScheme::Unknown)
        return;
    QStyleHints* hints = QGuiApplication::styleHints();
    hints->setColorScheme(scheme);
    const bool wantsDark = scheme == Qt::ColorScheme::Dark;
    const bool isDark = QApplication::palette().color(QPalette::Window).lightness() < 128;
    if (hints->colorScheme() != scheme || isDark != wantsDark)
        QApplication::setPalette(paletteOf(wantsDark ? kDark : kLight));
}

void makePaletteReadable()
{
    const QPalette now = QApplication::palette();
    const QColor wanted = now.color(QPalette::Active, QPalette::Highlight);
    const QColor ground = widgets::groundFor(now.color(QPalette::Active, QPalette::HighlightedText), wanted);
    const QColor quiet = now.color(QPalette::Active, QPalette::PlaceholderText);
    const QColor window = now.color(QPalette::Active, QPalette::Window);
    const bool isPale = widgets::contrast(widgets::mixed(window, quiet, quiet.alphaF()), window) < 4.5;
    if (ground == wanted && !isPale)
        return;
    // Only what is set here or was set before is the application's own: the others still follow the desktop.
    QPalette own = now;
    for (const QPalette::ColorGroup group : {QPalette::Active, QPalette::Inactive}) {
        own.setColor(group, QPalette::Highlight, ground);
        own.setColor(group, QPalette::PlaceholderText, isPale ? widgets::secondaryText(now) : quiet);
    }
    QApplication::setPalette(own);
}

} // namespace lamella::app
