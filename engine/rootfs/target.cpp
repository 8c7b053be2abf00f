// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/target.h"

#include "engine/base/unique_fd.h"

#include <cerrno>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace lamella::rootfs {

namespace {

/// As many as the kernel follows (path_resolution(7)).
constexpr int kMostLinks = 40;

/// A path on its way down from the root. Everything before `start` has been resolved.
class Walk {
public:
    bool begin(const char* path)
    {
        m_length = std::strlen(path);
        if (m_length >= sizeof m_path)
            return tooLong();
        std::memcpy(m_path, path, m_length + 1);
        return true;
    }

    /// To the next component; false behind the last one.
    bool next()
    {
        m_start = m_end;
        while (m_path[m_start] == '/')
            ++m_start;
        m_end = m_start;
        while (m_path[m_end] != '/' && m_path[m_end] != '\0')
            ++m_end;
        return m_end > m_start;
    }

    /// For the time until release(), the path ends behind the component.
    const char* prefix()
    {
        m_held = m_path[m_end];
        m_path[m_end] = '\0';
        return m_path;
    }
    const char* name() const { return m_path + m_start; }
    void release() { m_path[m_end] = m_held; }

    bool isLast() const
    {
        std::size_t at = m_end;
        while (m_path[at] == '/')
            ++at;
        return m_path[at] == '\0';
    }

    /// Puts what a symlink says in the component's place and begins again. False with errno where that is too long.
    bool replace(const char* link, std::size_t length)
    {
        const bool absolute = link[0] == '/';
        const std::size_t before = absolute ? 0 : m_start;
        const std::size_t rest = m_length - m_end;
        if (before + length + rest >= sizeof m_path)
            return tooLong();
        std::memmove(m_path + before + length, m_path + m_end, rest + 1);
        std::memcpy(m_path + before, link, length);
        m_length = before + length + rest;
        m_start = m_end = 0;
        return true;
    }

private:
    static bool tooLong()
    {
        errno = ENAMETOOLONG;
        return false;
    }

    char m_path[PATH_MAX];
    std::size_t m_length = 0;
    std::size_t m_start = 0;
    std::size_t m_end = 0;
    char m_held = '\0';
};

/// Makes `name` in `directory`; finds it well when somebody else made it meanwhile, or when a symlink has the name.
bool make(int directory, const char* name, bool isDirectory)
{
    if (isDirectory)
        return ::mkdirat(directory, name, 0755) == 0 || errno == EEXIST;
    const UniqueFd fd{::openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644)};
    return fd || errno == EEXIST;
}

enum class Found { Component, Link, Error };

/// Opens the walk's component, makes it where it is missing, or replaces it by what a symlink to nothing says.
Found descend(int root, int parent, Walk& walk, Missing missing, std::uint64_t resolve, UniqueFd& into)
{
    const bool isDirectory = missing == Missing::MakeDirectory || !walk.isLast();
    const char* path = walk.prefix();
    int fd = openInRootRaw(root, path, O_PATH, resolve);
    if (fd < 0 && errno == ENOENT && make(parent, walk.name(), isDirectory))
        fd = openInRootRaw(root, path, O_PATH, resolve);
    char link[PATH_MAX];
    ssize_t length = -1;
    if (fd < 0 && errno == ENOENT) {
        length = ::readlinkat(parent, walk.name(), link, sizeof link);
        errno = ENOENT;
    }
    walk.release();
    into.reset(fd);
    if (fd >= 0)
        return Found::Component;
    if (length <= 0)
        return Found::Error;
    return walk.replace(link, static_cast<std::size_t>(length)) ? Found::Link : Found::Error;
}

int makeTarget(int root, const char* path, Missing missing, std::uint64_t resolve)
{
    Walk walk;
    if (!walk.begin(path))
        return -1;
    UniqueFd parent{openInRootRaw(root, ".", O_PATH | O_DIRECTORY)};
    int links = 0;
    while (parent && walk.next()) {
        UniqueFd found;
        const bool last = walk.isLast();
        switch (descend(root, parent.get(), walk, missing, resolve, found)) {
        case Found::Error:
            return -1;
        case Found::Component:
            if (last)
                return found.release();
            parent = std::move(found);
            break;
        case Found::Link:
            if (++links > kMostLinks) {
                errno = ELOOP;
                return -1;
            }
            parent.reset(openInRootRaw(root, ".", O_PATH | O_DIRECTORY));
        }
    }
    return parent ? parent.release() : -1;
}

} // namespace

int openInRootRaw(int root, const char* path, int flags, std::uint64_t resolve)
{
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve;
    // EAGAIN: something was renamed meanwhile, and the kernel cannot be sure that the root was not left.
    for (int attempt = 0; attempt < 256; ++attempt) {
        const long fd = ::syscall(SYS_openat2, root, path, &how, sizeof how);
        if (fd >= 0)
            return static_cast<int>(fd);
        if (errno != EAGAIN && errno != EINTR)
            return -1;
    }
    return -1;
}

int openTarget(int root, const char* path, Missing missing, bool noSymlinks, bool* made)
{
    const std::uint64_t resolve = noSymlinks ? RESOLVE_NO_SYMLINKS : 0;
    const int found = openInRootRaw(root, path, O_PATH, resolve);
    const bool isMissing = found < 0 && errno == ENOENT && missing != Missing::Fail;
    if (made != nullptr)
        *made = isMissing;
    return isMissing ? makeTarget(root, path, missing, resolve) : found;
}

} // namespace lamella::rootfs
