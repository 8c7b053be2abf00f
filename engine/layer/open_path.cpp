// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/open_path.h"

#include "engine/layer/tree.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <format>

namespace lamella::layer {

namespace {

constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr std::size_t kMostOpen = 48; // of the 128 descriptors that a worker may have

} // namespace

OpenPath::OpenPath(BorrowedFd root)
    : m_root(root)
{
}

Result<OpenPath::Directory*> OpenPath::push(UniqueFd fd, std::string_view name)
{
    struct stat status{};
    if (::fstat(fd.get(), &status) != 0)
        return systemFailure(std::format("cannot look at {}", name));
    if (!m_path.empty())
        m_path += '/';
    m_path += name;
    m_directories.push_back({m_path.size(), std::move(fd), status, status.st_mtim});
    if (m_directories.size() - m_closed > kMostOpen)
        m_directories[m_closed++].fd.reset();
    return &m_directories.back();
}

// The last one, open.
Result<OpenPath::Directory*> OpenPath::top()
{
    if (m_directories.empty())
        return push(TRY(openInside(m_root, {}, O_RDONLY | O_DIRECTORY)), {});
    auto& last = m_directories.back();
    if (!last.fd) {
        last.fd = TRY(openInside(m_root, m_path, O_RDONLY | O_DIRECTORY));
        m_closed = std::max<std::size_t>(1, m_directories.size() - 1);
    }
    return &last;
}

Result<void> OpenPath::leave()
{
    auto* last = TRY(top());
    const std::array times{last->time, last->time};
    if (::futimens(last->fd.get(), times.data()) != 0)
        return systemFailure(std::format("cannot set the time of {}", m_path));
    m_directories.pop_back();
    m_closed = std::max<std::size_t>(1, std::min(m_closed, m_directories.size()));
    m_path.resize(m_directories.empty() ? 0 : m_directories.back().length);
    return {};
}

Result<OpenPath::Directory*> OpenPath::go(std::string_view path, const Make& make)
{
    const auto isOnTheWay = [&] {
        return path.starts_with(m_path)
            && (m_path.empty() || path.size() == m_path.size() || path[m_path.size()] == '/');
    };
    while (!isOnTheWay())
        TRY(leave());
    auto* last = TRY(top());
    while (m_path.size() < path.size()) {
        const auto begin = m_path.empty() ? 0 : m_path.size() + 1;
        const auto end = std::min(path.find('/', begin), path.size());
        const std::string name{path.substr(begin, end - begin)};
        UniqueFd fd{::openat(last->fd.get(), name.c_str(), kOpenDirectory)};
        if (!fd) {
            TRY(make(last->fd.borrow(), name, std::string{path.substr(0, end)}));
            fd = TRY_WITHIN(std::format("cannot unpack into {}", path),
                            openInside(last->fd.borrow(), name, O_RDONLY | O_DIRECTORY));
        }
        last = TRY(push(std::move(fd), name));
    }
    return last;
}

Result<OpenPath::Directory*> OpenPath::enter(std::string_view name)
{
    const auto* last = TRY(top());
    auto fd = TRY(openInside(last->fd.borrow(), name, O_RDONLY | O_DIRECTORY));
    return push(std::move(fd), name);
}

Result<void> OpenPath::finish()
{
    while (!m_directories.empty())
        TRY(leave());
    return {};
}

} // namespace lamella::layer
