// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/terminal/terminaldata.h"

#include "gui/terminal/qtermwidget_include.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QRgb>
#include <QSaveFile>
#include <QStandardPaths>

#include <array>

namespace lamella::terminal {
namespace {

struct SchemeColor {
    const char* name;
    QRgb light;
    QRgb dark;
};

// Sixteen colours on the window's grounds. Each can be read on the ground (4.5 : 1), but for black on dark and white on
// light, which programs choose as grounds.
constexpr std::array kColors{
    SchemeColor{"Background", 0xffffff, 0x1c1e21}, SchemeColor{"BackgroundIntense", 0xffffff, 0x1c1e21},
    SchemeColor{"Foreground", 0x24272b, 0xdcdfe4}, SchemeColor{"ForegroundIntense", 0x000000, 0xffffff},
    SchemeColor{"Color0", 0x24272b, 0x3b4048},     SchemeColor{"Color0Intense", 0x5c6370, 0x8b929e},
    SchemeColor{"Color1", 0xb0211a, 0xf47a72},     SchemeColor{"Color1Intense", 0xc62f2f, 0xff938a},
    SchemeColor{"Color2", 0x146c2e, 0x6fc97f},     SchemeColor{"Color2Intense", 0x1a7a37, 0x86dd96},
    SchemeColor{"Color3", 0x845300, 0xe0b04c},     SchemeColor{"Color3Intense", 0x8f5f00, 0xf6cc70},
    SchemeColor{"Color4", 0x0b57a4, 0x73aefc},     SchemeColor{"Color4Intense", 0x1b66ba, 0x94c4ff},
    SchemeColor{"Color5", 0x8a2d88, 0xd490e0},     SchemeColor{"Color5Intense", 0x9c3f9a, 0xe6adef},
    SchemeColor{"Color6", 0x0a6a72, 0x58c3cc},     SchemeColor{"Color6Intense", 0x0f757e, 0x7cdbe3},
    SchemeColor{"Color7", 0xd0d4da, 0xc3c8d0},     SchemeColor{"Color7Intense", 0xeef0f3, 0xffffff},
};

QByteArray schemeText(bool dark)
{
    QByteArray text = "[General]\nDescription=Lamella\nOpacity=1\n";
    for (const SchemeColor& color : kColors) {
        const QRgb rgb = dark ? color.dark : color.light;
        text += QStringLiteral("\n[%1]\nColor=%2,%3,%4\n")
                    .arg(QLatin1StringView(color.name))
                    .arg(rgb >> 16 & 0xff)
                    .arg(rgb >> 8 & 0xff)
                    .arg(rgb & 0xff)
                    .toUtf8();
    }
    return text;
}

} // namespace

QString keyBindings()
{
    if (QTermWidget::availableKeyBindings().contains(QLatin1StringView("default")))
        return QStringLiteral("default");
    const QStringList places{QStringLiteral(LAMELLA_DATADIR "/qtermwidget6"),
                             QCoreApplication::applicationDirPath() + QStringLiteral("/../share/qtermwidget6")};
    for (const QString& place : places) {
        // Without its compiled-in directory the library takes a name as a path and adds the suffix itself.
        const QString path = place + QStringLiteral("/kb-layouts/default");
        if (QFile::exists(path + QStringLiteral(".keytab")))
            return QDir::cleanPath(path);
    }
    return {};
}

QString colorSchemeFile(bool dark)
{
    const QString directory = QStandardPaths::writableLocation(QStandardPaths::CacheLocation);
    const QString path = directory
        + (dark ? QStringLiteral("/terminal-dark.colorscheme") : QStringLiteral("/terminal-light.colorscheme"));
    const QByteArray text = schemeText(dark);
    QFile old(path);
    if (old.open(QIODevice::ReadOnly) && old.readAll() == text)
        return path;
    QDir().mkpath(directory);
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        return {};
    file.write(text);
    return file.commit() ? path : QString();
}

} // namespace lamella::terminal
