// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/layout_reader.h"

#include "engine/image/limits.h"
#include "engine/layer/digest.h"
#include "engine/os/file.h"

#include <algorithm>
#include <format>

namespace lamella::image {

namespace {

// O_NONBLOCK: a FIFO with this name must not stop us before it is found out.
Result<UniqueFd> openFile(BorrowedFd layout, const std::string& path)
{
    auto file = TRY_WITHIN("the layout",
                           os::openBeneath(layout, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0, RESOLVE_NO_SYMLINKS));
    if (!S_ISREG(TRY(os::status(file.borrow(), path)).st_mode))
        return failure(ErrorKind::InvalidArgument, std::format("{} in the layout is not a file", path));
    return file;
}

class LayoutDirectory final : public DocumentFiles {
public:
    explicit LayoutDirectory(BorrowedFd layout)
        : m_layout(layout)
    {
    }
    Result<std::string> read(const std::string& path) const override
    {
        const auto file = TRY(openFile(m_layout, path));
        return os::readAll(file.borrow(), path, limits::kDocument.value);
    }
    Result<void> locate(Descriptor&) const override { return {}; }

private:
    BorrowedFd m_layout;
};

class LayoutReader {
public:
    LayoutReader(const DocumentFiles& layout, Platform platform)
        : m_layout(layout)
        , m_platform(std::move(platform))
    {
    }

    Result<std::vector<FoundImage>> read()
    {
        TRY(checkLayoutFile(TRY(readFile("oci-layout"))));
        const auto index = TRY(parseIndex(TRY(readFile("index.json"))));
        for (const auto& entry : index.manifests)
            TRY(add(entry, entry.reference, 1));
        if (m_images.empty())
            return std::unexpected(noImageFor("the layout", m_platform, m_others));
        return std::move(m_images);
    }

private:
    Result<std::string> readFile(const std::string& path)
    {
        auto text = TRY(m_layout.read(path));
        m_read += {text.size()};
        if (m_read > limits::kDocuments)
            return failure(ErrorKind::LimitExceeded, "the layout's documents are too large together");
        return text;
    }

    Result<std::string> readDocument(const Descriptor& descriptor)
    {
        const auto path = std::format("blobs/sha256/{}", layer::digestHex(descriptor.digest));
        auto text = TRY(readFile(path));
        if (text.size() != descriptor.size.value || layer::digestOf(text) != descriptor.digest) {
            return failure(ErrorKind::DigestMismatch,
                           std::format("{} does not have the content that its name promises", path));
        }
        return text;
    }

    bool isForUs(const Platform& platform)
    {
        if (fits(platform, m_platform))
            return true;
        m_others.insert(textOf(platform));
        return false;
    }

    Result<void> add(const Descriptor& descriptor, const std::string& reference, int depth)
    {
        if (!isForUs(descriptor.platform))
            return {};
        if (descriptor.kind == DocumentKind::Manifest)
            return addManifest(descriptor, reference);
        if (depth == limits::kIndexDepth)
            return failure(ErrorKind::LimitExceeded, "the layout's indexes are nested too deep");
        const auto index = TRY(parseIndex(TRY(readDocument(descriptor))));
        // image-index.md: a nested index is one image for several platforms.
        if (const auto* best = choose(index, m_platform))
            return add(*best, reference, depth + 1);
        const auto first
            = std::ranges::find_if(index.manifests, [this](const auto& entry) { return isForUs(entry.platform); });
        return first == index.manifests.end() ? Result<void>{} : add(*first, reference, depth + 1);
    }

    Result<void> addManifest(const Descriptor& descriptor, const std::string& reference)
    {
        FoundImage image;
        image.manifestText = TRY(readDocument(descriptor));
        auto manifest = TRY(parseManifest(image.manifestText));
        image.configText = TRY(readDocument(manifest.config));
        image.config = TRY(parseConfig(image.configText));
        if (!isForUs(image.config.platform))
            return {};
        if (manifest.layers.empty() || manifest.layers.size() != image.config.diffIds.size())
            return failure(ErrorKind::InvalidArgument, "manifest and config do not have the same layers");
        image.isDocker = manifest.isDocker;
        image.layers = std::move(manifest.layers);
        for (auto& blob : image.layers)
            TRY(m_layout.locate(blob));
        const auto same = std::ranges::find(m_images, image.manifestText, &FoundImage::manifestText);
        auto& kept = same != m_images.end() ? *same : m_images.emplace_back(std::move(image));
        if (!reference.empty())
            kept.references.push_back(reference);
        if (m_images.size() > limits::kImages)
            return failure(ErrorKind::LimitExceeded,
                           std::format("the layout has more than {} images", limits::kImages));
        return {};
    }

    const DocumentFiles& m_layout;
    Platform m_platform;
    std::set<std::string> m_others; ///< what there is for others
    Bytes m_read;
    std::vector<FoundImage> m_images;
};

} // namespace

Result<UniqueFd> openBlob(BorrowedFd layout, const Descriptor& descriptor)
{
    const auto path = std::format("blobs/sha256/{}", layer::digestHex(descriptor.digest));
    auto file = TRY(openFile(layout, path));
    const auto size = static_cast<std::uint64_t>(TRY(os::status(file.borrow(), path)).st_size);
    if (size != descriptor.size.value)
        return failure(ErrorKind::DigestMismatch,
                       std::format("{} has {} bytes instead of {}", path, size, descriptor.size.value));
    return file;
}

Result<std::vector<FoundImage>> readLayout(BorrowedFd layout, const Platform& platform)
{
    return readLayout(LayoutDirectory{layout}, platform);
}

Result<std::vector<FoundImage>> readLayout(const DocumentFiles& layout, const Platform& platform)
{
    return LayoutReader{layout, platform}.read();
}

} // namespace lamella::image
