// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <filesystem>

namespace lamella::os {

/// A directory of mode 0700 that is removed with all its content when this object goes. Move-only.
class TemporaryDirectory {
public:
    /// Makes `parent`/`prefix`XXXXXX.
    static Result<TemporaryDirectory> make(const std::filesystem::path& parent, const std::string& prefix);

    TemporaryDirectory(TemporaryDirectory&& other) noexcept;
    TemporaryDirectory& operator=(TemporaryDirectory&& other) noexcept;
    ~TemporaryDirectory();

    const std::filesystem::path& path() const { return m_path; }

    /// Keeps the directory: the caller removes or renames it.
    std::filesystem::path release();

private:
    explicit TemporaryDirectory(std::filesystem::path path)
        : m_path(std::move(path))
    {
    }

    std::filesystem::path m_path;
};

} // namespace lamella::os
