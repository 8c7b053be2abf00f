// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <KSyntaxHighlighting/Definition>
#include <KSyntaxHighlighting/Repository>

#include <QString>

/// The languages that texts are coloured by. The window's thread only.
namespace lamella::pages {

KSyntaxHighlighting::Repository& languages();

/// By the name of the file and, where that says nothing, by the first line; an invalid one is plain text.
KSyntaxHighlighting::Definition languageOf(const QString& path, const QString& firstLine);

} // namespace lamella::pages
