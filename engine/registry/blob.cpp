// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/digest.h"
#include "engine/registry/sentences.h"
#include "engine/registry/task.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>

namespace lamella::registry {

namespace {

/// Where a blob goes: never more than its size, with the digest of what really went there.
class Sink {
public:
    Sink(BorrowedFd target, Bytes size, const Stop& stop)
        : m_target(target)
        , m_size(size.value)
        , m_stop(stop)
    {
        ::fcntl(m_target.get(), F_SETFL, ::fcntl(m_target.get(), F_GETFL) | O_NONBLOCK);
        ::fcntl(m_target.get(), F_SETPIPE_SZ, static_cast<int>(limits::kBuffer)); // as it may; a pipe is 64 KiB else
    }

    std::uint64_t done() const { return m_done; }
    bool isComplete() const { return m_done == m_size; }
    bool isLost() const { return m_lost; } ///< nothing more can be written to it
    std::string digest() { return m_hash.digest(); }

    Result<void> write(std::span<const std::byte> bytes)
    {
        while (!bytes.empty()) {
            const auto count = ::write(m_target.get(), bytes.data(), bytes.size());
            if (count >= 0) {
                m_hash.add(bytes.first(static_cast<std::size_t>(count)));
                m_done += static_cast<std::uint64_t>(count);
                bytes = bytes.subspan(static_cast<std::size_t>(count));
            } else if (errno == EAGAIN) {
                TRY(waitForSpace());
            } else if (errno != EINTR) {
                m_lost = true;
                return errno == EPIPE ? Result<void>{failure(ErrorKind::Cancelled, "nobody reads the layer any more")}
                                      : systemFailure("cannot pass the layer on");
            }
        }
        return {};
    }

private:
    Result<void> waitForSpace()
    {
        std::array<pollfd, 2> wait{{{m_target.get(), POLLOUT, 0}, {m_stop.event.get(), POLLIN, 0}}};
        if (::poll(wait.data(), wait.size(), -1) < 0 && errno != EINTR)
            return systemFailure("cannot wait for the reader of the layer");
        if (wait[1].revents != 0)
            return failure(ErrorKind::Cancelled, "the transfer was cancelled");
        return {};
    }

    BorrowedFd m_target;
    std::uint64_t m_size;
    const Stop& m_stop;
    layer::Sha256 m_hash;
    std::uint64_t m_done = 0;
    bool m_lost = false;
};

/// One attempt to get what is still missing of a blob.
class BlobAttempt {
public:
    BlobAttempt(Session& session, const Request& request, Sink& sink)
        : m_session(session)
        , m_request(request)
        , m_sink(sink)
    {
    }

    Outcome<void> run()
    {
        HttpRequest request;
        request.isBlob = true;
        request.url = m_session.url("blobs/" + m_request.digest);
        if (m_sink.done() > 0)
            request.headers.append(QHttpHeaders::WellKnownHeader::Range,
                                   "bytes=" + QByteArray::number(static_cast<qulonglong>(m_sink.done())) + '-');
        const auto answer = TRY(m_session.send(request,
                                               {[this](const HttpAnswer& head) { return begin(head); },
                                                [this](std::span<const std::byte> bytes) { return add(bytes); }}));
        if (answer.status != 200 && answer.status != 206)
            return std::unexpected(m_session.refusal(answer, "blob " + m_request.digest));
        if (!m_sink.isComplete())
            return std::unexpected(
                Failure{Error::of(ErrorKind::Network,
                                  std::format("{} breaks off the transfer: try again later", m_request.name.registry)),
                        true});
        return {};
    }

private:
    Outcome<void> begin(const HttpAnswer& head)
    {
        m_skip = 0;
        if (head.status == 206) {
            const auto range = parseContentRange(head.header(QLatin1StringView("content-range")).toStdString());
            if (m_sink.done() == 0 || !range || range->first != m_sink.done()
                || range->size.value_or(m_request.size.value) != m_request.size.value)
                return failure(
                    ErrorKind::Network,
                    std::format("{} sends another part of the layer than was asked for", m_request.name.registry));
            return {};
        }
        m_skip = m_sink.done(); // it begins anew
        const auto length = head.header(QLatin1StringView("content-length"));
        if (!length.isEmpty() && length.toULongLong() != m_request.size.value)
            return wrongSize();
        return {};
    }

    Outcome<void> add(std::span<const std::byte> bytes)
    {
        const auto skipped = std::min<std::uint64_t>(m_skip, bytes.size());
        m_skip -= skipped;
        bytes = bytes.subspan(static_cast<std::size_t>(skipped));
        if (m_sink.done() + bytes.size() > m_request.size.value)
            return wrongSize();
        TRY(m_sink.write(bytes));
        return {};
    }

    std::unexpected<Error> wrongSize() const
    {
        return failure(ErrorKind::DigestMismatch,
                       std::format("{} sends a blob {} of another size than the {} bytes that its manifest says",
                                   m_request.name.registry, m_request.digest, m_request.size.value));
    }

    Session& m_session;
    const Request& m_request;
    Sink& m_sink;
    std::uint64_t m_skip = 0;
};

Result<void> blobAt(Session& session, const Request& request, Sink& sink)
{
    auto before = sink.done();
    TRY(session.retry([&]() -> Outcome<void> { return BlobAttempt{session, request, sink}.run(); },
                      [&] { return std::exchange(before, sink.done()) != sink.done(); }));
    return {};
}

} // namespace

Result<Answer> fetchBlob(Task& task)
{
    const auto& request = task.request;
    if (!task.descriptor)
        return failure(ErrorKind::InvalidArgument, "a blob was asked for without a place to write it to");
    Sink sink{task.descriptor.borrow(), request.size, task.stop};
    TRY(atEndpoints(
        task, [&](Session& session) { return blobAt(session, request, sink); },
        [&] { return !sink.isLost() && !(sink.isComplete() && sink.done() > 0); }));
    if (sink.digest() != request.digest)
        return failure(
            ErrorKind::DigestMismatch,
            std::format(
                "what {} sends as blob {} is something else: it was changed on the way, or the registry is faulty",
                request.name.registry, request.digest));
    task.descriptor.reset();
    return Answer{nlohmann::json::object(), {}};
}

} // namespace lamella::registry
