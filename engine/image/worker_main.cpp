// SPDX-License-Identifier: GPL-3.0-or-later
// lamella-worker: reads foreign documents and unpacks foreign layers for the store, after giving up its rights.
//   lamella-worker read-layout OWNER PLATFORM
//   lamella-worker read-archive OWNER LIMIT PLATFORM
//   lamella-worker read-history
//   lamella-worker make-image       (NewImageRequest)
//   lamella-worker unpack REQUEST   (LayerRequest)
//   lamella-worker hash REQUEST
// Descriptors: 3 the socket for the report, 4 the layout's directory, the archive, the blob or the request; for unpack
// 5 the layer's directory, and 6 and 7 the files for its index and its headers.
#include "engine/image/archive_reader.h"
#include "engine/image/confinement.h"
#include "engine/image/file_part.h"
#include "engine/image/layer_request.h"
#include "engine/image/layout_reader.h"
#include "engine/image/limits.h"
#include "engine/image/new_image.h"
#include "engine/image/worker_layer.h"
#include "engine/layer/decompressor.h"
#include "engine/layer/digest.h"
#include "engine/os/file.h"

#include <QtLogging>
#include <nlohmann/json.hpp>
#include <openssl/crypto.h>

#include <array>
#include <charconv>
#include <span>
#include <unistd.h>

using namespace lamella;
using namespace lamella::image;

namespace {

constexpr BorrowedFd kReport = kWorkerReport;
constexpr int kInput = kWorkerInput;
constexpr int kSpill = 5;
constexpr uid_t kNobody = 65534;

Result<std::uint64_t> number(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc{} || end != text.data() + text.size())
        return failure(ErrorKind::InvalidArgument, "lamella-worker: an argument is no number");
    return value;
}

Result<uid_t> userId(std::string_view text)
{
    return static_cast<uid_t>(TRY(number(text)));
}

// What would otherwise be loaded on first use, when there is no file system to load it from any more.
void loadEarly()
{
    // What KArchive says of a damaged stream would go by way of calls that the filter forbids; its result says the
    // same.
    ::qInstallMessageHandler([](QtMsgType, const QMessageLogContext&, const QString&) { });
    ::OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
    layer::digestOf("");
    constexpr std::string_view kDamaged{"\x28\xb5\x2f\xfd, and nothing that belongs there"};
    for (const auto compression : {layer::Compression::Gzip, layer::Compression::Zstd}) {
        layer::SpanSource damaged{std::as_bytes(std::span{kDamaged})};
        std::array<std::byte, 16> out{};
        std::ignore = layer::Decompressor(damaged, compression).read(out);
    }
}

Result<nlohmann::json> readLayoutConfined(uid_t owner, const Platform& platform)
{
    UniqueFd layout{kInput};
    if (auto alone = isolate(layout.borrow(), true))
        layout = std::move(*alone);
    else if (alone.error().errnum != EINVAL)
        return std::unexpected(std::move(alone).error());
    const auto root = TRY(emptyRoot());
    TRY(enterRoot(root.borrow()));
    TRY(dropRights(Rights::None, owner, {}));
    return toJson(TRY(readLayout(layout.borrow(), platform)));
}

Result<nlohmann::json> readArchiveConfined(uid_t reader, Bytes limit, const Platform& platform)
{
    const auto root = TRY(emptyRoot());
    TRY(enterRoot(root.borrow()));
    TRY(dropRights(Rights::None, reader, limit));
    return toJson(TRY(readArchive(BorrowedFd{kInput}, BorrowedFd{kSpill}, limit, platform)));
}

Result<nlohmann::json> readHistoryConfined()
{
    const auto root = TRY(emptyRoot());
    TRY(enterRoot(root.borrow()));
    TRY(dropRights(Rights::None, kNobody, {}));
    return toJson(TRY(parseHistory(TRY(os::readAll(BorrowedFd{kInput}, "the config", limits::kDocument.value)))));
}

// The file is one that the store has just written.
Result<nlohmann::json> makeImageConfined()
{
    FilePart file{BorrowedFd{kInput}, 0, NewImageRequest::kLongest};
    std::string text(NewImageRequest::kLongest, '\0');
    text.resize(TRY(layer::readFully(file, std::as_writable_bytes(std::span{text}))));
    const auto root = TRY(emptyRoot());
    TRY(enterRoot(root.borrow()));
    TRY(dropRights(Rights::None, kNobody, {}));
    return toJson(std::vector{TRY(makeImage(TRY(NewImageRequest::of(text))))});
}

// What can be asked, with how many arguments and how many descriptors from kInput on.
struct Command {
    std::string_view name;
    std::size_t arguments;
    int descriptors;
    Result<nlohmann::json> (*run)(std::span<char*> arguments);
};

constexpr std::array kCommands = std::to_array<Command>({
    {"read-layout", 2, 1,
     [](std::span<char*> rest) -> Result<nlohmann::json> {
         return readLayoutConfined(TRY(userId(rest[0])), TRY(parsePlatform(rest[1])));
     }},
    {"read-archive", 3, 2,
     [](std::span<char*> rest) -> Result<nlohmann::json> {
         return readArchiveConfined(TRY(userId(rest[0])), {TRY(number(rest[1]))}, TRY(parsePlatform(rest[2])));
     }},
    {"read-history", 0, 1, [](std::span<char*>) { return readHistoryConfined(); }},
    {"make-image", 0, 1, [](std::span<char*>) { return makeImageConfined(); }},
    {"unpack", LayerRequest::kArguments, 4,
     [](std::span<char*> rest) -> Result<nlohmann::json> { return unpackConfined(TRY(LayerRequest::of(rest))); }},
    {"hash", LayerRequest::kArguments, 1,
     [](std::span<char*> rest) -> Result<nlohmann::json> { return hashConfined(TRY(LayerRequest::of(rest))); }},
});

Result<nlohmann::json> run(std::span<char*> arguments)
{
    const std::string_view name = arguments.size() > 1 ? arguments[1] : "";
    const auto rest = arguments.subspan(std::min<std::size_t>(arguments.size(), 2));
    const auto* command = std::ranges::find(kCommands, name, &Command::name);
    if (command == kCommands.end() || rest.size() != command->arguments)
        return failure(ErrorKind::InvalidArgument, "lamella-worker is started by lamella-helper, not by hand");
    TRY(bindToParent(kReport, kInput + command->descriptors));
    TRY(volunteerForOom());
    loadEarly();
    return command->run(rest);
}

} // namespace

int main(int argc, char** argv)
{
    Result<nlohmann::json> result = nullptr;
    try {
        result = run({argv, static_cast<std::size_t>(argc)});
    } catch (const std::bad_alloc&) { // the standard library's; RLIMIT_AS makes it happen
        result = failure(ErrorKind::LimitExceeded, "the image needs more memory than it may have");
    }
    const auto message = result ? nlohmann::json{{"result", *result}}
                                : nlohmann::json{{"error", errorKindName(result.error().kind)},
                                                 {"errno", result.error().errnum},
                                                 {"message", result.error().message}};
    const auto said = tellParent(message);
    // No destructors: they could do what the filter forbids.
    ::_exit(result && said ? 0 : 1);
}
