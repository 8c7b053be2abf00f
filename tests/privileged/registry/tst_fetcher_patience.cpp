// SPDX-License-Identifier: GPL-3.0-or-later
#include "fixture.h"

#include <QDateTime>
#include <QLocale>

#include <atomic>

using namespace fixture;

using Request = HttpServer::Request;
using Reply = HttpServer::Reply;

namespace {

const Image kImage;

/// Refuses the first request and then tells the truth.
HttpServer::Handler refusingOnce(std::atomic<bool>& refused, const Reply& refusal)
{
    return [&refused, refusal](const Request& request) {
        return refused.exchange(true) ? honest(kImage, request) : refusal;
    };
}

/// How long it was from each request to the next.
std::vector<std::chrono::milliseconds> pauses(const HttpServer& server)
{
    std::vector<std::chrono::milliseconds> pauses;
    const auto requests = server.requests();
    for (qsizetype i = 1; i < requests.size(); ++i)
        pauses.push_back(std::chrono::floor<std::chrono::milliseconds>(requests.at(i).came - requests.at(i - 1).came));
    return pauses;
}

} // namespace

/// How long lamella-fetcher goes on asking a registry that may come to itself.
class TstFetcherPatience : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Nothing listens any more where a layer came from, and then something does again.
    void waitsForWhatHasVanished_data()
    {
        QTest::addColumn<bool>("proxy");
        QTest::newRow("registry") << false;
        QTest::newRow("proxy") << true;
    }
    void waitsForWhatHasVanished()
    {
        QFETCH(bool, proxy);
        std::atomic<bool> vanished = false;
        HttpServer server{[&](const Request&) {
            Reply reply{200, {}, QByteArray::fromStdString(kImage.layer)};
            if (!vanished.exchange(true)) {
                server.vanishFor(500ms);
                reply.cutAt = 70'000;
            }
            return reply;
        }};
        auto access = quickAccess();
        access.patience.attempts = 100; // of which most find nothing
        auto name = nameAt(server);
        if (proxy) {
            name = parseName("registry.test:5000/x/y:1").value();
            access.registry.plainHttp = true;
            access.proxies.http = server.host();
        }
        const auto fetched = fetch(*m_fetcher, name, access, layer::digestOf(kImage.layer), kImage.layer.size());
        QVERIFY2(fetched.result, said(fetched.result).c_str());
        QVERIFY(fetched.bytes == kImage.layer);
        QCOMPARE(server.requests().size(), 2);
    }

    void asksAgainWhereItMayHelp_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<bool>("again");
        for (const int status : {408, 429, 500, 502, 503, 504, 507, 520, 524, 529, 599})
            QTest::addRow("%d", status) << status << true;
        for (const int status : {400, 403, 404, 501, 505})
            QTest::addRow("%d", status) << status << false;
    }
    void asksAgainWhereItMayHelp()
    {
        QFETCH(int, status);
        QFETCH(bool, again);
        std::atomic<bool> refused = false;
        const HttpServer server{refusingOnce(refused, {status, {}, {}})};
        const auto resolved = m_fetcher->resolve(nameAt(server), quickAccess(), {"amd64", "linux", ""}, {});
        QVERIFY2(resolved.has_value() == again, said(resolved).c_str());
        QCOMPARE(server.requests().size(), again ? 4 : 1);
    }

    void waitsAsLongAsItIsAskedTo_data()
    {
        QTest::addColumn<bool>("date");
        QTest::newRow("seconds") << false;
        QTest::newRow("a date") << true;
    }
    void waitsAsLongAsItIsAskedTo()
    {
        QFETCH(bool, date);
        std::atomic<bool> refused = false;
        std::chrono::system_clock::time_point until;
        const HttpServer server{[&](const Request& request) {
            if (refused.exchange(true))
                return honest(kImage, request);
            const auto now = QDateTime::currentDateTimeUtc();
            until = std::chrono::system_clock::time_point{std::chrono::seconds{now.toSecsSinceEpoch() + 2}};
            const auto text
                = QLocale::c().toString(now.addSecs(2), QStringLiteral("ddd, dd MMM yyyy hh:mm:ss 'GMT'")).toLatin1();
            return Reply{503, {{"Retry-After", date ? text : "1"}}, {}};
        }};
        const auto resolved = m_fetcher->resolve(nameAt(server), quickAccess(), {"amd64", "linux", ""}, {});
        QVERIFY2(resolved, said(resolved).c_str());
        if (date)
            QVERIFY(std::chrono::system_clock::now() >= until);
        QVERIFY(pauses(server).at(0) >= 1s); // else it is the five milliseconds of quickAccess()
    }

    /// Where the registry does not say how long.
    void waitsLongerEachTime()
    {
        const HttpServer server{[](const Request&) { return Reply{503, {}, {}}; }};
        auto access = quickAccess();
        access.patience.backOff = 100ms;
        const auto resolved = m_fetcher->resolve(nameAt(server), access, {"amd64", "linux", ""}, {});
        QVERIFY2(said(resolved).starts_with("Network: "), said(resolved).c_str());
        const auto waited = pauses(server);
        QCOMPARE(waited.size(), std::size_t(access.patience.attempts - 1));
        for (std::size_t i = 0; i < waited.size(); ++i) // half of it is left to chance
            QVERIFY2(waited[i] >= access.patience.backOff * (1 << i) / 2,
                     std::format("pause {}: {}", i, waited[i]).c_str());
    }

private:
    std::unique_ptr<Fetcher> m_fetcher = start();
};

QTEST_GUILESS_MAIN(TstFetcherPatience)
#include "tst_fetcher_patience.moc"
