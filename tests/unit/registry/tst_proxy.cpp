// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/registry/proxy.h"

#include <QTest>

using namespace lamella;
using namespace lamella::registry;

/// Which proxy for an address.
class TstProxy : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void proxy_data()
    {
        QTest::addColumn<QByteArray>("url");
        QTest::addColumn<QByteArray>("none");
        QTest::addColumn<QByteArray>("proxy"); // "" none
        const auto row = [](const char* name, const char* url, const char* none, const char* proxy) {
            QTest::newRow(name) << QByteArray(url) << QByteArray(none) << QByteArray(proxy);
        };
        row("https", "https://r.example.com/v2/", "", "tls.proxy:3128");
        row("http", "http://r.example.com/v2/", "", "plain.proxy:80");
        row("this machine", "http://localhost:5000/v2/", "", "");
        row("this machine's address", "http://[::1]:5000/v2/", "", "");
        row("everything", "https://r.example.com/", "*", "");
        row("its name", "https://r.example.com/", "r.example.com", "");
        row("its domain", "https://r.example.com/", "x.org, example.com", "");
        row("its domain with a dot", "https://r.example.com/", ".example.com", "");
        row("its domain with a star", "https://r.example.com/", "*.example.com", "");
        row("another that ends so", "https://badexample.com/", "example.com", "tls.proxy:3128");
        row("its port", "https://r.example.com/", "r.example.com:443", "");
        row("another port", "https://r.example.com:5000/", "r.example.com:443", "tls.proxy:3128");
        row("its network", "https://10.1.2.3/", "10.0.0.0/8", "");
        row("another network", "https://11.1.2.3/", "10.0.0.0/8", "tls.proxy:3128");
    }
    void proxy()
    {
        QFETCH(QByteArray, url);
        QFETCH(QByteArray, none);
        QFETCH(QByteArray, proxy);
        const auto found = proxyFor(QUrl{QString::fromLatin1(url)},
                                    {"plain.proxy", "http://user:word@tls.proxy:3128/", none.toStdString()});
        const auto text = found.type() == QNetworkProxy::NoProxy
            ? QByteArray{}
            : found.hostName().toLatin1() + ':' + QByteArray::number(found.port());
        QCOMPARE(text, proxy);
    }

    void kind_data()
    {
        QTest::addColumn<QByteArray>("proxy");
        QTest::addColumn<QNetworkProxy>("expected");
        QTest::newRow("a host") << QByteArray("p") << QNetworkProxy{QNetworkProxy::HttpProxy, QStringLiteral("p"), 80};
        for (const char* scheme : {"socks", "socks5", "socks5h"}) {
            QTest::newRow(scheme) << QByteArray(scheme) + "://p:1"
                                  << QNetworkProxy{QNetworkProxy::Socks5Proxy, QStringLiteral("p"), 1};
        }
        QTest::newRow("socks without a port")
            << QByteArray("socks5://p") << QNetworkProxy{QNetworkProxy::Socks5Proxy, QStringLiteral("p"), 1080};
        QTest::newRow("with a login") << QByteArray("http://user:word@p:1")
                                      << QNetworkProxy{QNetworkProxy::HttpProxy, QStringLiteral("p"), 1,
                                                       QStringLiteral("user"), QStringLiteral("word")};
    }
    void kind()
    {
        QFETCH(QByteArray, proxy);
        QFETCH(QNetworkProxy, expected);
        QCOMPARE(proxyFor(QUrl{QStringLiteral("https://r.example.com/")}, {{}, proxy.toStdString(), {}}), expected);
    }
};

QTEST_GUILESS_MAIN(TstProxy)
#include "tst_proxy.moc"
