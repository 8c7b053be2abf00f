// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/syntaxlanguages.h"

#include <QFileInfo>
#include <QMimeDatabase>

namespace lamella::pages {

KSyntaxHighlighting::Repository& languages()
{
    static KSyntaxHighlighting::Repository repository;
    return repository;
}

KSyntaxHighlighting::Definition languageOf(const QString& path, const QString& firstLine)
{
    const auto byName = languages().definitionForFileName(QFileInfo(path).fileName());
    if (byName.isValid() || firstLine.isEmpty())
        return byName;
    const QMimeType type = QMimeDatabase().mimeTypeForData(firstLine.toUtf8() + '\n');
    return languages().definitionForMimeType(type.name());
}

} // namespace lamella::pages
