// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/container/trash_settings.h"
#include "engine/image/limits.h"
#include "engine/registry/access.h"

#include <chrono>
#include <filesystem>
#include <string_view>

namespace lamella::helper {

/// What the machine's administrator decides; resources/settings/helper.conf says what each means.
struct Settings {
    image::Limits images;
    container::TrashSettings trash;
    registry::Patience registry;
    std::chrono::seconds job = std::chrono::hours{24};
};

/// Lines of "key = value"; what follows a '#' is a comment. `what` names the text in errors, with the line.
/// Errors: InvalidArgument (a key that is unknown or given twice, a value that is none or out of range).
Result<Settings> parseSettings(std::string_view text, std::string_view what);

/// Reads a file that belongs to root and that nobody else can write to. Errors: those of parseSettings(); NotFound;
/// NotAuthorized (others can write to it).
Result<Settings> readSettings(const std::filesystem::path& file);

} // namespace lamella::helper
