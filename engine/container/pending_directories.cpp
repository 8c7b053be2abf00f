// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/pending_directories.h"

#include <utility>

namespace lamella::container {

Result<void> PendingDirectories::add(std::string path)
{
    const auto bytes = bytesOf(path);
    if (bytes > m_most - m_bytes)
        return failure(ErrorKind::LimitExceeded, "there are more directories than can be gone into");
    m_bytes += bytes;
    m_paths.push_back(std::move(path));
    return {};
}

std::optional<std::string> PendingDirectories::take()
{
    if (m_paths.empty())
        return std::nullopt;
    auto path = std::move(m_paths.back());
    m_paths.pop_back();
    m_bytes -= bytesOf(path);
    return path;
}

} // namespace lamella::container
