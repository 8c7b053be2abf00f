// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/fonts.h"

#include <QFontDatabase>
#include <QFontInfo>

namespace lamella::widgets {
namespace {

QFont scaledBy(QFont font, double factor)
{
    if (font.pointSizeF() > 0)
        font.setPointSizeF(font.pointSizeF() * factor);
    else
        font.setPixelSize(qRound(font.pixelSize() * factor));
    return font;
}

} // namespace

QFont titleFont(QFont base)
{
    base = scaledBy(base, 1.4);
    base.setWeight(QFont::DemiBold);
    return base;
}

QFont sectionFont(QFont base)
{
    base.setWeight(QFont::DemiBold);
    return base;
}

QFont smallFont(const QFont& base)
{
    return scaledBy(base, 0.9);
}

QFont monospaceFont(const QFont& base)
{
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    // Where the desktop names no fixed font of its own, Qt hands back the body's.
    if (!QFontInfo(font).fixedPitch())
        font = QFont(QStringLiteral("monospace"));
    font.setStyleHint(QFont::Monospace);
    if (base.pointSizeF() > 0)
        font.setPointSizeF(base.pointSizeF());
    else
        font.setPixelSize(base.pixelSize());
    return font;
}

QFont tabularFont(QFont base)
{
    base.setFeature(QFont::Tag("tnum"), 1);
    return base;
}

} // namespace lamella::widgets
