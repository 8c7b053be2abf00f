// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/docker_archive.h"
#include "engine/layer/byte_source.h"
#include "engine/layer/digest.h"
#include "resources/starter/tar_writer.h"

#include <cstdint>

using namespace lamella;
using namespace lamella::image;

namespace {

/// An archive that has its manifest.json and every config in what the fuzzer gives.
class FuzzedDocuments final : public DocumentFiles {
public:
    explicit FuzzedDocuments(std::string_view text)
        : m_manifest(text.substr(0, text.find('\0')))
        , m_config(text.substr(std::min(m_manifest.size() + 1, text.size())))
    {
    }
    Result<std::string> read(const std::string& path) const override
    {
        return std::string{path == "manifest.json" ? m_manifest : m_config};
    }
    Result<void> locate(Descriptor&) const override { return {}; }

private:
    std::string_view m_manifest;
    std::string_view m_config;
};

/// Two layers, one of them compressed, a link to one and one in a circle.
ArchiveIndex layers()
{
    using starter::tarMember;
    const auto archive = tarMember({.type = '0', .name = "a.tar", .link = {}, .data = "plain"})
        + tarMember({.type = '0', .name = "b.tar", .link = {}, .data = "\x1f\x8b compressed"})
        + tarMember({.type = '2', .name = "c/layer.tar", .link = "../a.tar", .data = {}})
        + tarMember({.type = '1', .name = "d.tar", .link = "d.tar", .data = {}}) + starter::tarEnd();
    layer::SpanSource source{std::as_bytes(std::span{archive})};
    auto index = ArchiveIndex::read(source);
    if (!index)
        __builtin_trap();
    return std::move(*index);
}

} // namespace

/// manifest.json, a NUL, and the config that it names. Each layer of an image has a digest and lies in the archive.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto index = layers();
    const FuzzedDocuments files{{reinterpret_cast<const char*>(data), size}};
    const auto images = readDockerArchive(index, files, image::Platform{"amd64"});
    if (!images)
        return 0;
    for (const auto& image : *images) {
        if (image.layers.empty() || image.layers.size() != image.config.diffIds.size())
            __builtin_trap();
        for (const auto& layer : image.layers) {
            if (!layer::isDigest(layer.digest) || !layer.offset)
                __builtin_trap();
        }
    }
    return 0;
}
