// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/colors.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace lamella::widgets {
namespace {

double luminance(const QColor& color)
{
    const auto linear
        = [](float value) { return value <= 0.04045F ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4); };
    const QColor rgb = color.toRgb();
    return 0.2126 * linear(rgb.redF()) + 0.7152 * linear(rgb.greenF()) + 0.0722 * linear(rgb.blueF());
}

} // namespace

bool isDark(const QPalette& palette)
{
    return luminance(palette.color(QPalette::Base)) < luminance(palette.color(QPalette::Text));
}

QColor meaningColor(Meaning meaning, const QPalette& palette)
{
    const bool dark = isDark(palette);
    switch (meaning) {
    case Meaning::Good:
        return dark ? QColor(0x6f, 0xd8, 0x86) : QColor(0x14, 0x6c, 0x2e);
    case Meaning::Attention:
        return dark ? QColor(0xf2, 0xbd, 0x4f) : QColor(0x84, 0x53, 0x00);
    case Meaning::Bad:
        return dark ? QColor(0xff, 0x93, 0x8a) : QColor(0xb0, 0x21, 0x1a);
    case Meaning::Note:
        break;
    }
    return dark ? QColor(0x86, 0xbe, 0xff) : QColor(0x0b, 0x57, 0xa4);
}

QColor mixed(const QColor& one, const QColor& other, double partOfOther)
{
    const auto part = static_cast<float>(std::clamp(partOfOther, 0.0, 1.0));
    const QColor a = one.toRgb();
    const QColor b = other.toRgb();
    return QColor::fromRgbF(a.redF() + (b.redF() - a.redF()) * part, a.greenF() + (b.greenF() - a.greenF()) * part,
                            a.blueF() + (b.blueF() - a.blueF()) * part);
}

QColor secondaryText(const QPalette& palette)
{
    return mixed(palette.color(QPalette::Text), palette.color(QPalette::Base), 0.36);
}

QColor hairline(const QPalette& palette)
{
    return mixed(palette.color(QPalette::Text), palette.color(QPalette::Window), 0.82);
}

QColor accent(const QPalette& palette)
{
    const QColor ground = palette.color(QPalette::Base);
    const QColor text = palette.color(QPalette::Text);
    QColor color = palette.color(QPalette::Accent);
    // Graphic elements need 3 : 1 (WCAG 2.1, 1.4.11); some desktops' accents are paler than that.
    for (int step = 0; step < 8 && contrast(color, ground) < 3.0; ++step)
        color = mixed(color, text, 0.15);
    return color;
}

QColor groundFor(const QColor& text, const QColor& wanted)
{
    const QColor away = luminance(text) > 0.4 ? QColor(Qt::black) : QColor(Qt::white);
    QColor ground = wanted;
    for (int step = 0; step < 20 && contrast(text, ground) < 4.5; ++step)
        ground = mixed(ground, away, 0.06);
    return ground;
}

double contrast(const QColor& one, const QColor& other)
{
    double light = luminance(one);
    double dark = luminance(other);
    if (light < dark)
        std::swap(light, dark);
    return (light + 0.05) / (dark + 0.05);
}

} // namespace lamella::widgets
