// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/documents.h"

#include "engine/base/json.h"
#include "engine/image/fields.h"
#include "engine/image/limits.h"
#include "engine/image/reference.h"
#include "engine/layer/digest.h"

#include <array>
#include <optional>

namespace lamella::image {

namespace {

using layer::Compression;

struct MediaType {
    std::string_view name;
    DocumentKind kind;
    Compression compression = Compression::None;
};

// image-spec, media-types.md, and Docker's "Image Manifest Version 2, Schema 2". Layers that must be fetched from
// elsewhere ("foreign", "nondistributable") are not among them.
constexpr std::array kMediaTypes = std::to_array<MediaType>({
    {"application/vnd.oci.image.index.v1+json", DocumentKind::Index},
    {"application/vnd.docker.distribution.manifest.list.v2+json", DocumentKind::Index},
    {"application/vnd.oci.image.manifest.v1+json", DocumentKind::Manifest},
    {"application/vnd.docker.distribution.manifest.v2+json", DocumentKind::Manifest},
    {"application/vnd.oci.image.config.v1+json", DocumentKind::Config},
    {"application/vnd.docker.container.image.v1+json", DocumentKind::Config},
    {"application/vnd.oci.image.layer.v1.tar", DocumentKind::Layer},
    {"application/vnd.oci.image.layer.v1.tar+gzip", DocumentKind::Layer, Compression::Gzip},
    {"application/vnd.oci.image.layer.v1.tar+zstd", DocumentKind::Layer, Compression::Zstd},
    {"application/vnd.docker.image.rootfs.diff.tar", DocumentKind::Layer},
    {"application/vnd.docker.image.rootfs.diff.tar.gzip", DocumentKind::Layer, Compression::Gzip},
    {"application/vnd.docker.image.rootfs.diff.tar.zstd", DocumentKind::Layer, Compression::Zstd},
});

const MediaType* mediaType(std::string_view name)
{
    const auto* found = std::ranges::find(kMediaTypes, name, &MediaType::name);
    return found == kMediaTypes.end() ? nullptr : found;
}

// A document that could be read both ways would be one image to one reader and another to the next.
Result<void> checkKind(const Fields& document, DocumentKind kind, std::string_view what)
{
    const bool indexLike = document.has("manifests");
    const bool manifestLike = document.has("layers") || document.has("config") || document.has("fsLayers");
    if (indexLike && manifestLike)
        return failure(ErrorKind::InvalidArgument, std::format("{} is index and manifest at once", what));
    const auto* named = mediaType(TRY(document.text("mediaType", limits::kText)));
    if (document.has("mediaType") && (!named || named->kind != kind))
        return failure(ErrorKind::InvalidArgument, std::format("{} names itself something else", what));
    if (TRY(document.number("schemaVersion", 100)) != 2)
        return failure(ErrorKind::Unsupported, std::format("{} is not of schema version 2", what));
    return {};
}

// What image tools write the name into: the specification's annotation may hold the tag alone, containerd's the whole.
// A tool that knows the first alone gives an image another name by it, and leaves the second as it was.
Result<std::string> referenceOf(const Fields& annotations)
{
    auto name = TRY(annotations.text("org.opencontainers.image.ref.name", limits::kText));
    auto whole = TRY(annotations.text("io.containerd.image.name", limits::kText));
    if (name.empty() || whole.ends_with(':' + name))
        name = std::move(whole);
    if (!name.empty() && !isReference(name))
        return failure(ErrorKind::InvalidArgument, "the index names an image in a way that is no reference");
    return name;
}

Result<Platform> platformOf(const Fields& fields)
{
    Platform platform;
    platform.architecture = TRY(fields.text("architecture", limits::kReference));
    platform.os = TRY(fields.text("os", limits::kReference));
    platform.variant = TRY(fields.text("variant", limits::kReference));
    return platform;
}

Result<Descriptor> parseDescriptor(const Fields& fields, const MediaType& type)
{
    Descriptor descriptor;
    descriptor.kind = type.kind;
    descriptor.compression = type.compression;
    descriptor.digest = TRY(fields.text("digest", limits::kText));
    if (!layer::isDigest(descriptor.digest))
        return failure(ErrorKind::Unsupported, "a digest is not a SHA-256 digest");
    const auto limit = type.kind == DocumentKind::Layer ? limits::kBlob : limits::kDocument;
    descriptor.size = {TRY(fields.number("size", limit.value))};
    descriptor.reference = TRY(referenceOf(TRY(fields.object("annotations"))));
    const auto platform = TRY(fields.object("platform"));
    descriptor.platform = TRY(platformOf(platform));
    return descriptor;
}

Result<Descriptor> parseDescriptorOf(const Fields& fields, DocumentKind kind)
{
    const auto name = TRY(fields.text("mediaType", limits::kText));
    const auto* type = mediaType(name);
    if (!type || type->kind != kind)
        return failure(ErrorKind::Unsupported, std::format("the media type \"{}\" is not supported", name));
    return parseDescriptor(fields, *type);
}

// Never within a character. The parser has checked that it is UTF-8.
std::string cut(std::string text, std::size_t limit)
{
    if (text.size() <= limit)
        return text;
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0u) == 0x80u)
        --limit;
    text.resize(limit);
    return text;
}

} // namespace

Result<void> checkLayoutFile(std::string_view text)
{
    const auto document = TRY(parseJson(text, "oci-layout", limits::kDocument.value));
    const auto fields = TRY(Fields::of(document, "oci-layout"));
    const auto version = TRY(fields.text("imageLayoutVersion", limits::kText));
    if (version != "1.0.0")
        return failure(ErrorKind::Unsupported, std::format("the layout has the unknown version \"{}\"", version));
    return {};
}

Result<Index> parseIndex(std::string_view text)
{
    const auto document = TRY(parseJson(text, "the index", limits::kDocument.value));
    const auto fields = TRY(Fields::of(document, "the index"));
    TRY(checkKind(fields, DocumentKind::Index, "the index"));
    Index index;
    TRY(fields.each("manifests", limits::kDescriptors, [&index](const Fields& entry) -> Result<void> {
        const auto* type = mediaType(TRY(entry.text("mediaType", limits::kText)));
        // image-index.md: what a reader does not know it must leave alone.
        if (type && (type->kind == DocumentKind::Index || type->kind == DocumentKind::Manifest))
            index.manifests.push_back(TRY(parseDescriptor(entry, *type)));
        return {};
    }));
    return index;
}

Result<Manifest> parseManifest(std::string_view text)
{
    const auto document = TRY(parseJson(text, "the manifest", limits::kDocument.value));
    const auto fields = TRY(Fields::of(document, "the manifest"));
    TRY(checkKind(fields, DocumentKind::Manifest, "the manifest"));
    Manifest manifest;
    manifest.isDocker = TRY(fields.text("mediaType", limits::kText)) == kDockerManifestType;
    manifest.config = TRY(parseDescriptorOf(TRY(fields.object("config")), DocumentKind::Config));
    TRY(fields.each("layers", limits::kLayers, [&manifest](const Fields& entry) -> Result<void> {
        manifest.layers.push_back(TRY(parseDescriptorOf(entry, DocumentKind::Layer)));
        return {};
    }));
    return manifest;
}

Result<Config> parseConfig(std::string_view text)
{
    const auto document = TRY(parseJson(text, "the config", limits::kDocument.value));
    const auto fields = TRY(Fields::of(document, "the config"));
    Config config;
    config.created = parseTime(TRY(fields.text("created", limits::kText)));
    config.platform = TRY(platformOf(fields));
    config.diffIds = TRY(TRY(fields.object("rootfs")).texts("diff_ids", limits::kLayers, limits::kText));
    if (!std::ranges::all_of(config.diffIds, layer::isDigest))
        return failure(ErrorKind::Unsupported, "the config has a diffID that is not a SHA-256 digest");
    TRY(fields.each("history", limits::kHistory, [&config](const Fields& entry) -> Result<void> {
        if (TRY(entry.flag("empty_layer")))
            return {};
        config.history.push_back({parseTime(TRY(entry.text("created", limits::kText))),
                                  cut(TRY(entry.text("created_by", limits::kDocument.value)), limits::kCreatedBy)});
        return {};
    }));
    config.history.resize(config.diffIds.size()); // config.md: history is optional
    const auto run = TRY(fields.object("config"));
    config.entrypoint = TRY(run.textsTogether("Entrypoint", limits::kStrings, limits::kStringBytes));
    config.cmd = TRY(run.textsTogether("Cmd", limits::kStrings, limits::kStringBytes));
    config.env = TRY(run.textsTogether("Env", limits::kStrings, limits::kStringBytes));
    config.workingDir = TRY(run.text("WorkingDir", limits::kPath));
    config.user = TRY(run.text("User", limits::kReference));
    config.stopSignal = TRY(run.text("StopSignal", limits::kReference));
    return config;
}

Result<std::vector<HistoryEntry>> parseHistory(std::string_view text)
{
    const auto document = TRY(parseJson(text, "the config", limits::kDocument.value));
    const auto fields = TRY(Fields::of(document, "the config"));
    std::vector<HistoryEntry> history;
    TRY(fields.each("history", limits::kHistory, [&history](const Fields& entry) -> Result<void> {
        history.push_back({parseTime(TRY(entry.text("created", limits::kText))),
                           TRY(entry.text("created_by", limits::kDocument.value)),
                           TRY(entry.text("author", limits::kDocument.value)),
                           TRY(entry.text("comment", limits::kDocument.value)),
                           TRY(entry.flag("empty_layer")),
                           {}});
        return {};
    }));
    return history;
}

std::string_view ownArchitecture()
{
#if defined(__x86_64__)
    return "amd64";
#elif defined(__aarch64__)
    return "arm64";
#elif defined(__riscv)
    return "riscv64";
#elif defined(__powerpc64__)
    return "ppc64le";
#elif defined(__s390x__)
    return "s390x";
#else
#error "add this architecture's name in images (GOARCH)"
#endif
}

} // namespace lamella::image
