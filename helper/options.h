// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/log.h"
#include "engine/base/result.h"

#include <QStringList>

#include <filesystem>
#include <optional>

namespace lamella::helper {

/// What the command line says.
struct Options {
    std::filesystem::path root; ///< --root, else $LAMELLA_ROOT, else /var/lib/lamella
    std::filesystem::path run; ///< --run, else /run/lamella
    std::filesystem::path programs; ///< --programs, else where this program is
    std::filesystem::path seccompProfile;
    log::Level level = log::Level::Info;
};

/// Reads the arguments. --help and --version print and leave nothing to do. Errors: InvalidArgument.
Result<std::optional<Options>> readOptions(const QStringList& arguments);

} // namespace lamella::helper
