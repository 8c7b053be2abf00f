// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/runnable_files.h"

#include <QFile>
#include <QFileInfo>
#include <QMimeDatabase>

#include <algorithm>
#include <array>

namespace lamella::models {

namespace {

/// Names of shared-mime-info's freedesktop.org.xml; those that inherit one of them are meant, too.
constexpr std::array kRunnable{
    // Programs and libraries; most of the scripting languages inherit the first.
    "application/x-executable",
    "application/x-pie-executable",
    "application/x-sharedlib",
    "application/x-shellscript",
    "application/x-csh",
    "application/x-perl",
    "application/x-php",
    "application/x-ruby",
    "application/x-awk",
    "text/x-python",
    "text/x-lua",
    "text/x-tcl",
    "text/javascript",
    "application/x-cgi",
    // What starts another.
    "application/x-desktop",
    "application/x-mswinurl",
    "application/x-ms-shortcut",
    "application/x-java-jnlp-file",
    // What is run by another: Java, Wine, Mono.
    "application/java-archive",
    "application/x-java-archive",
    "application/x-java",
    "application/x-ms-dos-executable",
    "application/vnd.microsoft.portable-executable",
    "application/x-dosexec",
    "application/x-msdownload",
    "application/x-msi",
    "application/x-bat",
    "text/vbscript",
    "text/x-ms-regedit",
    // Whole programs in a file, and what is installed.
    "application/vnd.appimage",
    "application/x-iso9660-appimage",
    "application/vnd.debian.binary-package",
    "application/x-rpm",
    "application/vnd.snap",
    "application/vnd.flatpak",
    "application/vnd.flatpak.ref",
    "application/vnd.flatpak.repo",
};

/// Those that inherit a scripting language and are data all the same.
constexpr std::array kData{"application/json", "application/json5"};

/// What Wine registers for the extensions of the programs that were installed in it.
constexpr QLatin1StringView kOfWine("application/x-wine-extension-");

bool isRunnable(const QMimeType& type)
{
    const auto isOne = [&type](const char* name) { return type.inherits(QLatin1StringView(name)); };
    return type.name().startsWith(kOfWine)
        || (std::ranges::any_of(kRunnable, isOne) && std::ranges::none_of(kData, isOne));
}

} // namespace

QString runnableKind(const QString& path)
{
    const QMimeDatabase database;
    // A desktop goes by the name or by the content, and not each by the same.
    QList<QMimeType> types = database.mimeTypesForFileName(QFileInfo(path).fileName());
    types.append(database.mimeTypeForFile(path, QMimeDatabase::MatchContent));
    const auto found = std::ranges::find_if(types, isRunnable);
    if (found == types.end())
        return {};
    return found->comment().isEmpty() ? found->name() : found->comment();
}

} // namespace lamella::models
