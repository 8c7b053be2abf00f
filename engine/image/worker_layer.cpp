// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/worker_layer.h"

#include "engine/image/confinement.h"
#include "engine/image/file_part.h"
#include "engine/image/layout_reader.h"
#include "engine/image/limited_source.h"
#include "engine/image/limits.h"
#include "engine/image/report.h"
#include "engine/layer/extractor.h"
#include "engine/layer/layer_recorder.h"
#include "engine/layer/layer_stream.h"
#include "engine/layer/read_ahead.h"
#include "engine/layer/tar_reader.h"
#include "engine/os/file.h"

#include <nlohmann/json.hpp>

#include <memory>

namespace lamella::image {

namespace {

constexpr int kLayer = 5;
constexpr BorrowedFd kIndex{6};
constexpr BorrowedFd kHeaders{7};
constexpr std::uint64_t kProgressStep = 1u << 20;

// A layout is the caller's: what he may not read must not be read for him.
Result<UniqueFd> openBlobOf(const LayerRequest& request)
{
    UniqueFd input{kWorkerInput};
    if (request.kind != Blob::Kind::Layout)
        return input;
    const ActAs reader{request.reader};
    return openBlob(input.borrow(), request.blob);
}

std::unique_ptr<layer::ByteSource> sourceOf(BorrowedFd blob, const LayerRequest& request)
{
    if (request.kind == Blob::Kind::File)
        return std::make_unique<FilePart>(blob, request.offset.value, request.blob.size.value);
    return std::make_unique<layer::FdSource>(blob);
}

// A layer's archive, with what it comes through.
struct Reading {
    Reading(UniqueFd opened, const LayerRequest& request)
        : blob(std::move(opened))
        , source(sourceOf(blob.borrow(), request))
        , stream(*source, request.blob.compression, request.blob.size, limits::kUnpackedLayer)
        , limited(stream, request.most(), request.beyond())
        , ahead(limited)
    {
    }

    UniqueFd blob;
    std::unique_ptr<layer::ByteSource> source;
    layer::LayerStream stream;
    LimitedSource limited;
    layer::ReadAhead ahead;
};

// Tells how much of a blob has been read, though not at every turn.
class Telling final : public layer::ByteSource {
public:
    Telling(layer::ByteSource& source, const layer::LayerStream& stream)
        : m_source(source)
        , m_stream(stream)
    {
    }

    Result<std::size_t> read(std::span<std::byte> buffer) override
    {
        const auto count = TRY(m_source.read(buffer));
        if (const auto done = m_stream.consumed().value; done - m_told >= kProgressStep) {
            m_told = done;
            TRY(tellParent({{"progress", done}}));
        }
        return count;
    }

private:
    layer::ByteSource& m_source;
    const layer::LayerStream& m_stream;
    std::uint64_t m_told = 0;
};

Result<UnpackedLayer> unpack(Reading& from, const LayerRequest& request)
{
    const auto root = TRY(os::open("/", O_RDONLY | O_DIRECTORY));
    Telling telling{from.ahead, from.stream};
    layer::HeadersWriter archive{telling, kHeaders};
    layer::IndexWriter index{kIndex};
    layer::LayerRecorder recorder{root.borrow(), archive, index};
    layer::TarReader reader{archive};
    layer::Extractor extractor{root.borrow(), &recorder, request.writeOut};
    for (std::uint64_t entries = 1; const auto entry = TRY(reader.next()); ++entries) {
        TRY(request.check(*entry, entries));
        TRY(extractor.add(*entry, reader));
    }
    TRY(layer::drain(archive));
    auto extracted = TRY(extractor.finish());
    auto digests = from.stream.digests();
    return UnpackedLayer{std::move(digests.blob), from.stream.consumed(), std::move(digests.diffId),
                         std::move(extracted)};
}

// The digests alone.
Result<UnpackedLayer> hash(BorrowedFd blob, const LayerRequest& request)
{
    const auto source = sourceOf(blob, request);
    layer::LayerStream stream{*source, request.blob.compression, request.blob.size, limits::kUnpackedLayer};
    LimitedSource limited{stream, request.most(), request.beyond()};
    Telling telling{limited, stream};
    TRY(layer::drain(telling));
    auto digests = stream.digests();
    return UnpackedLayer{std::move(digests.blob), stream.consumed(), std::move(digests.diffId), {}};
}

} // namespace

Result<void> tellParent(const nlohmann::json& message)
{
    const auto line = message.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
    return os::writeAll(kWorkerReport, line, "the report");
}

Result<nlohmann::json> unpackConfined(const LayerRequest& request)
{
    UniqueFd directory{kLayer};
    const auto root = TRY(isolate(directory.borrow(), false));
    directory.reset();
    auto blob = TRY(openBlobOf(request));
    TRY(enterRoot(root.borrow()));
    // Never destroyed: after an error its thread may wait for bytes that never come.
    auto* reading = new Reading{std::move(blob), request};
    TRY(dropRights(Rights::Unpack, 0, request.limits.unpackedLayer, [reading] { return reading->ahead.start(); }));
    return toJson(TRY(unpack(*reading, request)));
}

Result<nlohmann::json> hashConfined(const LayerRequest& request)
{
    const auto blob = TRY(openBlobOf(request));
    const auto root = TRY(emptyRoot());
    TRY(enterRoot(root.borrow()));
    TRY(dropRights(Rights::None, request.reader, {}));
    return toJson(TRY(hash(blob.borrow(), request)));
}

} // namespace lamella::image
