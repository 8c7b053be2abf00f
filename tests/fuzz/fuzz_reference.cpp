// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/registry/name.h"

#include <cstdint>

using namespace lamella;

/// Reads the bytes as an image's name; what was understood says the same when it is written out and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    if (const auto name = registry::parseName(text)) {
        const auto again = registry::parseName(registry::canonicalText(*name));
        if (!again || *again != *name || !registry::isHost(name->registry) || !registry::isRepository(name->repository))
            __builtin_trap();
    }
    std::ignore = registry::isLoopback(text);
    return 0;
}
