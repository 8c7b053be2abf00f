// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/documents.h"
#include "engine/layer/digest.h"

#include <cstdint>

using namespace lamella;

/// Reads the bytes as each of an image's documents; what comes out must have digests that are some.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    std::ignore = image::parseTime(text);
    // What is no JSON at all is none to each of the readers.
    if (const auto layout = image::checkLayoutFile(text); !layout && layout.error().message.ends_with("not valid JSON"))
        return 0;
    if (const auto index = image::parseIndex(text)) {
        for (const auto& entry : index->manifests) {
            if (!layer::isDigest(entry.digest))
                __builtin_trap();
        }
    }
    if (const auto manifest = image::parseManifest(text); manifest && !layer::isDigest(manifest->config.digest))
        __builtin_trap();
    if (const auto config = image::parseConfig(text); config && config->history.size() != config->diffIds.size())
        __builtin_trap();
    std::ignore = image::parseHistory(text);
    return 0;
}
