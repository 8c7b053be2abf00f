// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/changecolors.h"

#include "gui/widgets/colors.h"

#include <algorithm>

namespace lamella::pages {
namespace {

ChangeColors shadesOf(widgets::Meaning meaning, const QPalette& palette)
{
    const QColor base = palette.color(QPalette::Base);
    const QColor color = widgets::meaningColor(meaning, palette);
    const QColor ground = widgets::mixed(color, base, 0.88);
    const QColor part = widgets::mixed(color, base, widgets::isDark(palette) ? 0.76 : 0.7);
    return {readableOn({ground}, color, palette), ground, part};
}

} // namespace

ChangeColors changeColors(ChangeTone tone, const QPalette& palette)
{
    const QColor base = palette.color(QPalette::Base);
    const QColor text = palette.color(QPalette::Text);
    switch (tone) {
    case ChangeTone::Added:
        return shadesOf(widgets::Meaning::Good, palette);
    case ChangeTone::Removed:
        return shadesOf(widgets::Meaning::Bad, palette);
    case ChangeTone::Changed:
        return shadesOf(widgets::Meaning::Attention, palette);
    case ChangeTone::Absent: {
        const QColor quiet = widgets::mixed(text, base, 0.95);
        return {text, quiet, quiet};
    }
    case ChangeTone::None:
        break;
    }
    return {text, base, base};
}

QString changeSign(ChangeTone tone)
{
    switch (tone) {
    case ChangeTone::Added:
        return QStringLiteral("+");
    case ChangeTone::Removed:
        return QStringLiteral("\u2212");
    case ChangeTone::Changed:
        return QStringLiteral("~");
    case ChangeTone::None:
    case ChangeTone::Absent:
        break;
    }
    return {};
}

QColor readableOn(std::initializer_list<QColor> grounds, QColor color, const QPalette& palette)
{
    const QColor text = palette.color(QPalette::Text);
    const auto isPale = [&color](const QColor& ground) { return widgets::contrast(color, ground) < 4.5; };
    for (int step = 0; step < 30 && std::ranges::any_of(grounds, isPale); ++step)
        color = widgets::mixed(color, text, 0.08);
    return color;
}

} // namespace lamella::pages
