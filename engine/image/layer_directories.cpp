// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/layer_directories.h"

#include "engine/image/limits.h"
#include "engine/layer/digest.h"
#include "engine/layer/directory_names.h"
#include "engine/layer/merged_lower.h"
#include "engine/layer/tree.h"
#include "engine/os/file.h"

#include <sys/random.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <format>
#include <optional>

namespace lamella::image {

namespace {

constexpr std::string_view kUnsynced = "unsynced";

Result<std::string> temporaryName(std::string_view prefix)
{
    std::uint64_t number = 0;
    if (::getrandom(&number, sizeof number, 0) != static_cast<ssize_t>(sizeof number))
        return systemFailure("cannot get random bytes");
    return std::format(".{}-{:016x}", prefix, number);
}

Result<UniqueFd> openDirectory(const std::filesystem::path& path)
{
    return os::open(path, O_RDONLY | O_DIRECTORY);
}

Result<void> markOpaque(BorrowedFd diff, const std::string& path)
{
    const auto directory = TRY(layer::openInside(diff, path, O_RDONLY | O_DIRECTORY));
    if (::fsetxattr(directory.get(), "trusted.overlay.opaque", "y", 1, 0) != 0)
        return systemFailure(std::format("cannot mark {} as opaque", path));
    return {};
}

// What a path of directories shows in the layers below, if it is a directory there.
std::optional<struct stat> statusBelow(const layer::MergedLower& below, const std::string& path)
{
    auto stack = below.root();
    std::string directory;
    std::optional<struct stat> status;
    for (std::size_t start = 0; start < path.size();) {
        const auto end = std::min(path.find('/', start), path.size());
        const auto found = below.find(stack, directory, path.substr(start, end - start));
        if (!found || !S_ISDIR(found->status.st_mode))
            return std::nullopt;
        status = found->status;
        stack = found->stack;
        directory = path.substr(0, end);
        start = end + 1;
    }
    return status;
}

Result<void> takeAttributes(BorrowedFd diff, const std::string& path, const struct stat& from)
{
    const auto directory = TRY(layer::openInside(diff, path, O_RDONLY | O_DIRECTORY));
    const std::array times{from.st_atim, from.st_mtim};
    if (::fchown(directory.get(), from.st_uid, from.st_gid) != 0 || ::fchmod(directory.get(), from.st_mode & 07777) != 0
        || ::futimens(directory.get(), times.data()) != 0)
        return systemFailure(std::format("cannot set the owner and mode of {}", path));
    return {};
}

} // namespace

StagedLayer::StagedLayer(UniqueFd layers, std::string name)
    : m_layers(std::move(layers))
    , m_name(std::move(name))
{
}

Result<void> StagedLayer::makeFiles()
{
    constexpr int kNew = O_WRONLY | O_CREAT | O_EXCL;
    m_index = TRY(os::openAt(m_layers.borrow(), m_name + "/index", kNew, 0600));
    m_headers = TRY(os::openAt(m_layers.borrow(), m_name + "/headers", kNew, 0600));
    const auto path = m_name + "/diff";
    if (::mkdirat(m_layers.get(), path.c_str(), 0755) != 0)
        return systemFailure("cannot make a directory for the layer");
    m_diff = TRY(os::openAt(m_layers.borrow(), path, O_RDONLY | O_DIRECTORY));
    // Whatever the umask is: a layer that does not speak of its root has one that everybody may enter.
    if (::fchmod(m_diff.get(), 0755) != 0)
        return systemFailure("cannot set the mode of the layer's directory");
    return {};
}

Result<void> StagedLayer::makeArchive()
{
    m_archive = TRY(os::openAt(m_layers.borrow(), m_name + "/archive", O_WRONLY | O_CREAT | O_EXCL, 0600));
    return {};
}

Result<void> StagedLayer::syncArchive() const
{
    const auto directory = TRY(os::openAt(m_layers.borrow(), m_name, O_RDONLY | O_DIRECTORY));
    if (::fsync(m_archive.get()) != 0 || ::fsync(directory.get()) != 0)
        return systemFailure("cannot write the layer's archive to the disk");
    return {};
}

StagedLayer::~StagedLayer()
{
    if (m_layers && !m_name.empty())
        std::ignore = layer::removeTree(m_layers.borrow(), m_name);
}

Result<void> StagedLayer::complete(const layer::Extracted& extracted,
                                   const std::vector<std::filesystem::path>& below) const
{
    const auto lower = TRY(layer::MergedLower::open(below));
    const std::set<std::string> opaque{extracted.opaque.begin(), extracted.opaque.end()};
    for (const auto& path : extracted.implied) {
        const auto status = opaque.contains(path) ? std::nullopt : statusBelow(lower, path);
        if (status)
            TRY(takeAttributes(diff(), path, *status));
    }
    for (const auto& path : opaque)
        TRY(markOpaque(diff(), path));
    return {};
}

Result<void> StagedLayer::sync() const
{
    if (::syncfs(m_diff.get()) != 0)
        return systemFailure("cannot write the layer to the disk");
    return {};
}

Result<void> StagedLayer::markUnsynced(const std::string& boot) const
{
    const auto mark = std::format("{}/{}", m_name, kUnsynced);
    if (::symlinkat(boot.c_str(), m_layers.get(), mark.c_str()) != 0)
        return systemFailure("cannot mark the layer as one that the disk need not have yet");
    return {};
}

Result<void> StagedLayer::publish(const std::string& chainId, os::Sync sync)
{
    const std::string final{layer::digestHex(chainId)};
    if (::renameat2(m_layers.get(), m_name.c_str(), m_layers.get(), final.c_str(), RENAME_NOREPLACE) != 0) {
        if (errno == EEXIST) // a crash left it without a row, or what is there could not be unpacked
            return replace(chainId, sync);
        return systemFailure(std::format("cannot name the layer {}", final));
    }
    m_name.clear();
    return sync == os::Sync::Yes ? syncNames() : Result<void>{};
}

Result<void> StagedLayer::replace(const std::string& chainId, os::Sync sync)
{
    const std::string final{layer::digestHex(chainId)};
    if (::renameat2(m_layers.get(), m_name.c_str(), m_layers.get(), final.c_str(), RENAME_EXCHANGE) != 0)
        return systemFailure(std::format("cannot name the layer {}", final));
    return sync == os::Sync::Yes ? syncNames() : Result<void>{};
}

Result<void> StagedLayer::syncNames() const
{
    if (::fsync(m_layers.get()) != 0)
        return systemFailure("cannot write the directory of layers to the disk");
    return {};
}

LayerDirectories::LayerDirectories(std::filesystem::path root)
    : m_root(std::move(root))
{
}

Result<void> LayerDirectories::prepare() const
{
    TRY(os::makeDirectories(m_root, 0700));
    TRY(os::makeDirectories(layers(), 0700));
    return os::makeDirectories(blobs(), 0700);
}

std::filesystem::path LayerDirectories::diff(const std::string& chainId) const
{
    return layers() / layer::digestHex(chainId) / "diff";
}

std::filesystem::path LayerDirectories::diff(const StagedLayer& staged) const
{
    return layers() / staged.name() / "diff";
}

bool LayerDirectories::has(const std::string& chainId) const
{
    return os::open(diff(chainId), O_PATH | O_DIRECTORY).has_value();
}

Result<UniqueFd> LayerDirectories::openIndex(const std::string& chainId) const
{
    return os::open(layers() / layer::digestHex(chainId) / "index", O_RDONLY);
}

Result<UniqueFd> LayerDirectories::openHeaders(const std::string& chainId) const
{
    return os::open(layers() / layer::digestHex(chainId) / "headers", O_RDONLY);
}

Result<UniqueFd> LayerDirectories::openArchive(const std::string& chainId) const
{
    return os::open(layers() / layer::digestHex(chainId) / "archive", O_RDONLY);
}

Result<StagedLayer> LayerDirectories::stageEmpty() const
{
    auto directory = TRY(openDirectory(layers()));
    const auto name = TRY(temporaryName("new"));
    if (::mkdirat(directory.get(), name.c_str(), 0700) != 0)
        return systemFailure("cannot make a directory for the layer");
    return StagedLayer{std::move(directory), name};
}

Result<StagedLayer> LayerDirectories::stage() const
{
    auto staged = TRY(stageEmpty());
    TRY(staged.makeFiles());
    return staged;
}

Result<StagedLayer> LayerDirectories::stageArchive() const
{
    auto staged = TRY(stageEmpty());
    TRY(staged.makeArchive());
    return staged;
}

Result<UniqueFd> LayerDirectories::openLayers() const
{
    return openDirectory(layers());
}

Result<std::optional<std::string>> LayerDirectories::mark(const std::string& chainId) const
{
    const auto path = layers() / layer::digestHex(chainId) / kUnsynced;
    std::string mark(64, '\0');
    const auto length = ::readlink(path.c_str(), mark.data(), mark.size());
    if (length < 0 && errno == ENOENT)
        return std::nullopt;
    if (length < 0)
        return systemFailure(std::format("cannot read {}", path.string()));
    mark.resize(static_cast<std::size_t>(length));
    return mark;
}

Result<void> LayerDirectories::removeMark(const std::string& chainId) const
{
    const auto path = layers() / layer::digestHex(chainId) / kUnsynced;
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
        return systemFailure(std::format("cannot remove {}", path.string()));
    return {};
}

Result<std::string> LayerDirectories::moveAway(const std::string& chainId) const
{
    const auto name = TRY(temporaryName("gone"));
    const auto from = layers() / layer::digestHex(chainId);
    if (::rename(from.c_str(), (layers() / name).c_str()) != 0 && errno != ENOENT)
        return systemFailure(std::format("cannot remove the layer {}", from.string()));
    return name;
}

Result<void> LayerDirectories::removeLeftOver(const std::string& name) const
{
    const auto directory = TRY(openDirectory(layers()));
    return layer::removeTree(directory.borrow(), name);
}

Result<std::vector<std::string>> LayerDirectories::leftOvers(const std::map<std::string, std::string>& known) const
{
    const auto directory = TRY(openDirectory(layers()));
    auto names = TRY(layer::directoryNames(directory.borrow()));
    std::erase_if(names, [&known](const auto& name) { return known.contains("sha256:" + name); });
    return names;
}

Result<void> LayerDirectories::writeBlobs(const std::vector<std::pair<std::string, std::string_view>>& blobs) const
{
    std::vector<UniqueFd> files;
    for (const auto& [digest, text] : blobs) {
        const auto path = this->blobs() / layer::digestHex(digest);
        if (const auto known = os::readFile(path, limits::kDocument.value); !known || *known != text)
            TRY(os::replaceFile(path, text, 0600, os::Sync::No));
        files.push_back(TRY(os::open(path, O_RDONLY)));
        // All are begun before the first is waited for: the file system commits them at once then.
        std::ignore = ::sync_file_range(files.back().get(), 0, 0, SYNC_FILE_RANGE_WRITE);
    }
    files.push_back(TRY(openDirectory(this->blobs())));
    for (const auto& file : files) {
        if (::fsync(file.get()) != 0)
            return systemFailure("cannot write the documents of the image to the disk");
    }
    return {};
}

Result<std::string> LayerDirectories::readBlob(const std::string& digest) const
{
    return os::readFile(blobs() / layer::digestHex(digest), limits::kDocument.value);
}

Result<UniqueFd> LayerDirectories::openBlob(const std::string& digest) const
{
    return os::open(blobs() / layer::digestHex(digest), O_RDONLY);
}

Result<void> LayerDirectories::keepBlobs(const std::set<std::string>& digests) const
{
    const auto directory = TRY(openDirectory(blobs()));
    for (const auto& name : TRY(layer::directoryNames(directory.borrow()))) {
        if (!name.starts_with('.') && !digests.contains("sha256:" + name))
            TRY(layer::removeTree(directory.borrow(), name));
    }
    return {};
}

Result<void> LayerDirectories::removeUnfinishedBlobs() const
{
    const auto directory = TRY(openDirectory(blobs()));
    for (const auto& name : TRY(layer::directoryNames(directory.borrow()))) {
        if (name.starts_with('.')) // os::replaceFile()
            TRY(layer::removeTree(directory.borrow(), name));
    }
    return {};
}

Result<UniqueFd> LayerDirectories::namelessFile() const
{
    return os::open(layers(), O_TMPFILE | O_RDWR, 0600);
}

Result<Bytes> LayerDirectories::room() const
{
    struct statvfs status{};
    if (::statvfs(m_root.c_str(), &status) != 0)
        return systemFailure(std::format("cannot ask for the free space of {}", m_root.string()));
    const auto free = std::uint64_t{status.f_bavail} * status.f_frsize;
    return Bytes{free - std::min(free, limits::kFreeSpace.value)};
}

} // namespace lamella::image
