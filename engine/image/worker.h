// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/base/units.h"
#include "engine/image/report.h"

#include <filesystem>
#include <functional>
#include <stop_token>

namespace lamella::image {

/// Runs lamella-worker, one process for each call; from any thread. Cancelled kills it.
class Worker {
public:
    explicit Worker(std::filesystem::path program)
        : m_program(std::move(program))
    {
    }

    /// Parses the documents of an OCI layout with the rights of `owner`.
    Result<std::vector<FoundImage>> readLayout(BorrowedFd layout, uid_t owner, std::stop_token stop) const;

    struct Unpack {
        BorrowedFd layout;
        uid_t owner = 0;
        Descriptor blob;
        BorrowedFd directory; ///< empty, for the layer
        Bytes limit; ///< of what may be unpacked
    };

    /// Unpacks a layer; `progress` is called with the bytes of the blob that were read. What the worker says of digests
    /// is not yet compared with anything.
    Result<UnpackedLayer> unpack(const Unpack& request, const std::function<void(Bytes)>& progress,
                                 std::stop_token stop) const;

private:
    std::filesystem::path m_program;
};

} // namespace lamella::image
