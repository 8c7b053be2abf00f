// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/registry/fetcher.h"

#include "engine/image/fields.h"
#include "engine/image/limits.h"
#include "engine/layer/digest.h"
#include "engine/os/file.h"
#include "engine/os/memfd.h"
#include "engine/registry/fetcher_link.h"

#include <sstream>

namespace lamella::registry {

namespace {

constexpr std::string_view kWhat = "what lamella-fetcher found";
constexpr std::size_t kWord = 1024;

Request requestFor(Operation operation, const Name& name, const Access& access)
{
    Request request;
    request.operation = operation;
    request.name = name;
    request.access = access;
    if (request.access.registry.host.empty())
        request.access.registry.host = endpointHost(name.registry);
    return request;
}

Result<std::string> contentOf(BorrowedFd file, std::size_t limit)
{
    if (::lseek(file.get(), 0, SEEK_SET) < 0) // where it stands is the writer's end
        return systemFailure("cannot read a document");
    return os::readAll(file, "a document", limit);
}

Result<UniqueFd> memoryFile(std::string_view content)
{
    auto file = TRY(os::makeMemfd("lamella-manifest"));
    TRY(os::writeAll(file.borrow(), content, "the manifest"));
    if (::lseek(file.get(), 0, SEEK_SET) < 0)
        return systemFailure("cannot read the manifest");
    return file;
}

} // namespace

Fetcher::Fetcher(std::unique_ptr<Link> link)
    : m_link(std::move(link))
{
}

Fetcher::~Fetcher() = default;

Result<std::unique_ptr<Fetcher>> Fetcher::start(std::filesystem::path program)
{
    return std::unique_ptr<Fetcher>{new Fetcher{TRY(Link::start(std::move(program)))}};
}

Result<Resolved> Fetcher::resolve(const Name& name, const Access& access, const Platform& platform,
                                  std::stop_token stop)
{
    auto request = requestFor(Operation::Resolve, name, access);
    request.platform = platform;
    const auto reply = TRY(m_link->call(std::move(request), {}, {}, stop));
    const auto fields = TRY(image::Fields::of(reply.result, kWhat));
    Resolved resolved;
    std::string first;
    std::string last;
    std::size_t next = 0;
    TRY(fields.each("documents", reply.descriptors.size(), [&](const image::Fields& entry) -> Result<void> {
        Document document;
        document.digest = TRY(entry.text("digest", kWord));
        document.mediaType = TRY(entry.text("mediaType", kWord));
        document.bytes = TRY(contentOf(reply.descriptors.at(next++).borrow(), image::limits::kDocument.value));
        // The fetcher's word is a stranger's: it has read what a registry sent.
        if (layer::digestOf(document.bytes) != document.digest)
            return failure(ErrorKind::DigestMismatch,
                           std::format("{}: a document is not what its digest says", canonicalText(name)));
        first = first.empty() ? document.digest : first;
        last = TRY(entry.text("kind", kWord));
        if (last == "index")
            resolved.indexes.push_back(std::move(document));
        else
            (last == "manifest" ? resolved.manifest : resolved.config) = std::move(document);
        return {};
    }));
    if (resolved.manifest.bytes.empty() || resolved.config.bytes.empty())
        return failure(ErrorKind::Failed, std::format("{}: a document is missing", canonicalText(name)));
    if (!name.digest.empty() && first != name.digest)
        return failure(ErrorKind::DigestMismatch,
                       std::format("{}: the registry has sent another image", canonicalText(name)));
    return resolved;
}

Result<void> Fetcher::fetchBlob(const Name& name, const Access& access, const std::string& digest, Bytes size,
                                UniqueFd sink, std::stop_token stop)
{
    auto request = requestFor(Operation::Blob, name, access);
    request.digest = digest;
    request.size = size;
    TRY(m_link->call(std::move(request), sink.borrow(), {}, stop));
    return {};
}

Result<std::vector<std::string>> Fetcher::tags(const Name& name, const Access& access, std::stop_token stop)
{
    const auto reply = TRY(m_link->call(requestFor(Operation::Tags, name, access), {}, {}, stop));
    if (reply.descriptors.empty())
        return failure(ErrorKind::Failed, "lamella-fetcher has sent no tags");
    std::istringstream lines{TRY(contentOf(reply.descriptors.front().borrow(), limits::kTags * (limits::kTag + 1)))};
    std::vector<std::string> tags;
    for (std::string line; std::getline(lines, line);) {
        if (isTag(line))
            tags.push_back(line);
    }
    return tags;
}

Result<bool> Fetcher::checkLogin(const Name& name, const Access& access, std::stop_token stop)
{
    const auto reply = TRY(m_link->call(requestFor(Operation::Login, name, access), {}, {}, stop));
    return TRY(image::Fields::of(reply.result, kWhat)).flag("asked");
}

Result<bool> Fetcher::hasBlob(const Name& name, const Access& access, const std::string& digest, std::stop_token stop)
{
    auto request = requestFor(Operation::HasBlob, name, access);
    request.digest = digest;
    const auto reply = TRY(m_link->call(std::move(request), {}, {}, stop));
    return TRY(image::Fields::of(reply.result, kWhat)).flag("found");
}

Result<bool> Fetcher::mountBlob(const Name& name, const Access& access, const std::string& digest,
                                const std::string& from, std::stop_token stop)
{
    auto request = requestFor(Operation::Mount, name, access);
    request.digest = digest;
    request.from = from;
    const auto reply = TRY(m_link->call(std::move(request), {}, {}, stop));
    return TRY(image::Fields::of(reply.result, kWhat)).flag("mounted");
}

Result<void> Fetcher::pushBlob(const Name& name, const Access& access, const std::string& digest, Bytes size,
                               BorrowedFd source, const std::function<void(Bytes)>& progress, std::stop_token stop)
{
    auto request = requestFor(Operation::Upload, name, access);
    request.digest = digest;
    request.size = size;
    TRY(m_link->call(std::move(request), source, progress, stop));
    return {};
}

Result<std::string> Fetcher::pushManifest(const Name& name, const Access& access, const std::string& mediaType,
                                          const std::string& bytes, std::stop_token stop)
{
    auto request = requestFor(Operation::PutManifest, name, access);
    request.mediaType = mediaType;
    const auto document = TRY(memoryFile(bytes));
    TRY(m_link->call(std::move(request), document.borrow(), {}, stop));
    return layer::digestOf(bytes);
}

} // namespace lamella::registry
