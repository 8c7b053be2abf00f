// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/tar_reader.h"
#include "tests/fuzz/tar_checksums.h"
#include "tests/unit/layer/text_source.h"

using namespace lamella;

namespace {

constexpr std::size_t kBuffer = 4096; // what is larger costs more than reading a small archive

} // namespace

/// Reads the bytes as an archive to its end, data included.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    test::TextSource source{test::withTarChecksums(data, size), 1000};
    layer::TarReader reader{source, kBuffer};
    for (auto entry = reader.next(); entry && *entry; entry = reader.next()) {
        const auto limit = (*entry)->size;
        const auto done
            = reader.readData([limit](std::uint64_t offset, std::span<const std::byte> bytes) -> Result<void> {
                  if (offset > limit || bytes.size() > limit - offset)
                      __builtin_trap(); // data outside the file that the entry promised
                  return {};
              });
        if (!done)
            break;
    }
    return 0;
}
