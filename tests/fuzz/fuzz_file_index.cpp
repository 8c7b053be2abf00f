// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/file_index.h"

using namespace lamella::layer;

/// Reads the bytes as a layer's index, with the checksum that they would need.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string text(reinterpret_cast<const char*>(data), size);
    Sha256 hash;
    hash.add(std::as_bytes(std::span{text}));
    const auto digest = hash.rawDigest();
    text.append(reinterpret_cast<const char*>(digest.data()), digest.size());
    const auto index = FileIndex::parse(text);
    if (!index)
        return 0;
    for (const auto& record : index->records()) {
        if (index->find(record.path) != &record)
            __builtin_trap(); // the order of the records is not the one that is searched in
    }
    return 0;
}
