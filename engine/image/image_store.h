// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/base/units.h"
#include "engine/image/limits.h"
#include "engine/image/platform.h"
#include "engine/layer/decompressor.h"
#include "engine/layer/tree_archive.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace lamella::db {
class Database;
}

/// Images: what the database knows of them, and how they come in.
namespace lamella::image {

class ImportSource;

/// One layer of an image (image-spec, layer.md and config.md).
struct Layer {
    std::string diffId; ///< "sha256:<hex>" of the uncompressed archive
    std::string chainId; ///< names the directory layers/<chainID hex>
    Bytes size; ///< unpacked
    std::chrono::microseconds created{};
    std::string createdBy;
};

/// One image as one user has it.
struct Image {
    std::string id; ///< "sha256:<hex>" of the config
    uid_t owner = 0;
    std::vector<std::string> references;
    std::chrono::microseconds created{};
    Platform platform;
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

/// What is said of an image that is made here. What is empty is left out.
struct NewImageSettings {
    std::string reference = {};
    std::vector<std::string> entrypoint = {};
    std::vector<std::string> cmd = {};
    std::vector<std::string> env = {}; ///< NAME=value
    std::vector<std::string> unsetEnv = {}; ///< names that the image below has, and this one has not
    std::string workingDir = {};
    std::string user = {};
    std::string stopSignal = {};
    std::vector<std::string> labels = {}; ///< name=value
    std::vector<std::string> exposedPorts = {}; ///< "80", "80/udp"
    std::vector<std::string> volumes = {}; ///< absolute paths
    std::string author = {};
    std::string message = {};
    std::chrono::microseconds created{}; ///< the same time, archive and settings give the same image
};

/// One step of how an image was made (config.md, "history").
struct HistoryEntry {
    std::chrono::microseconds created{};
    std::string createdBy;
    std::string author;
    std::string comment;
    bool isEmptyLayer = false;
    Bytes size; ///< of its layer, unpacked
};

/// A layer's archive as a registry or layout keeps it.
struct LayerBlob {
    std::string digest;
    Bytes size;
    layer::Compression compression = layer::Compression::None;

    friend bool operator==(const LayerBlob&, const LayerBlob&) = default;
};

/// Where a layer is in a registry, as one user has come to know it.
struct LayerPlace {
    std::string registry; ///< as names have it: "docker.io"
    std::string repository;
    LayerBlob blob;
};

/// An image's documents as they are: foreign bytes, of which only the digests were checked here.
struct ImageDocuments {
    std::string manifest;
    std::string config;
    std::string manifestType; ///< media type; empty for an image that an older version has loaded
    std::vector<LayerBlob> blobs; ///< what the manifest says, from the bottom; empty like the type
};

/// What a user's images take of the disk; layers that others have as well count for each.
struct Usage {
    struct OfImage {
        std::string id;
        Bytes shared; ///< with other images of the same user
        Bytes unique; ///< what goes with it
    };
    std::vector<OfImage> images;
    Bytes total;
};

enum class PruneWhat {
    Nameless, ///< images without a name that no container is made of
    Unused, ///< all that no container is made of
};

/// What pruning takes away.
struct Prunable {
    std::vector<Image> images;
    Bytes bytes; ///< of the layers that no other image of the user has
};

/// How far a long call has come. Called on the threads that do the work, by one of them at a time.
struct Progress {
    /// A part that runs beside others: a layer. `name` is its blob's digest.
    struct Item {
        std::string name;
        Bytes done;
        Bytes total;
    };
    std::string stage;
    Bytes done; ///< of all items together
    Bytes total;
    std::vector<Item> items = {};
};
using ProgressSink = std::function<void(const Progress&)>;

/// Writes a tar archive of a tree to the sink; what is in it.
using ArchiveWriter = std::function<Result<layer::ArchivedTree>(layer::ByteSink&)>;

/// All methods may be called from any thread; each is short but loadLayout(). Needs root (layers keep their owners).
class ImageStore {
public:
    /// `root`: /var/lib/lamella. `workerProgram`: path of lamella-worker, which parses and unpacks foreign bytes.
    ImageStore(db::Database& database, const std::filesystem::path& root, std::filesystem::path workerProgram,
               const Limits& limits = {});
    ~ImageStore();

    /// Imports every image for `platform` of the OCI layout in the directory `layout` for `owner`; returns their IDs.
    /// Layers that are there already are not unpacked again; where no image of `owner` has them, the layout must have
    /// their content all the same. Layers are unpacked side by side, by one worker for each core at most, and several
    /// loads may run at once. The layout is read with the rights of `owner`. Killed at any point it leaves nothing that
    /// the next sweep() does not remove; failed or cancelled it leaves nothing. Errors: InvalidArgument, NotFound (a
    /// blob is missing), DigestMismatch, Unsupported (nothing in it for the platform), AlreadyExists (an image is known
    /// with other settings), NoSpace, LimitExceeded, Cancelled.
    Result<std::vector<std::string>> loadLayout(BorrowedFd layout, uid_t owner, const ProgressSink& progress,
                                                std::stop_token stop, const Platform& platform = {});

    /// The same from one file: the tar of an OCI layout or what `docker save` wrote, plain or compressed with gzip or
    /// zstd. What comes out of a compressed one lies in a file of the store for so long, which has no name. Errors
    /// besides: InvalidArgument (it is no file, no archive, a damaged one, or misses what its documents name), NotFound
    /// (an archive of anything else than images).
    Result<std::vector<std::string>> loadArchive(BorrowedFd archive, uid_t owner, const ProgressSink& progress,
                                                 std::stop_token stop, const Platform& platform = {});

    /// Makes an image of one layer of a root file system in one tar archive, plain or compressed with gzip or zstd; its
    /// ID. Errors: as loadArchive().
    Result<std::string> importRootfs(BorrowedFd archive, uid_t owner, const NewImageSettings& settings,
                                     const ProgressSink& progress, std::stop_token stop);

    /// Makes an image of the layers of the owner's image `base` (an ID) and one more, of changes; its ID. `write` is
    /// called once, on this thread. When this returns, the image is on the disk with the archive of the new layer,
    /// whose files are unpacked in the background from then on (see unpack()). `settings` replace what the image below
    /// has, and variables, labels, ports and volumes are added to it. Errors: those of `write`, and as loadArchive();
    /// LimitExceeded also where it would have too many layers.
    Result<std::string> commit(const ArchiveWriter& write, uid_t owner, const std::string& base,
                               const NewImageSettings& settings, const ProgressSink& progress, std::stop_token stop);

    /// The same from anywhere else.
    Result<std::vector<std::string>> import(ImportSource& source, uid_t owner, const ProgressSink& progress,
                                            std::stop_token stop);

    /// Writes the owner's images, by reference or ID, to a file that the caller has opened for writing: one archive
    /// that is both the tar of an OCI layout and what `docker load` reads, compressed as a whole on request; or to an
    /// empty directory that he has opened, which becomes an OCI layout whose files are made with his rights. Config and
    /// layers are what they were (and so are image ID and diffIDs); layers are not compressed, which gives the image
    /// another manifest than it was pulled with. Failed or cancelled it leaves what was written so far of an archive,
    /// and nothing in a directory. Errors: NotFound, InvalidArgument (neither file nor empty directory), NoSpace,
    /// DigestMismatch (a layer was changed), Cancelled, what the file system refuses the owner.
    Result<void> save(uid_t owner, const std::vector<std::string>& names, layer::Compression compression,
                      BorrowedFd into, const ProgressSink& progress, std::stop_token stop) const;

    /// Everybody's images, or one user's.
    std::vector<Image> list() const;
    std::vector<Image> list(uid_t owner) const;

    /// By reference (":latest" may be left out), ID, or the beginning of an ID's digits (at least 4).
    /// Errors: NotFound, InvalidArgument (several images begin like that).
    Result<Image> find(uid_t owner, const std::string& referenceOrId) const;

    /// Removes the owner's image and its references; layers that nothing refers to go with it.
    /// Errors: NotFound, Busy (containers are made of it; they are named).
    Result<void> remove(uid_t owner, const std::string& id);

    /// Gives the owner's image one more name; an image that had it loses it. ":latest" is added where there is no tag.
    /// Errors: NotFound, InvalidArgument (no name of an image), LimitExceeded.
    Result<void> tag(uid_t owner, const std::string& id, const std::string& reference);

    /// Takes a name away. The image stays, also without any. Errors: NotFound.
    Result<void> untag(uid_t owner, const std::string& reference);

    /// All steps of how the image was made, from the bottom, as a worker reads them. By reference or ID.
    Result<std::vector<HistoryEntry>> history(uid_t owner, const std::string& id, std::stop_token stop) const;

    /// By ID. Errors: NotFound.
    Result<ImageDocuments> documents(uid_t owner, const std::string& id) const;

    /// Keeps the image's layers, also when it is removed, for as long as somebody has what is returned. Errors:
    /// NotFound (its owner has removed it).
    Result<std::shared_ptr<const void>> pin(const Image& image) const;

    /// Where a registry has a layer, as the owner knows it from his own pulls and pushes, the latest first: it may have
    /// gone since.
    Result<std::vector<LayerPlace>> layerPlaces(uid_t owner, const std::string& diffId,
                                                const std::string& registry) const;

    /// Remembers where a layer is, until no image of the owner has it. The blob must have been seen to be that layer.
    Result<void> addLayerPlace(uid_t owner, const std::string& diffId, const LayerPlace& place);

    Result<Usage> usage(uid_t owner) const;

    /// What prune() would take away now.
    Result<Prunable> prunable(uid_t owner, PruneWhat what) const;

    /// Removes the owner's images that are not needed; what went.
    Result<Prunable> prune(uid_t owner, PruneWhat what);

    /// False where a commit has left a layer that is still its archive.
    bool isUnpacked(const Image& image) const;

    /// Waits until the files of all layers are there, and unpacks those that nobody unpacks: for who is about to look
    /// at them. Ended early it can be called again. Errors: NotFound (the image was removed, a layer was lost),
    /// Cancelled, NoSpace, DigestMismatch, InvalidArgument and LimitExceeded (the layer cannot be unpacked: the image
    /// is of no use).
    Result<void> unpack(const Image& image, const ProgressSink& progress, std::stop_token stop) const;

    /// Whether a container can be made of it at once: it is unpacked, and the disk has what was pulled.
    bool isReady(const Image& image) const;

    /// unpack(), and then waits until the disk has what was pulled: for who is about to build on it. Errors besides:
    /// Failed (the disk could not take it).
    Result<void> makeReady(const Image& image, const ProgressSink& progress, std::stop_token stop) const;

    /// The directories of an image's layers, from the bottom: layers/<chainID>/diff, where isUnpacked().
    std::vector<std::filesystem::path> layerDirectories(const Image& image) const;

    /// A layer's index, of what is in it (engine/layer/file_index.h). Errors: NotFound (an older version unpacked it).
    Result<UniqueFd> openIndex(const Layer& layer) const;

    /// Removes what no row refers to (what a crash left), and goes on with unpacking in the background what a helper
    /// before this one has left as archives. Where the power was lost just after a pull, layers that are not whole go.
    /// Called once when the helper starts.
    Result<void> sweep();

    /// Called after each step of a load, removal or unpacking with its name, so that tests can end the process there.
    void setStepHook(std::function<void(std::string_view)> hook);

    struct Private; ///< what this folder shares

private:
    std::unique_ptr<Private> d;
};

} // namespace lamella::image
