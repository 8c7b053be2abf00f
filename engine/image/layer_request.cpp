// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/layer_request.h"

#include "engine/layer/digest.h"

#include <charconv>
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
        std::to_string(limit.value),
    };
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
    request.limit = {TRY(number(arguments[6], kMax))};
    if (!layer::isDigest(request.blob.digest))
        return failure(ErrorKind::InvalidArgument, "lamella-worker: a digest is none");
    return request;
}

} // namespace lamella::image
