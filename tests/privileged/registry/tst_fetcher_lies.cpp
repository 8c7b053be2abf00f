// SPDX-License-Identifier: GPL-3.0-or-later
#include "fixture.h"

#include <atomic>

using namespace fixture;

using Request = HttpServer::Request;
using Reply = HttpServer::Reply;
using Lie = std::function<std::optional<Reply>(const Request&)>; // nothing: the truth
Q_DECLARE_METATYPE(Lie)

namespace {

const Image kImage;
const std::string kLayer = layer::digestOf(kImage.layer);

Lie at(const std::string& what, const std::string& digest, Reply reply)
{
    return [path = QByteArray::fromStdString("/v2/x/y/" + what + digest), reply](const Request& request) {
        return request.path == path ? std::optional{reply} : std::nullopt;
    };
}

Lie always(Reply reply)
{
    return [reply](const Request&) { return reply; };
}

Lie atTag(Reply reply)
{
    return at("manifests/", "1", std::move(reply));
}

Lie atLayer(Reply reply)
{
    return at("blobs/", kLayer, std::move(reply));
}

Reply changed(Reply reply)
{
    reply.body[reply.body.size() / 2] = static_cast<char>(reply.body[reply.body.size() / 2] ^ 1);
    return reply;
}

Reply layerReply()
{
    return {200, {}, QByteArray::fromStdString(kImage.layer)};
}

Reply redirect(const QByteArray& to)
{
    return {307, {{"Location", to}}, {}};
}

// Another depth with each digest, for ever: the index that is named names the next.
Lie nested()
{
    auto text = std::make_shared<std::map<std::string, std::string>>();
    std::string inner = kImage.index;
    for (int depth = 0; depth < 5; ++depth) {
        (*text)["/v2/x/y/manifests/" + layer::digestOf(inner)] = inner;
        auto entry = Image::descriptor(kIndexType, inner);
        entry["platform"] = {{"architecture", "amd64"}, {"os", "linux"}};
        inner = nlohmann::json{{"schemaVersion", 2}, {"mediaType", kIndexType}, {"manifests", {entry}}}.dump();
    }
    (*text)["/v2/x/y/manifests/1"] = inner;
    return [text](const Request& request) -> std::optional<Reply> {
        const auto found = text->find(request.path.toStdString());
        return found == text->end() ? std::nullopt : std::optional{document(found->second, kIndexType)};
    };
}

std::string withManifestSize(std::uint64_t size)
{
    auto index = nlohmann::json::parse(kImage.index);
    index["manifests"][0]["size"] = size;
    return index.dump();
}

class Liar {
public:
    explicit Liar(Lie lie)
        : m_server{
              [lie = std::move(lie)](const Request& request) { return lie(request).value_or(honest(kImage, request)); }}
    {
    }
    const HttpServer& server() const { return m_server; }

private:
    HttpServer m_server;
};

} // namespace

/// lamella-fetcher against registries that lie: a sentence that names the registry and the repository, and an end.
class TstFetcherLies : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void documents_data()
    {
        QTest::addColumn<Lie>("lie");
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("expected"); // how the error begins, less the subject, and a word of it
        QTest::addColumn<QByteArray>("word");
        const auto row
            = [](const char* name, Lie lie, const char* kind, const char* word, const QByteArray& image = "x/y:1") {
                  QTest::newRow(name) << std::move(lie) << image << QByteArray(kind) << QByteArray(word);
              };
        const auto manifestDigest = layer::digestOf(kImage.manifest);
        const auto byDigest = QByteArray::fromStdString("x/y@" + layer::digestOf(kImage.index));
        row("the manifest is another", at("manifests/", manifestDigest, changed(document(kImage.manifest))),
            "DigestMismatch", "something else");
        row("the config is another", at("blobs/", layer::digestOf(kImage.config), changed(document(kImage.config))),
            "DigestMismatch", "something else");
        row("by digest another", at("manifests/", layer::digestOf(kImage.index), document(kImage.manifest)),
            "DigestMismatch", "something else", byDigest);
        row("size above the truth", atTag(document(withManifestSize(kImage.manifest.size() + 1), kIndexType)),
            "DigestMismatch", "something else");
        row("size below the truth", atTag(document(withManifestSize(kImage.manifest.size() - 1), kIndexType)),
            "LimitExceeded", "longer");
        row("10 GiB", atTag({200, {}, "{}", -1, 10ll << 30}), "LimitExceeded", "longer");
        row("endless", atTag({200, {}, QByteArray(65536, ' '), -1, -1, true}), "LimitExceeded", "longer");
        row("names the index again", at("manifests/", manifestDigest, document(kImage.index, kIndexType)), "", "");
        row("nested indexes", nested(), "LimitExceeded", "nested");
        row("index and manifest at once",
            atTag(document(R"({"schemaVersion":2,"manifests":[],"layers":[],"config":{}})")), "InvalidArgument",
            "at once");
        row("not JSON", atTag(document("<html>")), "InvalidArgument", "not valid JSON");
        row("schema 1",
            atTag(document(R"({"schemaVersion":1,"fsLayers":[]})",
                           "application/vnd.docker.distribution.manifest.v1+prettyjws")),
            "Unsupported", "schema 1");
        row("truncated", atTag({200, {}, QByteArray::fromStdString(kImage.index), 20}), "Network", "breaks off");
        row("silent", atTag({200, {}, {}, -1, -1, false, true}), "Network", "does not answer");
        row("redirects in a circle", atTag(redirect("/v2/x/y/manifests/1")), "Network", "more than 10");
        row("redirects to a file", atTag(redirect("file:///etc/passwd")), "Network", "redirects");
        row("redirects to plain HTTP elsewhere", atTag(redirect("http://registry.example.com/")), "Network",
            "without TLS");
        row("redirects with a password", atTag(redirect("https://a:b@registry.example.com/")), "Network",
            "address that is none");
        row("redirects to nowhere", atTag({302, {}, {}}), "Network", "address that is none");
        row("400", atTag({400, {}, R"({"errors":[{"message":"the digest is odd"}]})"}), "Network",
            "answers HTTP 400 when it is asked for \"1\" (in its words: the digest is odd)");
        row("404", atTag({404, {}, "{}"}), "NotFound", "has no \"1\"");
        row("401 without a word", atTag({401, {}, {}}), "RegistryDenied", "needs a login");
        row("401 with nonsense", atTag({401, {{"WWW-Authenticate", "Bearer realm=\"x"}}, {}}), "InvalidArgument",
            "not understood");
        row("a token server without TLS elsewhere",
            atTag({401, {{"WWW-Authenticate", "Bearer realm=\"http://tokens.example.com/\""}}, {}}), "Network",
            "token server without TLS");
        row("403", atTag({403, {}, "{}"}), "RegistryDenied", "does not allow");
        row("too many requests for ever", atTag({429, {}, {}}), "RegistryDenied", "no more requests");
        row("too many requests for an hour", atTag({429, {{"Retry-After", "3600"}}, {}}), "RegistryDenied",
            "no more requests");
        row("503 for ever", always({503, {}, {}}), "Network", "in trouble");
        row("its own words are foreign", atTag({404, {}, "{\"errors\":[{\"message\":\"\\u001b[2J\\nroot\"}]}"}),
            "NotFound", "?[2J?root");
        row("a status that is none", atTag({299, {}, {}}), "InvalidArgument", "not valid JSON");
    }
    void documents()
    {
        QFETCH(Lie, lie);
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, expected);
        QFETCH(QByteArray, word);
        const Liar liar{lie};
        auto access = quickAccess();
        access.patience.idle = 500ms;
        const auto resolved
            = m_fetcher->resolve(nameAt(liar.server(), name.toStdString()), access, {"amd64", "linux", ""}, {});
        const auto text = QByteArray::fromStdString(said(resolved));
        QVERIFY2(!resolved, "it was believed");
        if (expected.isEmpty())
            QVERIFY2(resolved.error().kind == ErrorKind::DigestMismatch
                         || resolved.error().kind == ErrorKind::LimitExceeded,
                     text.constData());
        else
            QVERIFY2(text.startsWith(expected + ": " + QByteArray::fromStdString(liar.server().host()) + "/x/y: "),
                     text.constData());
        QVERIFY2(text.contains(word), text.constData());
    }

    void blobs_data()
    {
        QTest::addColumn<Lie>("lie");
        QTest::addColumn<QByteArray>("expected");
        QTest::addColumn<QByteArray>("word");
        const auto row = [](const char* name, Lie lie, const char* kind, const char* word) {
            QTest::newRow(name) << std::move(lie) << QByteArray(kind) << QByteArray(word);
        };
        auto cut = layerReply();
        cut.cutAt = 1000;
        auto cutAtOnce = layerReply();
        cutAtOnce.cutAt = 0;
        row("other bytes", atLayer(changed(layerReply())), "DigestMismatch", "something else");
        row("another size", atLayer({200, {}, "short"}), "DigestMismatch", "another size");
        row("endless", atLayer({200, {}, QByteArray(65536, 'l'), -1, -1, true}), "DigestMismatch", "another size");
        row("breaks off for ever", atLayer(cutAtOnce), "Network", "breaks off");
        row("a part that nobody asked for", atLayer({206, {{"Content-Range", "bytes 5-9/300003"}}, "12345"}), "Network",
            "another part");
        row(
            "another part",
            [cut](const Request& request) -> std::optional<Reply> {
                if (!request.headers.contains("range"))
                    return atLayer(cut)(request);
                return atLayer({206,
                                {{"Content-Range", "bytes 999-300002/300003"}},
                                QByteArray::fromStdString(kImage.layer.substr(999))})(request);
            },
            "Network", "another part");
        row(
            "other bytes after a break",
            [cut](const Request& request) -> std::optional<Reply> {
                return atLayer(request.headers.contains("range") ? changed(layerReply()) : cut)(request);
            },
            "DigestMismatch", "something else");
        row("not there", atLayer({404, {}, {}}), "NotFound", "has no blob");
    }
    void blobs()
    {
        QFETCH(Lie, lie);
        QFETCH(QByteArray, expected);
        QFETCH(QByteArray, word);
        const Liar liar{lie};
        const auto fetched = fetch(*m_fetcher, nameAt(liar.server()), quickAccess(), kLayer, kImage.layer.size());
        const auto text = QByteArray::fromStdString(said(fetched.result));
        QVERIFY2(text.startsWith(expected + ": " + QByteArray::fromStdString(liar.server().host()) + "/x/y: "),
                 text.constData());
        QVERIFY2(text.contains(word), text.constData());
        QVERIFY(fetched.bytes.size() <= kImage.layer.size());
    }

    void goesOnAfterABreak_data()
    {
        QTest::addColumn<bool>("rangeIsIgnored");
        QTest::newRow("with a range") << false;
        QTest::newRow("the range is ignored") << true;
    }
    void goesOnAfterABreak()
    {
        QFETCH(bool, rangeIsIgnored);
        std::atomic<int> breaks = 0;
        const Liar liar{[&](const Request& request) -> std::optional<Reply> {
            if (!request.path.contains("/blobs/"))
                return std::nullopt;
            const auto from
                = request.headers.value("range").mid(6).chopped(request.headers.contains("range") ? 1 : 0).toLongLong();
            auto reply = layerReply();
            if (!rangeIsIgnored && from > 0) {
                reply.status = 206;
                reply.headers = {{"Content-Range", "bytes " + QByteArray::number(from) + "-300002/300003"}};
                reply.body = reply.body.sliced(from);
            }
            if (++breaks < 4)
                reply.cutAt = std::min<qint64>(70'000 * (rangeIsIgnored ? breaks.load() : 1), reply.body.size());
            return reply;
        }};
        const auto fetched = fetch(*m_fetcher, nameAt(liar.server()), quickAccess(), kLayer, kImage.layer.size());
        QVERIFY2(fetched.result, said(fetched.result).c_str());
        QVERIFY(fetched.bytes == kImage.layer);
        const auto requests = liar.server().requests();
        QVERIFY(requests.size() >= 4);
        QVERIFY(requests.last().headers.contains("range"));
    }

    void waitsWhereItIsAskedTo()
    {
        std::atomic<int> count = 0;
        const Liar liar{[&](const Request&) -> std::optional<Reply> {
            return ++count <= 3 ? std::optional{Reply{count == 2 ? 503 : 429, {{"Retry-After", "0"}}, {}}}
                                : std::nullopt;
        }};
        const auto resolved = m_fetcher->resolve(nameAt(liar.server()), quickAccess(), {"amd64", "linux", ""}, {});
        QVERIFY2(resolved, said(resolved).c_str());
    }

    /// Nothing hangs on what a header says of a document.
    void theHeaderWithTheDigestIsNobodysWord()
    {
        auto reply = document(kImage.index, kIndexType);
        reply.headers.append({"Docker-Content-Digest", QByteArray::fromStdString(kLayer)});
        const Liar liar{atTag(reply)};
        const auto resolved = m_fetcher->resolve(nameAt(liar.server()), quickAccess(), {"amd64", "linux", ""}, {});
        QVERIFY2(resolved, said(resolved).c_str());
        QCOMPARE(resolved->indexes.front().digest, layer::digestOf(kImage.index));
    }

    void saysWhichPlatformsThereAre()
    {
        const Liar liar{always({404, {}, {}})};
        const HttpServer server{[](const auto& request) { return honest(kImage, request); }};
        const auto resolved = m_fetcher->resolve(nameAt(server), quickAccess(), {"s390x", "linux", ""}, {});
        QVERIFY(!resolved);
        QVERIFY(resolved.error().kind == ErrorKind::Unsupported);
        QVERIFY2(resolved.error().message.contains("linux/s390x; there are: linux/amd64"), said(resolved).c_str());
    }

    void asksMirrorsFirst()
    {
        const Liar broken{always({503, {}, {}})};
        const Liar without{always({404, {}, {}})};
        const HttpServer mirror{[](const auto& request) {
            auto there = request;
            if (!there.path.startsWith("/v2/hub/x/y/"))
                return Reply{404, {}, {}};
            there.path.remove(4, 4);
            return honest(kImage, there);
        }};
        const Liar registry{always({404, {}, {}})};
        auto access = quickAccess();
        access.mirrors = {{broken.server().host(), "", true, "", {}},
                          {without.server().host(), "", true, "", {}},
                          {mirror.host(), "hub", true, "", {}}};
        const auto name = nameAt(registry.server());
        const auto resolved = m_fetcher->resolve(name, access, {"amd64", "linux", ""}, {});
        QVERIFY2(resolved, said(resolved).c_str());
        const auto fetched = fetch(*m_fetcher, name, access, kLayer, kImage.layer.size());
        QVERIFY2(fetched.result, said(fetched.result).c_str());
        QVERIFY(fetched.bytes == kImage.layer);
        QVERIFY(registry.server().requests().isEmpty());
        access.mirrors.pop_back();
        const auto none = m_fetcher->resolve(name, access, {"amd64", "linux", ""}, {});
        QVERIFY(!none);
        QVERIFY(none.error().kind == ErrorKind::NotFound);
    }

    void severalAtOnce()
    {
        const HttpServer server{[](const auto& request) { return honest(kImage, request); }};
        std::atomic<int> good = 0;
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 8; ++i) {
                threads.emplace_back([&] {
                    const auto fetched = fetch(*m_fetcher, nameAt(server), quickAccess(), kLayer, kImage.layer.size());
                    good += fetched.result && fetched.bytes == kImage.layer ? 1 : 0;
                });
            }
        }
        QCOMPARE(good.load(), 8);
    }

    void isCancelled_data()
    {
        QTest::addColumn<Reply>("reply");
        QTest::newRow("while the registry is silent") << Reply{200, {}, {}, -1, -1, false, true};
        QTest::newRow("while it pauses between attempts") << Reply{429, {{"Retry-After", "60"}}, {}};
    }
    void isCancelled()
    {
        QFETCH(Reply, reply);
        const Liar liar{atLayer(reply)};
        std::stop_source stop;
        std::jthread canceller{[&] {
            while (liar.server().requests().isEmpty())
                std::this_thread::sleep_for(5ms);
            stop.request_stop();
        }};
        auto access = quickAccess();
        access.patience.idle = 100s;
        const auto fetched
            = fetch(*m_fetcher, nameAt(liar.server()), access, kLayer, kImage.layer.size(), stop.get_token());
        QVERIFY(!fetched.result);
        QVERIFY2(fetched.result.error().kind == ErrorKind::Cancelled, said(fetched.result).c_str());
        QVERIFY(fetched.bytes.empty()); // and the pipe's other end was closed
    }

    void endsWhereNobodyReads()
    {
        const Liar liar{atLayer({200, {}, QByteArray(65536, 'l'), -1, -1, true})};
        auto pipe = os::makePipe().value();
        pipe.read.reset();
        const auto result
            = m_fetcher->fetchBlob(nameAt(liar.server()), quickAccess(), kLayer, {1u << 30}, std::move(pipe.write), {});
        QVERIFY(!result);
        QVERIFY2(result.error().kind == ErrorKind::Cancelled, said(result).c_str());
    }

    void nothingListens()
    {
        auto access = quickAccess();
        access.patience.backOff = 30s; // whoever has written a name wrong does not wait
        access.patience.attempts = 1000;
        const auto resolved = m_fetcher->resolve(parseName("localhost:1/x/y").value(), access, {}, {});
        QVERIFY(!resolved);
        QVERIFY2(said(resolved).starts_with("Network: localhost:1/x/y: nothing listens"), said(resolved).c_str());
    }

    void tagsInPages()
    {
        const HttpServer server{[](const Request& request) -> Reply {
            if (request.path.contains("last="))
                return document(R"({"tags":["3","bad tag","../x"]})");
            return {
                200, {{"Link", "</v2/x/y/tags/list?last=2&n=2>; rel=\"next\""}}, R"({"name":"x/y","tags":["1","2"]})"};
        }};
        const auto tags = m_fetcher->tags(nameAt(server), quickAccess(), {});
        QVERIFY2(tags, said(tags).c_str());
        QVERIFY((*tags == std::vector<std::string>{"1", "2", "3"}));
    }

    void tagsOfOtherHostsAreRefused()
    {
        const HttpServer server{[](const Request&) -> Reply {
            return {200, {{"Link", "<http://localhost:1/v2/x/y/tags/list>; rel=\"next\""}}, R"({"tags":["1"]})"};
        }};
        const auto tags = m_fetcher->tags(nameAt(server), quickAccess(), {});
        QVERIFY(!tags);
        QVERIFY2(said(tags).contains("another host"), said(tags).c_str());
    }

    void tagsWithoutAnEnd()
    {
        const HttpServer server{[](const Request&) -> Reply {
            return {200, {{"Link", "</v2/x/y/tags/list?last=1>; rel=\"next\""}}, R"({"tags":["1"]})"};
        }};
        const auto tags = m_fetcher->tags(nameAt(server), quickAccess(), {});
        QVERIFY2(tags, said(tags).c_str());
        QCOMPARE(tags->size(), std::size_t{limits::kTagPages});
    }

    // More than a fetcher does at once: none of them may go on.
    void cancelledUploadsOfSilentPipesEnd()
    {
        const HttpServer server{[](const Request& request) -> Reply {
            return {request.method == "POST" ? 202 : 204, {{"Location", "/v2/x/y/blobs/uploads/1"}}, {}};
        }};
        for (std::size_t i = 0; i < limits::kTasks + 8; ++i) {
            const auto pipe = os::makePipe().value();
            std::stop_source stop;
            const auto begun = server.requests().size();
            std::jthread canceller{[&] {
                while (server.requests().size() == begun)
                    std::this_thread::sleep_for(1ms);
                stop.request_stop();
            }};
            const auto pushed = m_fetcher->pushBlob(nameAt(server), quickAccess(), kLayer, {100}, pipe.read.borrow(),
                                                    {}, stop.get_token());
            QVERIFY2(said(pushed).starts_with("Cancelled"), said(pushed).c_str());
        }
    }

private:
    std::unique_ptr<Fetcher> m_fetcher = start();
};

QTEST_GUILESS_MAIN(TstFetcherLies)
#include "tst_fetcher_lies.moc"
