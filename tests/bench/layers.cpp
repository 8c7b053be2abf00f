// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/layers.h"

#include "engine/layer/byte_source.h"
#include "engine/layer/digest.h"
#include "engine/layer/tar_writer.h"
#include "engine/layer/tree.h"
#include "engine/os/file.h"
#include "tests/bench/process.h"

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <algorithm>
#include <format>
#include <random>
#include <utility>

namespace lamella::bench {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr int kFilesOfDirectory = 25;
constexpr int kLargeEach = 20; ///< one file of so many is a large one

std::string words(std::size_t size, std::mt19937& random)
{
    std::string text;
    text.reserve(size + 16);
    while (text.size() < size) {
        if (random() % 4 != 0 && text.size() > 1000)
            text.append(text, text.size() - 1000 + random() % 900, 4 + random() % 12);
        else
            for (int i = 0; i < 6; ++i)
                text += static_cast<char>(random());
    }
    text.resize(size);
    return text;
}

/// Piece by piece: what this process takes would count for the programs that it starts (getrusage(2), ru_maxrss).
Result<std::pair<std::string, Bytes>> digestOfFile(const fs::path& path)
{
    const auto file = TRY(os::open(path, O_RDONLY));
    layer::FdSource source{file.borrow()};
    layer::Sha256 hash;
    Bytes size;
    std::vector<std::byte> buffer(256u << 10);
    while (const auto count = TRY(source.read(buffer))) {
        hash.add(std::span{buffer}.first(count));
        size += {count};
    }
    return std::pair{hash.digest(), size};
}

/// Writes a blob and describes it (image-spec, descriptor.md).
Result<json> writeBlob(const fs::path& layout, const char* mediaType, const std::string& text)
{
    const auto digest = layer::digestOf(text);
    TRY(os::replaceFile(layout / "blobs/sha256" / layer::digestHex(digest), text));
    return json{{"mediaType", mediaType}, {"digest", digest}, {"size", text.size()}};
}

Result<LayerFile> writeLayerBlob(const fs::path& layout, const LayerShape& shape, const std::string& compression)
{
    const auto archive = layout / "layer";
    LayerFile file;
    {
        const auto out = TRY(os::open(archive, O_WRONLY | O_CREAT | O_TRUNC, 0600));
        layer::FdSink sink{out.borrow()};
        layer::HashingSink hashed{sink};
        TRY(writeLayer(shape, hashed));
        file.diffId = hashed.digest();
    }
    const bool isGzip = compression == "gzip";
    const auto packed = archive.string() + (isGzip ? ".gz" : ".zst");
    const auto log = layout / "log";
    TRY(runProgram(isGzip ? std::vector<std::string>{"gzip", "-6", archive}
                          : std::vector<std::string>{"zstd", "-q", "--rm", archive},
                   log));
    std::tie(file.digest, file.size) = TRY(digestOfFile(packed));
    fs::rename(packed, layout / "blobs/sha256" / layer::digestHex(file.digest));
    fs::remove(log);
    return file;
}

} // namespace

Result<void> writeLayer(const LayerShape& shape, layer::ByteSink& sink)
{
    std::mt19937 random{1};
    layer::TarWriter tar{sink};
    const auto large = shape.size.value / static_cast<std::uint64_t>(shape.files) * 12;
    auto left = shape.size.value;
    for (int i = 0; i < shape.files; ++i) {
        layer::TarEntry entry;
        entry.mtime = {1'700'000'000 + i, 0};
        if (i % kFilesOfDirectory == 0) {
            entry.type = layer::TarType::Directory;
            entry.mode = 0755;
            entry.path = std::format("{}/directory-{}/", shape.directory, i / kFilesOfDirectory);
            TRY(tar.begin(entry));
            TRY(tar.end());
        }
        const auto small = 200 + random() % 8000;
        const auto size = std::min<std::uint64_t>(left, i % kLargeEach == kLargeEach - 1 ? large : small);
        const auto data = words(size, random);
        left -= size;
        entry.type = layer::TarType::File;
        entry.mode = 0644;
        entry.path = std::format("{}/directory-{}/file-{}.txt", shape.directory, i / kFilesOfDirectory, i);
        entry.size = size;
        entry.chunks = {{0, size}};
        TRY(tar.begin(entry));
        TRY(tar.data(std::as_bytes(std::span{data})));
        TRY(tar.end());
    }
    return tar.finish();
}

Scratch::Scratch(fs::path directory)
    : m_directory(std::move(directory))
{
}

Scratch::Scratch(Scratch&& other) noexcept
    : m_directory(std::exchange(other.m_directory, {}))
    , m_count(other.m_count)
{
}

Result<Scratch> Scratch::make()
{
    Scratch scratch{std::format("/var/tmp/lamella-bench-{}", ::getpid())};
    TRY(os::makeDirectories(scratch.m_directory, 0700));
    return scratch;
}

Scratch::~Scratch()
{
    if (m_directory.empty())
        return;
    if (const auto parent = os::open(m_directory.parent_path(), O_RDONLY | O_DIRECTORY))
        std::ignore = layer::removeTree(parent->borrow(), m_directory.filename().string());
}

Result<fs::path> Scratch::fresh()
{
    auto path = m_directory / std::to_string(m_count++);
    TRY(os::makeDirectories(path, 0700));
    return path;
}

fs::path Layout::blob(const std::string& digest) const
{
    return path / "blobs/sha256" / layer::digestHex(digest);
}

Result<Layout> writeLayout(const fs::path& path, const std::vector<LayerShape>& shapes, const std::string& compression)
{
    fs::create_directories(path / "blobs/sha256");
    Layout layout{path, {}};
    json diffIds = json::array();
    json layers = json::array();
    for (const auto& shape : shapes) {
        const auto& file = layout.layers.emplace_back(TRY(writeLayerBlob(path, shape, compression)));
        diffIds.push_back(file.diffId);
        layers.push_back({{"mediaType", "application/vnd.oci.image.layer.v1.tar+" + compression},
                          {"digest", file.digest},
                          {"size", file.size.value}});
    }
    const json config{{"architecture", "amd64"},
                      {"os", "linux"},
                      {"config", {{"Cmd", {"/bin/true"}}}},
                      {"rootfs", {{"type", "layers"}, {"diff_ids", diffIds}}}};
    const json manifest{{"schemaVersion", 2},
                        {"mediaType", "application/vnd.oci.image.manifest.v1+json"},
                        {"config", TRY(writeBlob(path, "application/vnd.oci.image.config.v1+json", config.dump()))},
                        {"layers", layers}};
    auto named = TRY(writeBlob(path, "application/vnd.oci.image.manifest.v1+json", manifest.dump()));
    named["annotations"] = {{"org.opencontainers.image.ref.name", "bench"}};
    const json index{{"schemaVersion", 2}, {"manifests", {named}}};
    TRY(os::replaceFile(path / "index.json", index.dump()));
    TRY(os::replaceFile(path / "oci-layout", R"({"imageLayoutVersion":"1.0.0"})"));
    return layout;
}

} // namespace lamella::bench
