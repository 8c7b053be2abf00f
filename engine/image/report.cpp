// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/report.h"

#include "engine/image/fields.h"
#include "engine/image/limits.h"
#include "engine/image/reference.h"
#include "engine/layer/digest.h"
#include "engine/layer/tree.h"

#include <charconv>
#include <format>

namespace lamella::image {

namespace {

using nlohmann::json;

constexpr std::uint64_t kMaxTime = 1ull << 60;

json toJson(const Config& config)
{
    json history = json::array();
    for (const auto& entry : config.history)
        history.push_back(
            {{"created", std::max<std::int64_t>(0, entry.created.count())}, {"createdBy", entry.createdBy}});
    return {
        {"created", std::max<std::int64_t>(0, config.created.count())},
        {"architecture", config.platform.architecture},
        {"os", config.platform.os},
        {"variant", config.platform.variant},
        {"diffIds", config.diffIds},
        {"history", history},
        {"entrypoint", config.entrypoint},
        {"cmd", config.cmd},
        {"env", config.env},
        {"workingDir", config.workingDir},
        {"user", config.user},
        {"stopSignal", config.stopSignal},
    };
}

Result<std::string> digestField(const Fields& fields, std::string_view key)
{
    auto digest = TRY(fields.text(key, limits::kText));
    if (!layer::isDigest(digest))
        return failure(ErrorKind::InvalidArgument, "the worker's report has a digest that is none");
    return digest;
}

Result<std::chrono::microseconds> timeField(const Fields& fields)
{
    return std::chrono::microseconds{static_cast<std::int64_t>(TRY(fields.number("created", kMaxTime)))};
}

Result<Config> configOf(const Fields& fields)
{
    Config config;
    config.created = TRY(timeField(fields));
    config.platform.architecture = TRY(fields.text("architecture", limits::kReference));
    config.platform.os = TRY(fields.text("os", limits::kReference));
    config.platform.variant = TRY(fields.text("variant", limits::kReference));
    config.diffIds = TRY(fields.texts("diffIds", limits::kLayers, limits::kText));
    TRY(fields.each("history", limits::kLayers, [&config](const Fields& entry) -> Result<void> {
        config.history.push_back({TRY(timeField(entry)), TRY(entry.text("createdBy", limits::kCreatedBy))});
        return {};
    }));
    config.entrypoint = TRY(fields.textsTogether("entrypoint", limits::kStrings, limits::kStringBytes));
    config.cmd = TRY(fields.textsTogether("cmd", limits::kStrings, limits::kStringBytes));
    config.env = TRY(fields.textsTogether("env", limits::kStrings, limits::kStringBytes));
    config.workingDir = TRY(fields.text("workingDir", limits::kPath));
    config.user = TRY(fields.text("user", limits::kReference));
    config.stopSignal = TRY(fields.text("stopSignal", limits::kReference));
    return config;
}

Result<Descriptor> layerOf(const Fields& fields)
{
    Descriptor descriptor;
    descriptor.kind = DocumentKind::Layer;
    descriptor.digest = TRY(digestField(fields, "digest"));
    descriptor.size = {TRY(fields.number("size", limits::kBlob.value))};
    descriptor.compression = static_cast<layer::Compression>(TRY(fields.number("compression", 2)));
    if (fields.has("offset"))
        descriptor.offset = Bytes{TRY(fields.number("offset", limits::kArchive.value))};
    return descriptor;
}

Result<FoundImage> imageOf(const Fields& fields)
{
    FoundImage image;
    image.manifestText = TRY(fields.text("manifest", limits::kDocument.value));
    image.configText = TRY(fields.text("config", limits::kDocument.value));
    image.isDocker = TRY(fields.flag("docker"));
    image.references = TRY(fields.texts("references", limits::kDescriptors, limits::kName));
    image.config = TRY(configOf(TRY(fields.object("settings"))));
    TRY(fields.each("layers", limits::kLayers, [&image](const Fields& entry) -> Result<void> {
        image.layers.push_back(TRY(layerOf(entry)));
        return {};
    }));
    const bool fits = image.layers.size() == image.config.diffIds.size() && !image.layers.empty()
        && image.layers.size() == image.config.history.size() && !image.manifestText.empty()
        && !image.configText.empty();
    if (!fits || !std::ranges::all_of(image.config.diffIds, layer::isDigest)
        || !std::ranges::all_of(image.references, isReference))
        return failure(ErrorKind::InvalidArgument, "the worker's report of an image contradicts itself");
    return image;
}

// JSON holds text, and a name of a file need be none.
json escaped(const std::vector<std::string>& paths)
{
    json list = json::array();
    for (const auto& path : paths) {
        std::string text;
        for (const char c : path) {
            const auto byte = static_cast<unsigned char>(c);
            text += byte < 0x80 && c != '%' ? std::string(1, c) : std::format("%{:02x}", byte);
        }
        list.push_back(std::move(text));
    }
    return list;
}

Result<std::string> unescaped(std::string_view text)
{
    std::string path;
    for (std::size_t at = 0; at < text.size(); ++at) {
        unsigned byte = static_cast<unsigned char>(text[at]);
        if (text[at] == '%') {
            const auto digits = text.substr(at + 1, 2);
            const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
            if (digits.size() != 2 || code != std::errc{} || end != digits.data() + 2 || byte == 0)
                return failure(ErrorKind::InvalidArgument, "the worker's report has a name that is none");
            at += 2;
        }
        path += static_cast<char>(byte);
    }
    return path;
}

// Directories of a layer, which the store will open below it.
Result<std::vector<std::string>> pathsField(const Fields& fields, std::string_view key)
{
    auto paths = TRY(fields.texts(key, limits::kDirectories, limits::kText));
    for (auto& path : paths)
        path = TRY(layer::insidePath(TRY(unescaped(path))));
    return paths;
}

} // namespace

json toJson(const std::vector<FoundImage>& images)
{
    json list = json::array();
    for (const auto& image : images) {
        json layers = json::array();
        for (const auto& layer : image.layers) {
            layers.push_back({{"digest", layer.digest},
                              {"size", layer.size.value},
                              {"compression", static_cast<unsigned>(layer.compression)}});
            if (layer.offset)
                layers.back()["offset"] = layer.offset->value;
        }
        list.push_back({{"manifest", image.manifestText},
                        {"config", image.configText},
                        {"docker", image.isDocker},
                        {"references", image.references},
                        {"settings", toJson(image.config)},
                        {"layers", std::move(layers)}});
    }
    return {{"images", std::move(list)}};
}

json toJson(const FoundArchive& archive)
{
    auto report = toJson(archive.images);
    report["spilled"] = archive.isSpilled;
    return report;
}

json toJson(const UnpackedLayer& layer)
{
    return {
        {"blobDigest", layer.blobDigest},
        {"blobBytes", layer.blobSize.value},
        {"diffId", layer.diffId},
        {"bytes", layer.extracted.size.value},
        {"entries", layer.extracted.entries},
        {"opaque", escaped(layer.extracted.opaque)},
        {"implied", escaped(layer.extracted.implied)},
    };
}

Result<std::vector<FoundImage>> foundImages(const json& report)
{
    std::vector<FoundImage> images;
    const auto fields = TRY(Fields::of(report, "the worker's report"));
    TRY(fields.each("images", limits::kImages, [&images](const Fields& entry) -> Result<void> {
        images.push_back(TRY(imageOf(entry)));
        return {};
    }));
    return images;
}

json toJson(const std::vector<HistoryEntry>& history)
{
    json list = json::array();
    for (const auto& entry : history) {
        list.push_back({{"created", std::max<std::int64_t>(0, entry.created.count())},
                        {"createdBy", entry.createdBy},
                        {"author", entry.author},
                        {"comment", entry.comment},
                        {"empty", entry.isEmptyLayer}});
    }
    return {{"history", std::move(list)}};
}

Result<std::vector<HistoryEntry>> historyEntries(const json& report)
{
    std::vector<HistoryEntry> history;
    const auto fields = TRY(Fields::of(report, "the worker's report"));
    TRY(fields.each("history", limits::kHistory, [&history](const Fields& entry) -> Result<void> {
        auto& step = history.emplace_back();
        step.created = TRY(timeField(entry));
        step.createdBy = TRY(entry.text("createdBy", limits::kDocument.value));
        step.author = TRY(entry.text("author", limits::kDocument.value));
        step.comment = TRY(entry.text("comment", limits::kDocument.value));
        step.isEmptyLayer = TRY(entry.flag("empty"));
        return {};
    }));
    return history;
}

Result<FoundArchive> foundArchive(const json& report)
{
    const auto fields = TRY(Fields::of(report, "the worker's report"));
    FoundArchive archive;
    archive.images = TRY(foundImages(report));
    archive.isSpilled = TRY(fields.flag("spilled"));
    return archive;
}

Result<UnpackedLayer> unpackedLayer(const json& report)
{
    const auto fields = TRY(Fields::of(report, "the worker's report"));
    UnpackedLayer layer;
    layer.blobDigest = TRY(digestField(fields, "blobDigest"));
    layer.blobSize = {TRY(fields.number("blobBytes", limits::kBlob.value))};
    layer.diffId = TRY(digestField(fields, "diffId"));
    layer.extracted.size = {TRY(fields.number("bytes", limits::kUnpackedLayer.value))};
    layer.extracted.entries = TRY(fields.number("entries", 1ull << 32));
    layer.extracted.opaque = TRY(pathsField(fields, "opaque"));
    layer.extracted.implied = TRY(pathsField(fields, "implied"));
    return layer;
}

} // namespace lamella::image
