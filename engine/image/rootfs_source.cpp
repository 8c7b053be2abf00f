// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/rootfs_source.h"

#include "engine/image/archive_index.h"
#include "engine/image/limits.h"
#include "engine/image/manifest_text.h"
#include "engine/image/reference.h"
#include "engine/image/worker.h"
#include "engine/layer/digest.h"
#include "engine/os/file.h"

#include <nlohmann/json.hpp>

#include <format>
#include <unistd.h>

namespace lamella::image {

namespace {

using nlohmann::json;

Result<layer::Compression> compressionIn(BorrowedFd archive)
{
    std::string start(4, '\0');
    const auto count = ::pread(archive.get(), start.data(), start.size(), 0);
    if (count < 0)
        return systemFailure("cannot read the archive");
    start.resize(static_cast<std::size_t>(count));
    return compressionOf(start);
}

// config.md. What is empty is left out, so that a reader takes its own default.
std::string configText(const NewImageSettings& settings, const std::string& diffId)
{
    const auto created = std::format("{:%FT%TZ}", std::chrono::sys_time<std::chrono::microseconds>{settings.created});
    json run = json::object();
    const auto set = [&run](const char* key, const auto& value) {
        if (!value.empty())
            run[key] = value;
    };
    set("Entrypoint", settings.entrypoint);
    set("Cmd", settings.cmd);
    set("Env", settings.env);
    set("WorkingDir", settings.workingDir);
    set("User", settings.user);
    json history{{"created", created}, {"created_by", "import of a root file system"}};
    if (!settings.message.empty())
        history["comment"] = settings.message;
    json config{{"created", created},
                {"architecture", ownArchitecture()},
                {"os", "linux"},
                {"config", std::move(run)},
                {"rootfs", {{"type", "layers"}, {"diff_ids", {diffId}}}},
                {"history", json::array({std::move(history)})}};
    if (!settings.author.empty())
        config["author"] = settings.author;
    return config.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace

// Read once for its diffID, which the config names, and once to unpack it: the load then proves that both are one.
Result<std::vector<FoundImage>> RootfsSource::images(const Worker& worker, std::stop_token stop)
{
    if (!m_settings.reference.empty() && (!isReference(m_settings.reference) || m_settings.reference.contains('@')))
        return failure(ErrorKind::InvalidArgument,
                       std::format("\"{}\" cannot be the name of an image", m_settings.reference));
    Descriptor blob;
    blob.kind = DocumentKind::Layer;
    blob.compression = TRY(compressionIn(m_archive));
    blob.digest = layer::digestOf(""); // not known yet, and not looked at
    blob.size = {static_cast<std::uint64_t>(TRY(os::status(m_archive, "the archive")).st_size)};
    blob.offset = Bytes{};
    if (blob.size > limits::kBlob)
        return failure(ErrorKind::LimitExceeded, "the archive is too large");
    const auto from = TRY(openBlob(blob, stop));
    const auto hashed = TRY(worker.hash({from, blob, limits::kUnpackedLayer}, {}, std::move(stop)));
    blob.digest = hashed.blobDigest;
    FoundImage image;
    image.configText = configText(m_settings, hashed.diffId);
    image.config = TRY(parseConfig(image.configText));
    image.layers = {blob};
    image.manifestText = manifestText(image.configText, image.layers);
    if (!m_settings.reference.empty())
        image.references = {m_settings.reference};
    return std::vector{std::move(image)};
}

Result<Blob> RootfsSource::openBlob(const Descriptor&, std::stop_token)
{
    return Blob{Blob::Kind::File, TRY(os::duplicate(m_archive)), {}, m_reader};
}

} // namespace lamella::image
