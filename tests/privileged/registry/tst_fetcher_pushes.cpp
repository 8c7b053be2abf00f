// SPDX-License-Identifier: GPL-3.0-or-later
#include "fixture.h"

#include <QUrl>
#include <QUrlQuery>

using namespace fixture;

using Request = HttpServer::Request;
using Reply = HttpServer::Reply;

namespace {

constexpr qint64 kChunk = limits::kChunk;

/// Two whole chunks and a part of a third; no two parts of it are alike.
const std::string& content()
{
    static const auto text = [] {
        std::string made;
        for (int i = 0; made.size() < 2 * limits::kChunk + 1'000'000; ++i)
            made += std::to_string(i) + ' ';
        return made;
    }();
    return text;
}

/// What goes wrong with the `nth` request (from 1) of a method; of a PATCH the registry has kept `keeps` bytes.
struct Trouble {
    QByteArray method;
    int nth = 1;
    std::optional<Reply> reply = {}; ///< instead of the answer
    std::optional<qint64> breaksAfter = {}; ///< so many bytes of the body
    bool takes = false; ///< what the request says is done all the same
};

/// A registry that takes one blob (distribution-spec, "Pushing a blob in chunks"): chunks only in their order, each at
/// the address that the answer before has named.
class Registry {
public:
    explicit Registry(QList<Trouble> troubles)
        : m_troubles(std::move(troubles))
    {
    }

    const HttpServer& server() const { return m_server; }
    /// The blob, when it is all there.
    QByteArray blob() const
    {
        const QMutexLocker lock{&m_mutex};
        return m_blob;
    }
    /// Where each PATCH began.
    QList<qint64> begun() const
    {
        QList<qint64> begun;
        for (const auto& request : m_server.requests()) {
            if (request.method == "PATCH")
                begun.append(request.headers.value("content-range").split('-').first().toLongLong());
        }
        return begun;
    }

private:
    // The trouble of the request that comes next, or is coming.
    const Trouble* trouble(const Request& request) const
    {
        const auto nth = m_counts.value(request.method) + 1;
        const auto found = std::ranges::find_if(
            m_troubles, [&](const Trouble& trouble) { return trouble.method == request.method && trouble.nth == nth; });
        return found == m_troubles.end() ? nullptr : &*found;
    }

    Reply answer(const Request& request)
    {
        const QMutexLocker lock{&m_mutex};
        const auto* wrong = trouble(request);
        ++m_counts[request.method];
        if (wrong && wrong->reply && !wrong->takes)
            return *wrong->reply;
        const auto reply = honest(request);
        return wrong && wrong->reply ? *wrong->reply : reply;
    }

    Reply honest(const Request& request)
    {
        if (request.method == "HEAD")
            return {m_blob.isEmpty() ? 404 : 200, {}, {}};
        if (request.method == "POST") {
            m_upload = QByteArray{""};
            return state(202);
        }
        if (!m_upload)
            return {404, {}, R"({"errors":[{"code":"BLOB_UPLOAD_UNKNOWN","message":"no such upload"}]})"};
        if (request.method == "GET")
            return state(204);
        if (request.method == "PATCH")
            return patch(request);
        return request.method == "PUT" ? put(request) : Reply{405, {}, {}};
    }

    Reply patch(const Request& request)
    {
        const auto begin = request.headers.value("content-range").split('-').first().toLongLong();
        if (begin != m_upload->size() || !request.path.endsWith(place()))
            return {416, {}, {}};
        m_upload->append(request.body);
        return state(202);
    }

    Reply put(const Request& request)
    {
        const auto digest = QUrlQuery{QUrl{QString::fromLatin1(request.path)}}.queryItemValue(QStringLiteral("digest"));
        if (layer::digestOf(m_upload->toStdString()) != digest.toStdString())
            return {400, {}, R"({"errors":[{"code":"DIGEST_INVALID","message":"it is something else"}]})"};
        m_blob = *std::exchange(m_upload, std::nullopt);
        return {201, {}, {}};
    }

    QByteArray place() const { return "/v2/x/y/blobs/uploads/1?at=" + QByteArray::number(m_upload->size()); }

    Reply state(int status) const
    {
        const auto last = std::max<qint64>(m_upload->size() - 1, 0);
        return {status, {{"Location", place()}, {"Range", "0-" + QByteArray::number(last)}}, {}};
    }

    QList<Trouble> m_troubles;
    mutable QMutex m_mutex; ///< guards what follows
    QMap<QByteArray, int> m_counts;
    std::optional<QByteArray> m_upload;
    QByteArray m_blob;
    HttpServer m_server{[this](const Request& request) { return answer(request); }, QSslConfiguration{},
                        [this](const Request& request) -> std::optional<qint64> {
                            const QMutexLocker lock{&m_mutex};
                            const auto* wrong = trouble(request);
                            return wrong ? wrong->breaksAfter : std::nullopt;
                        }}; ///< last: it answers from the first moment
};

} // namespace

Q_DECLARE_METATYPE(Trouble)

/// lamella-fetcher pushes to registries that are in trouble, and what they have of it is what was sent.
class TstFetcherPushes : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void goesOnAfterTrouble_data()
    {
        QTest::addColumn<QList<Trouble>>("troubles");
        QTest::addColumn<QList<qint64>>("begun"); // where each PATCH has to begin; the first one of each alone counts
        const QList<qint64> whole{0, kChunk, 2 * kChunk};
        const auto row = [](const char* name, const QList<Trouble>& troubles, const QList<qint64>& begun) {
            QTest::newRow(name) << troubles << begun;
        };
        const Reply hangsUp{.hangsUp = true};
        row("none", {}, whole);
        row("a break within a chunk", {{"PATCH", 2, {}, 3'000'000}}, {0, kChunk, kChunk + 3'000'000, 2 * kChunk});
        row("a break within the first chunk", {{"PATCH", 1, {}, 3'000'000}}, {0, 3'000'000, kChunk, 2 * kChunk});
        row("a break before a chunk's first byte", {{"PATCH", 2, {}, 0}}, whole);
        row("a break before the very first byte", {{"PATCH", 1, {}, 0}}, whole);
        row("breaks one after another", {{"PATCH", 2, {}, 1'000'000}, {"PATCH", 3, {}, 2'000'000}},
            {0, kChunk, kChunk + 1'000'000, kChunk + 3'000'000, 2 * kChunk});
        QList<Trouble> often;
        QList<qint64> little{0, kChunk};
        for (int i = 0; i < 10; ++i) { // more often than limits::kAttempts
            often.append({"PATCH", 2 + i, {}, 100'000});
            little.append(kChunk + 100'000 * (i + 1));
        }
        row("many breaks", often, little + QList<qint64>{2 * kChunk});
        row("a break, and then it cannot say what it has",
            {{"PATCH", 2, {}, 3'000'000}, {"GET", 1, Reply{503, {}, {}}}}, {0, kChunk, kChunk + 3'000'000, 2 * kChunk});
        row("a break, and the upload is gone", {{"PATCH", 2, {}, 3'000'000}, {"GET", 1, Reply{404, {}, {}}}},
            {0, kChunk, 0, kChunk, 2 * kChunk});
        row("the end fails, and the upload is gone", {{"PUT", 1, Reply{500, {}, {}}}, {"PUT", 2, Reply{404, {}, {}}}},
            whole + whole);
        row("the answer to a chunk is lost", {{"PATCH", 2, hangsUp, {}, true}}, whole);
        row("the answer to the last chunk is lost", {{"PATCH", 3, hangsUp, {}, true}}, whole);
        row("the answer to the end is lost", {{"PUT", 1, hangsUp, {}, true}}, whole);
        row("a chunk is out of order", {{"PATCH", 2, Reply{416, {}, {}}}}, whole);
        row("a break before the end", {{"PUT", 1, hangsUp}}, whole);
        row("a break before the beginning", {{"POST", 1, hangsUp}}, whole);
        for (const int status : {429, 503}) {
            for (const QByteArray& method : {QByteArray("POST"), QByteArray("PATCH"), QByteArray("PUT")})
                QTest::addRow("%s: %d", method.constData(), status)
                    << QList<Trouble>{{method, 1, Reply{status, {}, {}}}, {method, 2, Reply{status, {}, {}}}} << whole;
            QTest::addRow("%d, but the chunk is there", status)
                << QList<Trouble>{{"PATCH", 2, Reply{status, {}, {}}, {}, true}} << whole;
            QTest::addRow("%d, but the blob is there", status)
                << QList<Trouble>{{"PUT", 1, Reply{status, {}, {}}, {}, true}} << whole;
        }
    }
    void goesOnAfterTrouble()
    {
        QFETCH(QList<Trouble>, troubles);
        QFETCH(QList<qint64>, begun);
        const Registry registry{troubles};
        const auto source = fileOf(content());
        std::uint64_t told = 0;
        const auto pushed
            = m_fetcher->pushBlob(nameAt(registry.server()), quickAccess(), layer::digestOf(content()),
                                  {content().size()}, source.borrow(), [&told](Bytes done) { told = done.value; }, {});
        QVERIFY2(pushed, said(pushed).c_str());
        QVERIFY(registry.blob().toStdString() == content());
        QCOMPARE(told, content().size());
        auto tried = registry.begun();
        tried.erase(std::ranges::unique(tried).begin(), tried.end());
        QCOMPARE(tried, begun);
    }

private:
    std::unique_ptr<Fetcher> m_fetcher = start();
};

QTEST_GUILESS_MAIN(TstFetcherPushes)
#include "tst_fetcher_pushes.moc"
