// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/models/difference.h"
#include "gui/models/file_content.h"

#include <QStringList>

#include <memory>
#include <optional>

namespace lamella::models {

/// How two versions of a file can be shown together.
enum class ShownAs { Words, Text, Bytes, Pictures };

struct FileComparison {
    FileContent left = {};
    FileContent right = {};
    ShownAs shownAs = ShownAs::Words;
    std::optional<Side> only = {}; ///< only this side has something to show
    std::shared_ptr<const Difference> difference = {}; ///< of Text
    QStringList notes = {}; ///< sentences that a person has to know
    bool isSame = false; ///< both are there, and their contents are the same
};

/// Reads, decodes and compares both: takes up to seconds, not for the window's thread. Where only the beginning of one
/// is there, as much of the other one is looked at.
FileComparison compareFiles(client::FileVersion image, client::FileVersion container);

} // namespace lamella::models
