// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/limits.h"
#include "engine/layer/digest.h"
#include "engine/os/file.h"
#include "engine/registry/sentences.h"
#include "engine/registry/task.h"

#include <QUrlQuery>

#include <poll.h>
#include <unistd.h>

#include <array>

namespace lamella::registry {

namespace {

constexpr auto kBytes = "application/octet-stream";

/// A session with the registry itself: mirrors are not written to.
Session pushSession(Task& task)
{
    return {task.request.name, task.request.access, task.request.access.registry, task.stop, task.known};
}

QUrl withQuery(QUrl url, QLatin1StringView key, const std::string& value)
{
    QUrlQuery query{url}; // what the registry's address has stays as it is
    query.addQueryItem(key, QString::fromStdString(value));
    url.setQuery(query);
    return url;
}

Result<bool> isThere(Session& session, const std::string& digest)
{
    HttpRequest request;
    request.method = "HEAD";
    request.url = session.url("blobs/" + digest);
    const auto answer = session.ask(request, "blob " + digest);
    if (!answer && answer.error().kind != ErrorKind::NotFound)
        return std::unexpected(answer.error());
    return answer.has_value();
}

constexpr int kMostBegun = 3; // times that an upload is begun

/// A blob on its way up, in chunks (distribution-spec, "Pushing a blob in chunks").
class Upload {
public:
    Upload(Session& session, Task& task)
        : m_session(session)
        , m_task(task)
        , m_start(::lseek(task.descriptor.get(), 0, SEEK_CUR))
    {
    }

    Result<void> run()
    {
        for (int begun = 1;; ++begun) {
            m_isLost = false;
            TRY(begin());
            auto sent = sendAll();
            if (sent)
                return {};
            abandon();
            if (!m_isLost || begun == kMostBegun || m_start < 0 || ::lseek(m_task.descriptor.get(), m_start, SEEK_SET) < 0)
                return sent;
            m_sent = 0;
        }
    }

private:
    HttpRequest request(const char* method, QByteArray body = {}) const
    {
        HttpRequest request;
        request.method = method;
        request.url = m_where;
        request.body = std::move(body);
        request.isBlob = true;
        request.headers.append(QHttpHeaders::WellKnownHeader::ContentType, kBytes);
        return request;
    }

    Result<void> begin()
    {
        m_where = m_session.url("blobs/uploads/");
        const auto answer = TRY(m_session.ask(request("POST"), "place for uploads"));
        return goOnAt(answer);
    }

    Result<void> goOnAt(const HttpAnswer& answer)
    {
        auto where = m_session.location(answer, m_where);
        if (!where)
            return std::unexpected(std::move(where).error().error);
        m_where = std::move(*where);
        return {};
    }

    Result<void> sendAll()
    {
        const auto size = m_task.request.size.value;
        layer::Sha256 hash;
        while (m_sent < size) {
            const auto chunk
                = TRY(nextChunk(static_cast<std::size_t>(std::min<std::uint64_t>(limits::kChunk, size - m_sent))));
            hash.add(std::as_bytes(std::span{chunk.constData(), static_cast<std::size_t>(chunk.size())}));
            TRY(sendChunk(chunk));
            m_task.progress({m_sent});
        }
        // Before the registry is told that all is there.
        if (hash.digest() != m_task.request.digest)
            return failure(ErrorKind::DigestMismatch,
                           std::format("what was to be uploaded is not the blob {}", m_task.request.digest));
        return finish();
    }

    Result<void> finish()
    {
        auto last = request("PUT");
        last.url = withQuery(m_where, QLatin1StringView("digest"), m_task.request.digest);
        const auto answer = m_session.ask(last, "upload");
        // The upload ends with this: where the answer was lost, there is none any more, but the blob.
        if (!answer && answer.error().kind == ErrorKind::NotFound && TRY(isThere(m_session, m_task.request.digest)))
            return {};
        if (!answer && answer.error().kind == ErrorKind::NotFound)
            return std::unexpected(lost());
        if (!answer)
            return std::unexpected(answer.error());
        if (answer->status != 201 && answer->status != 204)
            return failure(ErrorKind::Network,
                           std::format("{} does not confirm the upload", m_task.request.name.registry));
        return {};
    }

    Result<QByteArray> nextChunk(std::size_t size)
    {
        QByteArray chunk(static_cast<qsizetype>(size), Qt::Uninitialized);
        for (std::size_t have = 0; have < size;) {
            TRY(waitForBytes());
            const auto count = ::read(m_task.descriptor.get(), chunk.data() + have, size - have);
            if (count < 0 && errno == EINTR)
                continue;
            if (count < 0)
                return systemFailure("cannot read what is uploaded");
            if (count == 0)
                return failure(ErrorKind::DigestMismatch, "what was to be uploaded is shorter than its size says");
            have += static_cast<std::size_t>(count);
        }
        return chunk;
    }

    // A pipe may have nothing to say for as long as it likes.
    Result<void> waitForBytes() const
    {
        std::array<pollfd, 2> wait{{{m_task.descriptor.get(), POLLIN, 0}, {m_task.stop.event.get(), POLLIN, 0}}};
        while (::poll(wait.data(), wait.size(), -1) < 0) {
            if (errno != EINTR)
                return systemFailure("cannot wait for what is uploaded");
        }
        if (wait[1].revents != 0)
            return failure(ErrorKind::Cancelled, "the transfer was cancelled");
        return {};
    }

    // A chunk that broke off goes on where the registry has it.
    Result<void> sendChunk(const QByteArray& chunk)
    {
        const auto end = m_sent + static_cast<std::uint64_t>(chunk.size());
        bool asks = false;
        auto most = m_sent; // a registry may also say that it has less than before
        return m_session.retry(
            [&]() -> Outcome<void> {
                if (std::exchange(asks, true))
                    TRY(askWhereItIs(end - static_cast<std::uint64_t>(chunk.size()), end));
                if (m_sent == end)
                    return {};
                return sendPart(chunk.last(static_cast<qsizetype>(end - m_sent)), end);
            },
            [&] { return std::exchange(most, std::max(most, m_sent)) < m_sent; });
    }

    Outcome<void> sendPart(QByteArray bytes, std::uint64_t end)
    {
        auto part = request("PATCH", std::move(bytes));
        part.headers.append("Content-Range",
                            QByteArray::number(static_cast<qulonglong>(m_sent)) + '-'
                                + QByteArray::number(static_cast<qulonglong>(end - 1)));
        const auto answer = TRY(m_session.send(part));
        if (answer.status < 200 || answer.status > 299) {
            auto refusal = m_session.refusal(answer, "upload");
            // It has more of the upload than we know, or less (distribution-spec, "Pushing a blob in chunks").
            refusal.again = refusal.again || answer.status == 416;
            return std::unexpected(std::move(refusal));
        }
        TRY(goOnAt(answer));
        m_sent = end;
        return {};
    }

    Outcome<void> askWhereItIs(std::uint64_t begin, std::uint64_t end)
    {
        const auto answer = TRY(m_session.send(request("GET")));
        // Distribution's own ends an upload that is asked about where it has more of it than it has told.
        if (answer.status == 404)
            return std::unexpected(lost());
        if (answer.status != 204 && answer.status != 200)
            return std::unexpected(m_session.refusal(answer, "upload"));
        const auto has = parseUploadedRange(answer.header(QLatin1StringView("range")).toStdString());
        if (!has || *has < begin || *has > end)
            return std::unexpected(lost());
        m_sent = *has;
        return answer.headers.contains(QHttpHeaders::WellKnownHeader::Location) ? Outcome<void>{goOnAt(answer)}
                                                                                : Outcome<void>{};
    }

    /// It cannot go on, but may begin anew.
    Error lost()
    {
        m_isLost = true;
        return Error::of(ErrorKind::Network,
                         std::format("{} has lost a part of the upload: push again", m_task.request.name.registry));
    }

    // What is left of it is the registry's to clean up; this is a courtesy.
    void abandon()
    {
        if (!m_task.stop.token.stop_requested())
            std::ignore = m_session.send(request("DELETE"));
    }

    Session& m_session;
    Task& m_task;
    const off_t m_start; ///< of the blob in what is read; negative: it can be read once only
    QUrl m_where;
    std::uint64_t m_sent = 0;
    bool m_isLost = false;
};

} // namespace

Result<Answer> hasBlob(Task& task)
{
    auto session = pushSession(task);
    session.needs(task.request.name.repository, "pull,push");
    return Answer{{{"found", TRY(isThere(session, task.request.digest))}}, {}};
}

Result<Answer> mountBlob(Task& task)
{
    auto session = pushSession(task);
    session.needs(task.request.name.repository, "pull,push");
    session.needs(task.request.from, "pull");
    HttpRequest request;
    request.method = "POST";
    request.url = session.url("blobs/uploads/");
    request.url = withQuery(withQuery(request.url, QLatin1StringView("mount"), task.request.digest),
                            QLatin1StringView("from"), task.request.from);
    request.headers.append(QHttpHeaders::WellKnownHeader::ContentType, kBytes);
    const auto answer = TRY(session.ask(request, "place for uploads"));
    if (answer.status == 202) { // it has begun an upload instead
        if (auto where = session.location(answer, request.url)) {
            request.method = "DELETE";
            request.url = std::move(*where);
            std::ignore = session.send(request);
        }
    }
    return Answer{{{"mounted", answer.status == 201}}, {}};
}

Result<Answer> uploadBlob(Task& task)
{
    if (!task.descriptor)
        return failure(ErrorKind::InvalidArgument, "an upload was asked for without anything to read");
    auto session = pushSession(task);
    session.needs(task.request.name.repository, "pull,push");
    TRY(Upload(session, task).run());
    return Answer{nlohmann::json::object(), {}};
}

Result<Answer> putManifest(Task& task)
{
    const auto manifest = TRY(os::readAll(task.descriptor.borrow(), "the manifest", image::limits::kDocument.value));
    auto session = pushSession(task);
    session.needs(task.request.name.repository, "pull,push");
    HttpRequest request;
    request.method = "PUT";
    request.url = session.url(std::format("manifests/{}", referenceOf(task.request.name)));
    request.body = QByteArray::fromStdString(manifest);
    request.headers.append(
        QHttpHeaders::WellKnownHeader::ContentType,
        QLatin1StringView{task.request.mediaType.data(), static_cast<qsizetype>(task.request.mediaType.size())});
    const auto digest = layer::digestOf(manifest);
    if (!task.request.name.digest.empty() && task.request.name.digest != digest)
        return failure(ErrorKind::DigestMismatch, "the manifest is not the one that is to be pushed");
    const auto answer = TRY(session.ask(request, "place for manifests"));
    const auto theirs = answer.header(QLatin1StringView("docker-content-digest"));
    if (!theirs.isEmpty() && theirs.toStdString() != digest)
        return failure(
            ErrorKind::DigestMismatch,
            std::format("{} has stored another manifest than the one that was sent", task.request.name.registry));
    return Answer{{{"digest", digest}}, {}};
}

} // namespace lamella::registry
