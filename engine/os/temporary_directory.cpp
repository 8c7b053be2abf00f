// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/temporary_directory.h"

#include <cstdlib>
#include <format>
#include <system_error>
#include <utility>

namespace lamella::os {

Result<TemporaryDirectory> TemporaryDirectory::make(const std::filesystem::path& parent, const std::string& prefix)
{
    std::string name = (parent / (prefix + "XXXXXX")).native();
    if (::mkdtemp(name.data()) == nullptr)
        return systemFailure(std::format("cannot make a directory in {}", parent.native()));
    return TemporaryDirectory{std::move(name)};
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept
    : m_path(other.release())
{
}

TemporaryDirectory& TemporaryDirectory::operator=(TemporaryDirectory&& other) noexcept
{
    std::swap(m_path, other.m_path);
    return *this;
}

TemporaryDirectory::~TemporaryDirectory()
{
    if (m_path.empty())
        return;
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
}

std::filesystem::path TemporaryDirectory::release()
{
    return std::exchange(m_path, {});
}

} // namespace lamella::os
