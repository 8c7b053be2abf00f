// SPDX-License-Identifier: GPL-3.0-or-later
#include "certificate.h"
#include "fixture.h"

#include <QUrlQuery>

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

using namespace fixture;

using Request = HttpServer::Request;
using Reply = HttpServer::Reply;

namespace {

const Image kImage;
const QByteArray kBasic = "Basic " + QByteArray("bob:secret").toBase64();

Access withLogin(Access access = quickAccess())
{
    access.registry.credentials.user = "bob";
    access.registry.credentials.password = "secret";
    return access;
}

Reply challenge(const QByteArray& text)
{
    return {401, {{"WWW-Authenticate", text}}, {}};
}

/// What a proxy says to CONNECT: the connection goes on to `server`.
Reply tunnelTo(const HttpServer& server)
{
    Reply reply;
    reply.tunnel = server.port();
    return reply;
}

bool sawSecrets(const HttpServer& server)
{
    const auto requests = server.requests();
    return std::ranges::any_of(requests,
                               [](const Request& request) { return request.headers.contains("authorization"); });
}

} // namespace

/// What a login is, and who never hears of it.
class TstFetcherLogins : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void basic_data()
    {
        QTest::addColumn<bool>("known");
        QTest::newRow("right") << true;
        QTest::newRow("wrong") << false;
    }
    void basic()
    {
        QFETCH(bool, known);
        const HttpServer server{[](const Request& request) {
            return request.headers.value("authorization") == kBasic ? honest(kImage, request)
                                                                    : challenge("Basic realm=\"x\"");
        }};
        auto access = withLogin();
        if (!known)
            access.registry.credentials.password = "guessed";
        const auto resolved = m_fetcher->resolve(nameAt(server), access, {"amd64", "linux", ""}, {});
        QCOMPARE(resolved.has_value(), known);
        QVERIFY2(known || said(resolved).starts_with("RegistryDenied: " + server.host() + "/x/y: "),
                 said(resolved).c_str());
        // Asked for once, and then known.
        QCOMPARE(server.requests().size(), known ? 4 : 2);
        QVERIFY(!server.requests().first().headers.contains("authorization"));
    }

    void bearer_data()
    {
        QTest::addColumn<bool>("login");
        QTest::addColumn<bool>("identity");
        QTest::newRow("anonymous") << false << false;
        QTest::newRow("with a password") << true << false;
        QTest::newRow("with an identity token") << true << true;
    }
    void bearer()
    {
        QFETCH(bool, login);
        QFETCH(bool, identity);
        const HttpServer tokens{
            [](const Request&) { return document(R"({"token":"t0k","expires_in":300})", "application/json"); }};
        const HttpServer server{[&](const Request& request) {
            return request.headers.value("authorization") == "Bearer t0k"
                ? honest(kImage, request)
                : challenge("Bearer realm=\"" + tokens.url("/token?a=b")
                            + "\",service=\"the service\",scope=\"repository:other:pull\"");
        }};
        auto access = login ? withLogin() : quickAccess();
        if (identity) {
            access.registry.credentials.password.clear();
            access.registry.credentials.identityToken = "id&tok";
        }
        const auto resolved = m_fetcher->resolve(nameAt(server), access, {"amd64", "linux", ""}, {});
        QVERIFY2(resolved, said(resolved).c_str());
        QCOMPARE(tokens.requests().size(), 1); // for all requests
        const auto asked = tokens.requests().first();
        if (identity) {
            QCOMPARE(asked.method, "POST");
            QVERIFY2(asked.body.contains("grant_type=refresh_token") && asked.body.contains("refresh_token=id%26tok"),
                     asked.body.constData());
            QVERIFY(asked.body.contains("scope=repository%3Ax%2Fy%3Apull"));
            return;
        }
        const QUrlQuery query{QUrl{QString::fromLatin1(asked.path)}};
        QCOMPARE(query.queryItemValue(QStringLiteral("a")), QStringLiteral("b"));
        QCOMPARE(query.queryItemValue(QStringLiteral("service"), QUrl::FullyDecoded), QStringLiteral("the service"));
        QCOMPARE(query.allQueryItemValues(QStringLiteral("scope"), QUrl::FullyDecoded),
                 QStringList{QStringLiteral("repository:x/y:pull")});
        QCOMPARE(asked.headers.value("authorization"), login ? kBasic : QByteArray{});
        QCOMPARE(query.hasQueryItem(QStringLiteral("account")), login);
    }

    void tokensThatAreOverAreRenewed()
    {
        std::atomic<int> given = 0;
        const HttpServer tokens{[&](const Request&) {
            return document("{\"access_token\":\"t" + std::to_string(++given) + "\"}", "application/json");
        }};
        std::atomic<int> used = 0;
        const HttpServer server{[&](const Request& request) { // each token is good for one request
            const bool good = request.headers.value("authorization") == "Bearer t" + QByteArray::number(given.load())
                && used.exchange(given.load()) != given.load();
            return good ? honest(kImage, request) : challenge("Bearer realm=\"" + tokens.url("/") + '"');
        }};
        const auto resolved = m_fetcher->resolve(nameAt(server), quickAccess(), {"amd64", "linux", ""}, {});
        QVERIFY2(resolved, said(resolved).c_str());
        QCOMPARE(given.load(), 3);
    }

    void badTokenServers_data()
    {
        QTest::addColumn<Reply>("reply");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char* name, Reply reply, const char* expected) {
            QTest::newRow(name) << std::move(reply) << QByteArray(expected);
        };
        row("does not know the login", {401, {}, {}}, "RegistryDenied");
        row("no token", document("{}"), "Network");
        row("a token with a header in it", document(R"({"token":"a\r\nX-Evil: 1"})"), "Network");
        row("a token that is no text", document(R"({"token":1})"), "InvalidArgument");
        row("not JSON", document("<html>"), "InvalidArgument");
        row("endless", {200, {}, QByteArray(65536, ' '), -1, -1, true}, "LimitExceeded");
        row("redirects", {302, {{"Location", "http://localhost:1/"}}, {}}, "Network");
    }
    void badTokenServers()
    {
        QFETCH(Reply, reply);
        QFETCH(QByteArray, expected);
        const HttpServer tokens{[&](const Request&) { return reply; }};
        const HttpServer server{[&](const Request&) { return challenge("Bearer realm=\"" + tokens.url("/") + '"'); }};
        const auto resolved = m_fetcher->resolve(nameAt(server), withLogin(), {}, {});
        QVERIFY(!resolved);
        QVERIFY2(said(resolved).starts_with(expected.toStdString() + ": " + server.host() + "/x/y: "),
                 said(resolved).c_str());
    }

    /// Neither a password nor a token goes to where a registry redirects.
    void redirectsTakeNoLoginAlong_data()
    {
        QTest::addColumn<QByteArray>("challenge");
        QTest::newRow("basic") << QByteArray("Basic realm=\"x\"");
        QTest::newRow("bearer") << QByteArray("Bearer realm=\"@TOKENS@\"");
    }
    void redirectsTakeNoLoginAlong()
    {
        QFETCH(QByteArray, challenge);
        const HttpServer tokens{[](const Request&) { return document(R"({"token":"t0k"})"); }};
        challenge.replace("@TOKENS@", tokens.url("/"));
        const HttpServer storage{[](const Request& request) { return honest(kImage, request); }};
        const HttpServer server{[&](const Request& request) -> Reply {
            if (!request.headers.contains("authorization"))
                return ::challenge(challenge);
            if (request.path.contains("/blobs/"))
                return {307, {{"Location", storage.url(request.path)}}, {}};
            return honest(kImage, request);
        }};
        const auto resolved = m_fetcher->resolve(nameAt(server), withLogin(), {"amd64", "linux", ""}, {});
        QVERIFY2(resolved, said(resolved).c_str());
        QVERIFY(!storage.requests().isEmpty());
        QVERIFY(!sawSecrets(storage));
    }

    void mirrorsGetNoLogin()
    {
        const HttpServer mirror{[](const Request&) { return challenge("Basic realm=\"x\""); }};
        const HttpServer server{[](const Request& request) { return honest(kImage, request); }};
        auto access = withLogin();
        access.mirrors = {{mirror.host(), "", true, "", {}}};
        const auto resolved = m_fetcher->resolve(nameAt(server), access, {"amd64", "linux", ""}, {});
        QVERIFY2(resolved, said(resolved).c_str());
        QVERIFY(!mirror.requests().isEmpty());
        QVERIFY(!sawSecrets(mirror));
    }

    void throughAProxy()
    {
        const HttpServer proxy{[](const Request& request) {
            auto there = request;
            if (!there.path.startsWith("http://registry.test:5000/"))
                return Reply{502, {}, {}};
            there.path.remove(0, there.path.indexOf("/v2/"));
            return honest(kImage, there);
        }};
        auto access = quickAccess();
        access.registry.plainHttp = true;
        access.proxies.http = proxy.host(); // it is this machine, but the registry is not
        const auto name = parseName("registry.test:5000/x/y:1").value();
        const auto resolved = m_fetcher->resolve(name, access, {"amd64", "linux", ""}, {});
        QVERIFY2(resolved, said(resolved).c_str());
        access.proxies.none = "registry.test";
        QVERIFY(!m_fetcher->resolve(name, access, {"amd64", "linux", ""}, {}));
    }

    /// With TLS a proxy passes on what it cannot read (RFC 9110, section 9.3.6).
    void throughATunnel_data()
    {
        QTest::addColumn<bool>("proxyAsks");
        QTest::newRow("of a proxy for everybody") << false;
        QTest::newRow("of a proxy that asks for a login") << true;
    }
    void throughATunnel()
    {
        QFETCH(bool, proxyAsks);
        const Certificate certificate;
        const HttpServer server{[](const Request& request) {
                                    return request.headers.value("authorization") == kBasic
                                        ? honest(kImage, request)
                                        : challenge("Basic realm=\"x\"");
                                },
                                certificate.serverSide()};
        const auto kAllowed = "Basic " + QByteArray("alice:word").toBase64();
        const HttpServer proxy{[&](const Request& request) -> Reply {
            if (request.method != "CONNECT" || request.path != "registry.test:5000")
                return {502, {}, {}};
            if (proxyAsks && request.headers.value("proxy-authorization") != kAllowed)
                return {407, {{"Proxy-Authenticate", "Basic realm=\"p\""}}, {}};
            return tunnelTo(server);
        }};
        auto access = withLogin();
        access.registry.certificates = certificate.pem().toStdString();
        access.proxies.https = (proxyAsks ? "http://alice:word@" : "http://") + proxy.host();
        const auto name = parseName("registry.test:5000/x/y:1").value();
        const auto resolved = m_fetcher->resolve(name, access, {"amd64", "linux", ""}, {});
        QVERIFY2(resolved, said(resolved).c_str());
        const auto fetched = fetch(*m_fetcher, name, access, layer::digestOf(kImage.layer), kImage.layer.size());
        QVERIFY2(fetched.result, said(fetched.result).c_str());
        QVERIFY(fetched.bytes == kImage.layer);
        for (const auto& request : proxy.requests())
            QCOMPARE(request.method, "CONNECT");
        QVERIFY(!proxy.requests().isEmpty() && !sawSecrets(proxy));
        // And nobody is let in who has another word for the proxy.
        access.proxies.https = "http://alice:guessed@" + proxy.host();
        QCOMPARE(m_fetcher->resolve(name, access, {"amd64", "linux", ""}, {}).has_value(), !proxyAsks);
    }

    /// Only on this machine is a registry spoken to without TLS that nobody has said it of.
    void withoutTlsOnlyWhereItIsSaid_data()
    {
        QTest::addColumn<bool>("isSaid");
        QTest::newRow("said") << true;
        QTest::newRow("not said") << false;
    }
    void withoutTlsOnlyWhereItIsSaid()
    {
        QFETCH(bool, isSaid);
        const HttpServer server{[](const Request& request) { return honest(kImage, request); }};
        const HttpServer proxy{[&](const Request& request) -> Reply {
            if (request.method == "CONNECT")
                return tunnelTo(server);
            auto there = request;
            there.path.remove(0, there.path.indexOf("/v2/"));
            return honest(kImage, there);
        }};
        auto access = withLogin();
        access.registry.plainHttp = isSaid;
        access.proxies.http = access.proxies.https = proxy.host(); // so that the registry is not on this machine
        const auto resolved
            = m_fetcher->resolve(parseName("registry.test:5000/x/y:1").value(), access, {"amd64", "linux", ""}, {});
        QVERIFY2(resolved.has_value() == isSaid, said(resolved).c_str());
        QVERIFY(!proxy.requests().isEmpty());
        for (const auto& request : proxy.requests())
            QCOMPARE(request.method, isSaid ? "GET" : "CONNECT");
        QVERIFY(server.requests().isEmpty()); // it was sent nothing but TLS, which it does not read
        QVERIFY2(isSaid || said(resolved).starts_with("Network: registry.test:5000/x/y: "), said(resolved).c_str());
    }

    /// A request with a setting that is none costs nobody else's.
    void badSettings()
    {
        const HttpServer server{[](const Request& request) { return honest(kImage, request); }};
        auto access = quickAccess();
        access.mirrors = {{"http://mirror.example.com/", "", false, "", {}}};
        const auto refused = m_fetcher->resolve(nameAt(server), access, {"amd64", "linux", ""}, {});
        QVERIFY2(said(refused).starts_with("InvalidArgument: "), said(refused).c_str());
        QVERIFY(m_fetcher->resolve(nameAt(server), quickAccess(), {"amd64", "linux", ""}, {}));
    }

    void certificates()
    {
        const Certificate certificate;
        const HttpServer server{[](const Request& request) { return honest(kImage, request); },
                                certificate.serverSide()};
        const auto refused = m_fetcher->resolve(nameAt(server), quickAccess(), {"amd64", "linux", ""}, {});
        QVERIFY(!refused);
        QVERIFY2(said(refused).contains("add its certificate"), said(refused).c_str());
        QVERIFY(server.requests().isEmpty());
        auto access = quickAccess();
        access.registry.certificates = certificate.pem().toStdString();
        const auto resolved = m_fetcher->resolve(nameAt(server), access, {"amd64", "linux", ""}, {});
        QVERIFY2(resolved, said(resolved).c_str());
    }

    /// What the machine trusts needs no word of anybody.
    void certificatesOfTheMachine()
    {
        const Certificate certificate;
        const HttpServer server{[](const Request& request) { return honest(kImage, request); },
                                certificate.serverSide()};
        // In a mount namespace of its own, which the fetcher that is started there has, too.
        std::string trusted = "(cannot change what the machine trusts)";
        std::jthread{[&] {
            if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0
                || ::mount("tmpfs", "/etc/ssl", "tmpfs", 0, nullptr) != 0 || ::mkdir("/etc/ssl/certs", 0755) != 0
                || !QFile::copy(certificate.path(), QStringLiteral("/etc/ssl/certs/registry.pem"))
                || QProcess::execute(QStringLiteral("openssl"),
                                     {QStringLiteral("rehash"), QStringLiteral("/etc/ssl/certs")})
                    != 0)
                return;
            trusted = said(start()->resolve(nameAt(server), quickAccess(), {"amd64", "linux", ""}, {}));
        }}.join();
        QCOMPARE(trusted, "no error");
        const auto refused = m_fetcher->resolve(nameAt(server), quickAccess(), {"amd64", "linux", ""}, {});
        QVERIFY(!refused);
    }

    void neverFromTlsToNone()
    {
        const Certificate certificate;
        const HttpServer plain{[](const Request& request) { return honest(kImage, request); }};
        const HttpServer server{
            [&](const Request& request) -> Reply { return {302, {{"Location", plain.url(request.path)}}, {}}; },
            certificate.serverSide()};
        auto access = withLogin();
        access.registry.certificates = certificate.pem().toStdString();
        const auto resolved = m_fetcher->resolve(nameAt(server), access, {"amd64", "linux", ""}, {});
        QVERIFY(!resolved);
        QVERIFY2(said(resolved).contains("without TLS"), said(resolved).c_str());
        QVERIFY(plain.requests().isEmpty());
    }

    /// What anybody on the machine may read of a process.
    void nothingShowsTheLogin()
    {
        std::string seen;
        const HttpServer server{[&](const Request& request) {
            for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
                for (const char* file : {"cmdline", "environ"})
                    seen += os::readFile(entry.path() / file, 1u << 20).value_or("");
            }
            return request.headers.value("authorization") == kBasic ? honest(kImage, request)
                                                                    : challenge("Basic realm=\"x\"");
        }};
        const auto resolved = m_fetcher->resolve(nameAt(server), withLogin(), {"amd64", "linux", ""}, {});
        QVERIFY2(resolved, said(resolved).c_str());
        QVERIFY(seen.contains("lamella-fetcher"));
        QVERIFY(!seen.contains("bob:secret") && !seen.contains("\"secret\"") && !seen.contains(kBasic.toStdString()));
    }

private:
    std::unique_ptr<Fetcher> m_fetcher = start();
};

QTEST_GUILESS_MAIN(TstFetcherLogins)
#include "tst_fetcher_logins.moc"
