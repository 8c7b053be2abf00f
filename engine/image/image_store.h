// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/base/units.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <sys/types.h>
#include <vector>

namespace lamella::db {
class Database;
}

/// Images: what the database knows of them, and how they come in.
namespace lamella::image {

/// One layer of an image (image-spec, layer.md and config.md).
struct Layer {
    std::string diffId;   ///< "sha256:<hex>" of the uncompressed archive
    std::string chainId;  ///< names the directory layers/<chainID hex>
    Bytes size;           ///< unpacked
    std::chrono::microseconds created{};
    std::string createdBy;
};

/// One image as one user has it.
struct Image {
    std::string id; ///< "sha256:<hex>" of the config
    uid_t owner = 0;
    std::vector<std::string> references;
    std::chrono::microseconds created{};
    std::string architecture;
    std::string os;
    std::vector<Layer> layers; ///< from the bottom
    // config.md, "config"
    std::vector<std::string> entrypoint;
    std::vector<std::string> cmd;
    std::vector<std::string> env;
    std::string workingDir;
    std::string user;
    std::string stopSignal;

    Bytes size() const;
};

/// How far a long call has come. Called on the thread that does the work.
struct Progress {
    std::string stage;
    Bytes done;
    Bytes total;
};
using ProgressSink = std::function<void(const Progress&)>;

/// All methods may be called from any thread; each is short but loadLayout(). Needs root (layers keep their owners).
class ImageStore {
public:
    /// `root`: /var/lib/lamella. `workerProgram`: path of lamella-worker, which parses and unpacks foreign bytes.
    ImageStore(db::Database& database, std::filesystem::path root, std::filesystem::path workerProgram);
    ~ImageStore();

    /// Imports every image of the OCI layout in the directory `layout` for `owner`; returns their IDs. Layers that are
    /// there already are not unpacked again. Killed at any point it leaves nothing that the next sweep() does not remove.
    Result<std::vector<std::string>> loadLayout(BorrowedFd layout, uid_t owner, const ProgressSink& progress, std::stop_token stop);

    std::vector<Image> list() const;
    Result<Image> find(uid_t owner, const std::string& referenceOrId) const;

    /// Removes the owner's image and its references; layers that nothing refers to go with it. Errors: NotFound, Busy.
    Result<void> remove(uid_t owner, const std::string& id);

    /// The unpacked directories of an image's layers, from the bottom: layers/<chainID>/diff.
    std::vector<std::filesystem::path> layerDirectories(const Image& image) const;

    /// Removes what no row refers to (what a crash left). Called once when the helper starts.
    Result<void> sweep();

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace lamella::image
