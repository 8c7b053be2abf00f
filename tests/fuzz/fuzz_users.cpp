// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/user_lookup.h"

using namespace lamella;

/// A user to look up, an image's /etc/passwd and its /etc/group, with a NUL between them. What comes out is in range.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr std::uint32_t kIds = 65536;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto first = std::min(text.find('\0'), size);
    const auto files = text.substr(std::min(first + 1, size));
    const auto second = std::min(files.find('\0'), files.size());
    const auto user = container::resolveUser(text.substr(0, first), files.substr(0, second),
                                             files.substr(std::min(second + 1, files.size())), kIds);
    if (user && (user->uid >= kIds || user->gid >= kIds || !user->home.starts_with('/')))
        __builtin_trap();
    return 0;
}
