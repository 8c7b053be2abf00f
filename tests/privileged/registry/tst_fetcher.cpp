// SPDX-License-Identifier: GPL-3.0-or-later
#include "fixture.h"

using namespace fixture;

/// lamella-fetcher against a registry that tells the truth.
class TstFetcher : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void resolvesAndFetches()
    {
        const Image image;
        const HttpServer server{[&](const auto& request) { return honest(image, request); }};
        const auto fetcher = start();
        const auto resolved = fetcher->resolve(nameAt(server), quickAccess(), {"amd64", "linux", ""}, {});
        QVERIFY2(resolved, said(resolved).c_str());
        QCOMPARE(resolved->indexes.size(), 1u);
        QCOMPARE(resolved->indexes.front().bytes, image.index);
        QCOMPARE(resolved->manifest.bytes, image.manifest);
        QCOMPARE(resolved->manifest.digest, layer::digestOf(image.manifest));
        QCOMPARE(resolved->config.bytes, image.config);
        const auto fetched
            = fetch(*fetcher, nameAt(server), quickAccess(), layer::digestOf(image.layer), image.layer.size());
        QVERIFY2(fetched.result, said(fetched.result).c_str());
        QVERIFY(fetched.bytes == image.layer);
    }
};

QTEST_GUILESS_MAIN(TstFetcher)
#include "tst_fetcher.moc"
