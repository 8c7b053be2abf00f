// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/json.h"
#include "engine/layer/digest.h"
#include "engine/os/file.h"
#include "engine/os/memfd.h"
#include "engine/os/socket.h"
#include "engine/registry/fetcher.h"
#include "http_server.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <format>
#include <thread>

/// What the tests of the fetcher have in common.
namespace fixture {

using namespace lamella;
using namespace lamella::registry;
using namespace std::chrono_literals;

inline constexpr auto kManifestType = "application/vnd.oci.image.manifest.v1+json";
inline constexpr auto kIndexType = "application/vnd.oci.image.index.v1+json";

/// An image of one layer, small enough to be sent whole.
struct Image {
    std::string layer;
    std::string config;
    std::string manifest;
    std::string index;

    explicit Image(const std::string& architecture = "amd64", std::string bytes = std::string(300'000, 'l') + "end")
        : layer(std::move(bytes))
    {
        config = nlohmann::json{{"architecture", architecture},
                                {"os", "linux"},
                                {"rootfs", {{"type", "layers"}, {"diff_ids", {layer::digestOf(layer)}}}}}
                     .dump();
        manifest = nlohmann::json{{"schemaVersion", 2},
                                  {"mediaType", kManifestType},
                                  {"config", descriptor("application/vnd.oci.image.config.v1+json", config)},
                                  {"layers", {descriptor("application/vnd.oci.image.layer.v1.tar", layer)}}}
                       .dump();
        auto entry = descriptor(kManifestType, manifest);
        entry["platform"] = {{"architecture", architecture}, {"os", "linux"}};
        index = nlohmann::json{{"schemaVersion", 2}, {"mediaType", kIndexType}, {"manifests", {entry}}}.dump();
    }
    static nlohmann::json descriptor(const std::string& type, const std::string& bytes)
    {
        return {{"mediaType", type}, {"digest", layer::digestOf(bytes)}, {"size", bytes.size()}};
    }
};

inline HttpServer::Reply document(const std::string& bytes, const QByteArray& type = kManifestType)
{
    return {200, {{"Content-Type", type}}, QByteArray::fromStdString(bytes)};
}

/// The registry that tells the truth about an image named x/y:1.
inline HttpServer::Reply honest(const Image& image, const HttpServer::Request& request)
{
    const auto path = request.path.toStdString();
    if (path == "/v2/x/y/manifests/1" || path == "/v2/x/y/manifests/" + layer::digestOf(image.index))
        return document(image.index, kIndexType);
    if (path == "/v2/x/y/manifests/" + layer::digestOf(image.manifest))
        return document(image.manifest);
    for (const auto* blob : {&image.config, &image.layer}) {
        if (path == "/v2/x/y/blobs/" + layer::digestOf(*blob))
            return {200, {}, QByteArray::fromStdString(*blob)};
    }
    return {404, {}, R"({"errors":[{"code":"NAME_UNKNOWN","message":"no such thing"}]})"};
}

inline Name nameAt(const HttpServer& server, const std::string& rest = "x/y:1")
{
    return parseName(server.host() + '/' + rest).value();
}

/// Times that let a test end soon.
inline Access quickAccess()
{
    Access access;
    access.patience = {2s, 2s, 10s, 5ms};
    return access;
}

inline std::filesystem::path program()
{
    return std::filesystem::path{qgetenv("LAMELLA_BIN").toStdString()} / "lamella-fetcher";
}

inline std::unique_ptr<Fetcher> start()
{
    auto fetcher = Fetcher::start(program());
    if (!fetcher)
        qFatal("%s", fetcher.error().message.c_str());
    return std::move(*fetcher);
}

/// A blob as a reader at the other end of a pipe gets it.
struct Fetched {
    Result<void> result;
    std::string bytes;
};
inline Fetched fetch(Fetcher& fetcher, const Name& name, const Access& access, const std::string& digest,
                     std::uint64_t size, std::stop_token stop = {})
{
    auto pipe = os::makePipe().value();
    Fetched fetched;
    std::jthread reader{
        [&] { fetched.bytes = os::readAll(pipe.read.borrow(), "the blob", 1u << 30).value_or("(error)"); }};
    fetched.result = fetcher.fetchBlob(name, access, digest, {size}, std::move(pipe.write), stop);
    reader.join();
    return fetched;
}

/// A file in memory, to be read from its beginning.
inline UniqueFd fileOf(const std::string& bytes)
{
    auto file = os::makeMemfd("test").value();
    if (!os::writeAll(file.borrow(), bytes, "the file") || ::lseek(file.get(), 0, SEEK_SET) != 0)
        qFatal("cannot write");
    return file;
}

template <class T>
std::string said(const Result<T>& result)
{
    return result ? "no error" : std::format("{}: {}", errorKindName(result.error().kind), result.error().message);
}

} // namespace fixture
