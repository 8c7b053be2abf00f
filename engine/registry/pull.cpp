// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/json.h"
#include "engine/image/documents.h"
#include "engine/image/fields.h"
#include "engine/image/limits.h"
#include "engine/image/platform.h"
#include "engine/layer/digest.h"
#include "engine/os/file.h"
#include "engine/os/memfd.h"
#include "engine/registry/sentences.h"
#include "engine/registry/task.h"

namespace lamella::registry {

namespace {

// What is taken as a manifest: image-spec, media-types.md, and Docker's schema 2.
constexpr std::string_view kIndexType = "application/vnd.oci.image.index.v1+json";
constexpr std::string_view kListType = "application/vnd.docker.distribution.manifest.list.v2+json";
constexpr std::string_view kManifestType = "application/vnd.oci.image.manifest.v1+json";
constexpr std::string_view kDockerType = "application/vnd.docker.distribution.manifest.v2+json";
constexpr std::string_view kSchema1 = "application/vnd.docker.distribution.manifest.v1+";

struct Document {
    std::string kind;
    std::string digest;
    std::string mediaType;
    std::string bytes;
};

struct Expected {
    std::string digest; // empty: whatever comes
    std::optional<std::uint64_t> size;
};

std::string_view view(const QByteArray& bytes)
{
    return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}

// Takes a whole document, from its beginning at each attempt.
class DocumentConsumer {
public:
    DocumentConsumer(std::string what, std::uint64_t limit)
        : m_what(std::move(what))
        , m_limit(limit)
    {
    }

    Consumer consumer()
    {
        return {[this](const HttpAnswer& head) { return begin(head); },
                [this](std::span<const std::byte> bytes) { return add(bytes); }};
    }
    std::string take() { return std::move(m_bytes); }
    const std::string& contentType() const { return m_contentType; }

private:
    Outcome<void> begin(const HttpAnswer& head)
    {
        m_bytes.clear();
        m_contentType = lowered(head.header(QLatin1StringView("content-type")));
        if (head.status != 200)
            return failure(ErrorKind::Network,
                           std::format("{}: a part was sent where the whole was asked for", m_what));
        const auto length = head.header(QLatin1StringView("content-length"));
        return length.toULongLong() > m_limit ? Outcome<void>{tooLong()} : Outcome<void>{};
    }
    Outcome<void> add(std::span<const std::byte> bytes)
    {
        if (m_bytes.size() + bytes.size() > m_limit)
            return tooLong();
        m_bytes.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return {};
    }
    std::unexpected<Error> tooLong() const
    {
        return failure(ErrorKind::LimitExceeded,
                       std::format("{} is longer than {} bytes, which is refused", m_what, m_limit));
    }
    // Without its parameters.
    static std::string lowered(const QByteArray& type)
    {
        const auto end = type.indexOf(';');
        return (end < 0 ? type : type.first(end)).trimmed().toLower().toStdString();
    }

    std::string m_what;
    std::uint64_t m_limit;
    std::string m_bytes;
    std::string m_contentType;
};

class Resolver {
public:
    Resolver(Session& session, const Request& request)
        : m_session(session)
        , m_request(request)
        , m_platform(image::orOwn(request.platform))
    {
    }

    Result<std::vector<Document>> run()
    {
        auto manifest
            = TRY(fetch(std::format("manifests/{}", referenceOf(m_request.name)),
                        std::format("\"{}\"", referenceOf(m_request.name)), {m_request.name.digest, std::nullopt}));
        for (int depth = 0; TRY(isIndex(manifest)); ++depth) {
            if (depth == image::limits::kIndexDepth)
                return failure(ErrorKind::LimitExceeded, "indexes are nested too deeply");
            const auto index = TRY(image::parseIndex(manifest.bytes));
            manifest.kind = "index";
            m_documents.push_back(std::move(manifest));
            const auto& entry = *TRY(chosen(index));
            manifest
                = TRY(fetch("manifests/" + entry.digest, "manifest " + entry.digest, {entry.digest, entry.size.value}));
        }
        manifest.kind = "manifest";
        const auto parsed = TRY(image::parseManifest(manifest.bytes));
        m_documents.push_back(std::move(manifest));
        const auto& config = parsed.config;
        m_documents.push_back(
            TRY(fetch("blobs/" + config.digest, "config " + config.digest, {config.digest, config.size.value})));
        m_documents.back().kind = "config";
        return std::move(m_documents);
    }

private:
    Result<Document> fetch(const std::string& path, const std::string& what, const Expected& expected)
    {
        HttpRequest request;
        request.url = m_session.url(path);
        // In one line: not every registry reads several.
        request.headers.append(QHttpHeaders::WellKnownHeader::Accept,
                               QByteArray::fromStdString(
                                   std::format("{}, {}, {}, {}", kIndexType, kListType, kManifestType, kDockerType)));
        const auto most = expected.size.value_or(image::limits::kDocument.value);
        DocumentConsumer taken{std::format("{}", what), most};
        TRY(m_session.ask(request, what, taken.consumer()));
        Document document{{}, {}, taken.contentType(), taken.take()};
        // Computed: what a header says of it is nobody's word.
        document.digest = layer::digestOf(document.bytes);
        if ((!expected.digest.empty() && document.digest != expected.digest)
            || (expected.size && document.bytes.size() != *expected.size))
            return failure(
                ErrorKind::DigestMismatch,
                std::format(
                    "what {} sends as {} is something else: it was changed on the way, or the registry is faulty",
                    m_request.name.registry, what));
        return document;
    }

    Result<bool> isIndex(Document& document) const
    {
        const auto json = TRY(parseJson(document.bytes, "the manifest", image::limits::kDocument.value));
        const auto fields = TRY(image::Fields::of(json, "the manifest"));
        auto type = TRY(fields.text("mediaType", image::limits::kReference));
        if (document.mediaType.starts_with(kSchema1) || type.starts_with(kSchema1)
            || TRY(fields.number("schemaVersion", 100)) == 1)
            return failure(ErrorKind::Unsupported,
                           "the image is of Docker's old schema 1, which cannot be checked: use a newer tag");
        if (!type.empty())
            document.mediaType = std::move(type);
        return document.mediaType == kIndexType || document.mediaType == kListType || fields.has("manifests");
    }

    Result<const image::Descriptor*> chosen(const image::Index& index) const
    {
        if (const auto* entry = choose(index, m_platform))
            return entry;
        std::set<std::string> others;
        for (const auto& entry : index.manifests) {
            if (entry.platform.os != "unknown") // what is not one: an attestation
                others.insert(textOf(entry.platform));
        }
        return std::unexpected(image::noImageFor("the index", m_platform, others));
    }

    Session& m_session;
    const Request& m_request;
    Platform m_platform;
    std::vector<Document> m_documents;
};

Result<std::vector<std::string>> tagsAt(Session& session)
{
    std::vector<std::string> tags;
    HttpRequest request;
    request.url = session.url("tags/list");
    request.url.setQuery(QStringLiteral("n=1000"));
    for (int page = 0; page < limits::kTagPages; ++page) {
        DocumentConsumer taken{"the list of tags", limits::kTagPage.value};
        const auto answer = TRY(session.ask(request, "list of tags", taken.consumer()));
        const auto document = TRY(parseJson(taken.take(), "the list of tags"));
        const auto fields = TRY(image::Fields::of(document, "the list of tags"));
        for (auto& tag : TRY(fields.texts("tags", limits::kTags, limits::kName))) {
            if (isTag(tag)) // what is none could not be asked for
                tags.push_back(std::move(tag));
        }
        const auto next = parseNextLink(view(answer.header(QLatin1StringView("link"))));
        if (!next || tags.size() >= limits::kTags)
            break;
        const QUrl base = request.url;
        request.url = base.resolved(QUrl::fromEncoded(QByteArray::fromStdString(*next), QUrl::StrictMode));
        if (!request.url.isValid() || request.url.authority() != base.authority()
            || request.url.scheme() != base.scheme())
            return failure(ErrorKind::Network, "the list of tags goes on at another host, which is refused");
    }
    tags.resize(std::min(tags.size(), limits::kTags));
    return tags;
}

} // namespace

Result<UniqueFd> memoryFile(std::string_view content)
{
    auto file = TRY(os::makeMemfd("lamella-document"));
    TRY(os::writeAll(file.borrow(), content, "a document"));
    TRY(os::seal(file.borrow()));
    return file;
}

Result<Answer> resolve(Task& task)
{
    const auto documents = TRY(atEndpoints(
        task, [&](Session& session) { return Resolver{session, task.request}.run(); }, [] { return true; }));
    Answer answer{{{"documents", nlohmann::json::array()}}, {}};
    for (const auto& document : documents) {
        answer.result["documents"].push_back(
            {{"kind", document.kind}, {"digest", document.digest}, {"mediaType", printable(document.mediaType)}});
        answer.descriptors.push_back(TRY(memoryFile(document.bytes)));
    }
    return answer;
}

Result<Answer> listTags(Task& task)
{
    const auto tags = TRY(atEndpoints(task, [](Session& session) { return tagsAt(session); }, [] { return true; }));
    std::string lines;
    for (const auto& tag : tags)
        lines += tag + '\n';
    Answer answer{nlohmann::json::object(), {}};
    answer.descriptors.push_back(TRY(memoryFile(lines)));
    return answer;
}

} // namespace lamella::registry
