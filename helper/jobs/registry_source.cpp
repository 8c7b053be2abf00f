// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/jobs/registry_source.h"

#include "engine/image/worker.h"
#include "engine/layer/digest.h"
#include "engine/os/file.h"
#include "engine/os/mount.h"
#include "engine/os/socket.h"

#include <nlohmann/json.hpp>

#include <format>
#include <sys/stat.h>

namespace lamella::helper {

using registry::Document;

namespace {

constexpr mode_t kDirectoryMode = 0755; // read with the rights of the owner, whoever that is
constexpr mode_t kFileMode = 0644;

Result<void> makeDirectory(BorrowedFd parent, const char* name)
{
    if (::mkdirat(parent.get(), name, kDirectoryMode) != 0 || ::fchmodat(parent.get(), name, kDirectoryMode, 0) != 0)
        return systemFailure("cannot make a directory for an image's documents");
    return {};
}

Result<void> writeFile(BorrowedFd layout, const std::string& path, std::string_view content)
{
    const auto file = TRY(os::openAt(layout, path, O_WRONLY | O_CREAT | O_EXCL, kFileMode));
    if (::fchmod(file.get(), kFileMode) != 0)
        return systemFailure("cannot write an image's documents");
    return os::writeAll(file.borrow(), content, "an image's documents");
}

Result<void> writeDocument(BorrowedFd layout, const Document& document)
{
    return writeFile(layout, std::format("blobs/sha256/{}", layer::digestHex(document.digest)), document.bytes);
}

/// index.json of a layout that has this one image (image-layout.md).
std::string indexOf(const Document& manifest, const std::string& reference)
{
    return nlohmann::json{
        {"schemaVersion", 2},
        {"manifests",
         {{{"mediaType", manifest.mediaType},
           {"digest", manifest.digest},
           {"size", manifest.bytes.size()},
           {"annotations", {{"org.opencontainers.image.ref.name", reference}}}}}},
    }
        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// A layout with the documents alone, in memory and without a name: nothing of it is left when its descriptor goes.
Result<UniqueFd> layoutOf(const registry::Resolved& resolved, const std::string& reference)
{
    auto memory = TRY(os::FileSystem::open("tmpfs"));
    TRY(memory.set("mode", "0755"));
    const auto mount = TRY(memory.mount(MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC));
    auto layout = TRY(os::openAt(mount.borrow(), ".", O_RDONLY | O_DIRECTORY));
    TRY(makeDirectory(layout.borrow(), "blobs"));
    TRY(makeDirectory(layout.borrow(), "blobs/sha256"));
    TRY(writeFile(layout.borrow(), "oci-layout", R"({"imageLayoutVersion":"1.0.0"})"));
    TRY(writeFile(layout.borrow(), "index.json", indexOf(resolved.manifest, reference)));
    TRY(writeDocument(layout.borrow(), resolved.manifest));
    TRY(writeDocument(layout.borrow(), resolved.config));
    return layout;
}

} // namespace

RegistrySource::RegistrySource(registry::Fetcher& fetcher, registry::Name name, registry::Access access,
                               registry::Platform platform, uid_t owner)
    : m_fetcher(fetcher)
    , m_name(std::move(name))
    , m_access(std::move(access))
    , m_platform(std::move(platform))
    , m_owner(owner)
{
}

RegistrySource::~RegistrySource() = default;

Result<std::vector<image::FoundImage>> RegistrySource::images(const image::Worker& worker, std::stop_token stop)
{
    const auto resolved = TRY(m_fetcher.resolve(m_name, m_access, m_platform, stop));
    const auto layout = TRY(layoutOf(resolved, registry::canonicalText(m_name)));
    return worker.readLayout(layout.borrow(), m_owner, std::move(stop), m_platform);
}

Result<image::Blob> RegistrySource::openBlob(const image::Descriptor& blob, std::stop_token stop)
{
    auto pipe = TRY(os::makePipe());
    const std::scoped_lock lock{m_mutex};
    m_transfers.emplace_back([this, blob, sink = std::move(pipe.write), load = std::move(stop)](
                                 const std::stop_token& own) mutable { fetch(blob, std::move(sink), load, own); });
    image::Blob source;
    source.fd = std::move(pipe.read);
    return source;
}

void RegistrySource::fetch(const image::Descriptor& blob, UniqueFd sink, const std::stop_token& load,
                           const std::stop_token& own)
{
    std::stop_source stop;
    const auto pass = [&stop] { stop.request_stop(); };
    const std::stop_callback ofLoad{load, pass};
    const std::stop_callback ofThis{own, pass};
    auto fetched = m_fetcher.fetchBlob(m_name, m_access, blob.digest, blob.size, std::move(sink), stop.get_token());
    // One that nobody reads any more was cancelled by who gave up reading, and he says why.
    if (fetched || stop.stop_requested() || fetched.error().kind == ErrorKind::Cancelled)
        return;
    const std::scoped_lock lock{m_mutex};
    if (!m_error)
        m_error = std::move(fetched).error();
}

std::optional<image::Repository> RegistrySource::repository() const
{
    return image::Repository{m_name.registry, m_name.repository};
}

std::optional<Error> RegistrySource::transferError() const
{
    const std::scoped_lock lock{m_mutex};
    return m_error;
}

} // namespace lamella::helper
