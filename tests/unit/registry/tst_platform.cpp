// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/registry/platform.h"
#include "engine/registry/proxy.h"

#include <QTest>

using namespace lamella;
using namespace lamella::registry;

/// Which image of an index, and which proxy for an address.
class TstPlatform : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void chosen_data()
    {
        QTest::addColumn<QByteArray>("offered"); // words of os/architecture/variant
        QTest::addColumn<QByteArray>("wanted");
        QTest::addColumn<int>("index"); // -1: none
        const auto row = [](const char* name, const char* offered, const char* wanted, int index) {
            QTest::newRow(name) << QByteArray(offered) << QByteArray(wanted) << index;
        };
        row("exact", "linux/arm64/v8 linux/amd64/", "linux/amd64/", 1);
        row("another system", "windows/amd64/ linux/amd64/", "linux/amd64/", 1);
        row("none", "windows/amd64/ linux/arm64/", "linux/amd64/", -1);
        row("arm means v7", "linux/arm/v5 linux/arm/v6 linux/arm/v7", "linux/arm/", 2);
        row("arm takes older", "linux/arm/v5 linux/arm/v6 linux/arm/v8", "linux/arm/v7", 1);
        row("arm takes none that is newer", "linux/arm/v7", "linux/arm/v6", -1);
        row("arm64 means v8", "linux/arm64/v8", "linux/arm64/", 0);
        row("arm64 v8 means arm64", "linux/arm64/", "linux/arm64/v8", 0);
        row("amd64 is no v3", "linux/amd64/v3", "linux/amd64/", -1);
        row("amd64 v3 takes the newest", "linux/amd64/ linux/amd64/v2 linux/amd64/v4", "linux/amd64/v3", 1);
        row("a word", "linux/riscv64/rva23", "linux/riscv64/rva23", 0);
        row("another word", "linux/riscv64/rva23", "linux/riscv64/", -1);
        row("hostile variants", "linux/arm/v linux/arm/vv7 linux/arm/v99999999999 linux/arm/7", "linux/arm/v7", -1);
        row("attestations are none", "unknown/unknown/ linux/amd64/", "linux/amd64/", 1);
        row("a single one without a platform", "//", "linux/amd64/", 0);
        row("two without a platform", "// //", "linux/amd64/", -1);
    }
    void chosen()
    {
        QFETCH(QByteArray, offered);
        QFETCH(QByteArray, wanted);
        QFETCH(int, index);
        image::Index all;
        for (const auto& word : offered.split(' ')) {
            const auto parts = word.split('/');
            image::Descriptor entry;
            entry.os = parts[0].toStdString();
            entry.architecture = parts[1].toStdString();
            entry.variant = parts[2].toStdString();
            all.manifests.push_back(entry);
        }
        const auto parts = wanted.split('/');
        const auto* entry = choose(all, {parts[1].toStdString(), parts[0].toStdString(), parts[2].toStdString()});
        QCOMPARE(entry ? static_cast<int>(entry - all.manifests.data()) : -1, index);
    }

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
};

QTEST_GUILESS_MAIN(TstPlatform)
#include "tst_platform.moc"
