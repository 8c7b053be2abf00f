// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/image/report.h"

#include <optional>
#include <stop_token>
#include <string>
#include <sys/types.h>
#include <vector>

namespace lamella::image {

class Worker;
struct NewLayer;

/// A repository of a registry.
struct Repository {
    std::string registry;
    std::string name;
};

/// Where the bytes of a blob are read from.
struct Blob {
    enum class Kind {
        Stream, ///< `fd` is read from where it stands to its end: a pipe
        File, ///< `fd` is a regular file that others may read at the same time; the blob begins at `offset`
        Layout, ///< `fd` is the directory of an OCI layout: the worker opens the blob in it with the rights of `reader`
    };
    Kind kind = Kind::Stream;
    UniqueFd fd;
    Bytes offset;
    uid_t reader = 0;
};

/// Where images come from: a layout, an archive, a registry. What it gives is foreign and only read by workers. A load
/// asks images() once, and then openBlob() from several threads at once, for each layer at most once.
class ImportSource {
public:
    virtual ~ImportSource() = default;

    /// The images that it has for the platform that is wanted, as a worker has read them: Worker::readLayout() for who
    /// has the documents in a directory. Each document was checked against its digest.
    virtual Result<std::vector<FoundImage>> images(const Worker& worker, std::stop_token stop) = 0;

    /// Opens a layer's blob, one of those that images() named. Closing the descriptor early is how a load tells that
    /// it wants no more of it.
    virtual Result<Blob> openBlob(const Descriptor& blob, std::stop_token stop) = 0;

    /// A layer that the source has unpacked itself, by its position in the source's only image: it is not opened then.
    /// Asked for once.
    virtual std::optional<NewLayer> takeUnpacked(std::size_t position);

    /// Where the blobs are kept, so that a push to the same registry need not send them; nothing where that is no
    /// registry.
    virtual std::optional<Repository> repository() const { return std::nullopt; }
};

/// An OCI layout in a directory (image-layout.md), which is read with the rights of `reader`.
class LayoutSource final : public ImportSource {
public:
    /// Whoever owns `layout` keeps it open for as long as this lives.
    LayoutSource(BorrowedFd layout, uid_t reader, Platform platform = {})
        : m_layout(layout)
        , m_reader(reader)
        , m_platform(std::move(platform))
    {
    }
    Result<std::vector<FoundImage>> images(const Worker& worker, std::stop_token stop) override;
    Result<Blob> openBlob(const Descriptor& blob, std::stop_token stop) override;

private:
    BorrowedFd m_layout;
    uid_t m_reader;
    Platform m_platform;
};

} // namespace lamella::image
