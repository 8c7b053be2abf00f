// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/new_file.h"

#include "engine/os/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <format>
#include <random>
#include <utility>

namespace lamella::container {

namespace {

constexpr mode_t kOwnersAlone = 0600;

std::string ownName()
{
    return std::format(".lamella-write-{:08x}", std::random_device{}());
}

/// The file system knows none, or the kernel: older ones take O_TMPFILE for the directory itself (open(2), BUGS).
bool isNoNamelessFile(int error)
{
    return error == EOPNOTSUPP || error == EISDIR || error == ENOENT;
}

std::unexpected<Error> cannotPut(const std::string& path)
{
    return systemFailure(std::format("cannot write /{}", path));
}

} // namespace

NewFile::NewFile(BorrowedFd parent)
    : m_parent(parent)
{
}

NewFile::NewFile(NewFile&& other) noexcept
    : m_parent(other.m_parent)
    , m_file(std::move(other.m_file))
    , m_name(std::exchange(other.m_name, {}))
{
}

NewFile::~NewFile()
{
    if (!m_name.empty())
        ::unlinkat(m_parent.get(), m_name.c_str(), 0);
}

Result<NewFile> NewFile::make(BorrowedFd parent, const std::string& path)
{
    NewFile made{parent};
    auto opened = os::openAt(parent, ".", O_RDWR | O_TMPFILE, kOwnersAlone);
    if (!opened && isNoNamelessFile(opened.error().errnum)) {
        made.m_name = ownName();
        opened = os::openAt(parent, made.m_name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, kOwnersAlone);
        if (!opened)
            made.m_name.clear(); // what is called so is another's
    }
    made.m_file = TRY_WITHIN(std::format("cannot write /{}", path), std::move(opened));
    return made;
}

bool NewFile::link(const std::string& name) const
{
    // With AT_EMPTY_PATH it would take CAP_DAC_READ_SEARCH of the initial namespace: link(2).
    return ::linkat(AT_FDCWD, os::descriptorPath(file()).c_str(), m_parent.get(), name.c_str(), AT_SYMLINK_FOLLOW) == 0;
}

Result<void> NewFile::putAt(const std::string& name, const std::string& path)
{
    if (m_name.empty() && !link(name))
        return cannotPut(path);
    if (!m_name.empty()
        && ::renameat2(m_parent.get(), m_name.c_str(), m_parent.get(), name.c_str(), RENAME_NOREPLACE) != 0)
        return cannotPut(path);
    m_name.clear();
    return {};
}

Result<void> NewFile::replace(const std::string& name, const std::string& path)
{
    if (m_name.empty()) {
        auto own = ownName();
        if (!link(own))
            return cannotPut(path);
        m_name = std::move(own);
    }
    if (::renameat(m_parent.get(), m_name.c_str(), m_parent.get(), name.c_str()) != 0)
        return cannotPut(path);
    m_name.clear();
    return {};
}

} // namespace lamella::container
