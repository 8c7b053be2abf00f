// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/layer_archive.h"
#include "engine/os/file.h"

#include <QTemporaryDir>

#include <sys/mman.h>

using namespace lamella;
using namespace lamella::layer;

/// Reads the bytes as the headers of a layer without files, and some of the archive that they describe.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const QTemporaryDir directory;
    static const auto diff = os::open(directory.path().toStdString(), O_RDONLY | O_DIRECTORY);
    const UniqueFd headers{::memfd_create("headers", MFD_CLOEXEC)};
    if (!diff || !os::writeAll(headers.borrow(), {reinterpret_cast<const char*>(data), size}, "the fuzzer's headers"))
        return 0;
    auto archive = LayerArchive::open(diff->borrow(), headers.borrow(), {});
    if (!archive)
        return 0;
    std::vector<std::byte> buffer(64u << 10);
    for (int i = 0; i < 100; ++i) { // what was kept may have terabytes of zeros
        const auto count = archive->read(buffer);
        if (!count || *count == 0)
            break;
    }
    return 0;
}
