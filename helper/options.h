// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/log.h"
#include "engine/base/result.h"
#include "helper/settings.h"

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
    std::filesystem::path config; ///< --config: the file of settings
    bool isConfigNamed = false; ///< else it need not be there
    Settings settings; ///< filled in by who has read the file
    log::Level level = log::Level::Info;
};

/// Reads the arguments. --help and --version print and leave nothing to do. Errors: InvalidArgument.
Result<std::optional<Options>> readOptions(const QStringList& arguments);

/// Reads the settings that the options name; the defaults where nothing was named and the usual file is not there.
/// Errors: those of readSettings().
Result<Settings> settingsOf(const Options& options);

} // namespace lamella::helper
