// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/jobs/commit_container.h"

#include "engine/base/json.h"
#include "engine/image/documents.h"
#include "engine/image/import_source.h"
#include "engine/image/limits.h"
#include "engine/image/manifest_text.h"
#include "engine/image/worker.h"
#include "engine/layer/digest.h"
#include "engine/os/file.h"

#include <nlohmann/json.hpp>

#include <format>

namespace lamella::helper {

using nlohmann::json;

namespace {

/// The image's config with one more layer and what is changed (config.md). Nothing of the image's own is lost.
Result<std::string> configText(const std::string& base, const image::NewImageSettings& settings,
                               const std::string& diffId)
{
    TRY(image::parseConfig(base)); // that everything is there, and of the type that it must have
    auto config = TRY(parseJson(base, "the config of the container's image", image::limits::kDocument.value));
    const auto created = std::format("{:%FT%TZ}", std::chrono::sys_time<std::chrono::microseconds>{settings.created});
    config["created"] = created;
    if (!settings.author.empty())
        config["author"] = settings.author;
    auto& run = config["config"];
    if (!run.is_object())
        run = json::object();
    const auto set = [&run](const char* key, const auto& value) {
        if (!value.empty())
            run[key] = value;
    };
    set("Entrypoint", settings.entrypoint);
    set("Cmd", settings.cmd);
    set("Env", settings.env);
    set("WorkingDir", settings.workingDir);
    set("User", settings.user);
    config["rootfs"]["diff_ids"].push_back(diffId);
    json step{{"created", created}, {"created_by", "commit of a container"}};
    if (!settings.author.empty())
        step["author"] = settings.author;
    if (!settings.message.empty())
        step["comment"] = settings.message;
    // An image whose history is empty says nothing of its layers; one of theirs alone would be no history.
    if (const auto history = config.find("history"); history != config.end() && !history->empty())
        history->push_back(std::move(step));
    return config.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// The image of a container with one more layer, whose archive is a file.
class CommitSource final : public image::ImportSource {
public:
    CommitSource(const CommitRequest& request, const image::ImageDocuments& base, BorrowedFd archive)
        : m_request(request)
        , m_base(base)
        , m_archive(archive)
    {
    }

    /// The archive is read once for its diffID, which the config names, and once to unpack it.
    Result<std::vector<image::FoundImage>> images(const image::Worker& worker, std::stop_token stop) override
    {
        image::Descriptor blob;
        blob.kind = image::DocumentKind::Layer;
        blob.digest = layer::digestOf(""); // not known yet, and not looked at
        blob.size = {std::uint64_t(TRY(os::status(m_archive, "the archive")).st_size)};
        blob.offset = Bytes{};
        const auto from = TRY(openBlob(blob, stop));
        const auto hashed = TRY(worker.hash({from, blob, image::limits::kUnpackedLayer}, {}, std::move(stop)));
        blob.digest = hashed.blobDigest;
        image::FoundImage found;
        found.configText = TRY(configText(m_base.config, m_request.settings, hashed.diffId));
        found.config = TRY(image::parseConfig(found.configText));
        found.layers = TRY(image::parseManifest(m_base.manifest)).layers;
        found.layers.push_back(blob);
        if (found.layers.size() != found.config.diffIds.size())
            return failure(ErrorKind::InvalidArgument, "manifest and config of the container's image do not fit");
        found.manifestText = image::manifestText(found.configText, found.layers);
        if (!m_request.settings.reference.empty())
            found.references = {m_request.settings.reference};
        return std::vector{std::move(found)};
    }

    /// The image's own layers are here, and the owner's: only the new one is asked for.
    Result<image::Blob> openBlob(const image::Descriptor&, std::stop_token) override
    {
        return image::Blob{image::Blob::Kind::File, TRY(os::duplicate(m_archive)), {}, m_request.owner};
    }

private:
    const CommitRequest& m_request;
    const image::ImageDocuments& m_base;
    BorrowedFd m_archive;
};

} // namespace

Work::Function commitContainer(image::ImageStore& images, CommitRequest request, std::function<void()> filesRead)
{
    return [&images, request = std::move(request), filesRead = std::move(filesRead)](
               const image::ProgressSink& progress, std::stop_token stop) -> Result<std::vector<std::string>> {
        const auto tell = [&progress](Bytes done) { progress({"Reading the container's files", done, {}, {}}); };
        tell({});
        const auto archive = TRY(container::archiveChanges(request.parts, request.scratch, tell, stop));
        filesRead();
        const auto base = TRY(images.documents(request.owner, request.image));
        CommitSource source(request, base, archive.borrow());
        return images.import(source, request.owner, progress, std::move(stop));
    };
}

} // namespace lamella::helper
