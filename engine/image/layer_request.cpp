// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/layer_request.h"

#include "engine/layer/digest.h"

#include <algorithm>
#include <charconv>
#include <format>
#include <utility>

namespace lamella::image {

namespace {

Result<std::uint64_t> number(std::string_view text, std::uint64_t limit)
{
    std::uint64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc{} || end != text.data() + text.size() || value > limit)
        return failure(ErrorKind::InvalidArgument, "lamella-worker: an argument is no number");
    return value;
}

} // namespace

std::vector<std::string> LayerRequest::arguments() const
{
    return {
        std::to_string(std::to_underlying(kind)),
        std::to_string(offset.value),
        std::to_string(reader),
        blob.digest,
        std::to_string(blob.size.value),
        std::to_string(std::to_underlying(blob.compression)),
        std::to_string(limits.unpackedLayer.value),
        std::to_string(limits.layerEntries),
        std::to_string(limits.pathDepth),
        std::to_string(room.value),
        std::to_string(std::to_underlying(writeOut)),
    };
}

Bytes LayerRequest::most() const
{
    return std::min(limits.unpackedLayer, room);
}

Error LayerRequest::beyond() const
{
    if (room < limits.unpackedLayer)
        return Error::of(ErrorKind::NoSpace,
                         "the disk has no room for what comes out of it: remove what is not needed and try again");
    return Error::of(ErrorKind::LimitExceeded,
                     std::format("more than the {} bytes come out of it that the setting unpacked_layer_bytes allows",
                                 limits.unpackedLayer.value));
}

Result<void> LayerRequest::check(const layer::TarEntry& entry, std::uint64_t number) const
{
    if (number > limits.layerEntries)
        return failure(ErrorKind::LimitExceeded,
                       std::format("the layer has more members than the {} that the setting layer_entries allows",
                                   limits.layerEntries));
    if (entry.size > limits.unpackedLayer.value) // a sparse file's is not what comes of the archive
        return failure(ErrorKind::LimitExceeded,
                       std::format("{} has {} bytes, and the setting unpacked_layer_bytes allows {}",
                                   entry.path.substr(0, 64), entry.size, limits.unpackedLayer.value));
    const auto depth = static_cast<std::uint64_t>(std::ranges::count(entry.path, '/'));
    if (depth > limits.pathDepth)
        return failure(ErrorKind::LimitExceeded,
                       std::format("{} lies deeper than the {} directories that the setting path_depth allows",
                                   entry.path.substr(0, 64), limits.pathDepth));
    return {};
}

Result<LayerRequest> LayerRequest::of(std::span<char*> arguments)
{
    constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (arguments.size() != kArguments)
        return failure(ErrorKind::InvalidArgument, "lamella-worker: an argument is missing");
    LayerRequest request;
    request.kind = static_cast<Blob::Kind>(TRY(number(arguments[0], std::to_underlying(Blob::Kind::Layout))));
    request.offset = {TRY(number(arguments[1], kMax))};
    request.reader = static_cast<uid_t>(TRY(number(arguments[2], std::numeric_limits<uid_t>::max())));
    request.blob.digest = arguments[3];
    request.blob.size = {TRY(number(arguments[4], kMax))};
    request.blob.compression = static_cast<layer::Compression>(TRY(number(arguments[5], 2)));
    request.limits.unpackedLayer = {TRY(number(arguments[6], kMax))};
    request.limits.layerEntries = TRY(number(arguments[7], kMax));
    request.limits.pathDepth = TRY(number(arguments[8], kMax));
    request.room = {TRY(number(arguments[9], kMax))};
    request.writeOut = static_cast<layer::WriteOut>(TRY(number(arguments[10], 1)));
    if (!layer::isDigest(request.blob.digest))
        return failure(ErrorKind::InvalidArgument, "lamella-worker: a digest is none");
    return request;
}

} // namespace lamella::image
