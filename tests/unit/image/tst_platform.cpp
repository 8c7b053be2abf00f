// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/documents.h"

#include <QTest>

using namespace lamella;
using namespace lamella::image;

/// Which image is for which machine.
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
        Index all;
        for (const auto& word : offered.split(' ')) {
            const auto parts = word.split('/');
            Descriptor entry;
            entry.platform = {parts[1].toStdString(), parts[0].toStdString(), parts[2].toStdString()};
            all.manifests.push_back(entry);
        }
        const auto parts = wanted.split('/');
        const auto* entry = choose(all, {parts[1].toStdString(), parts[0].toStdString(), parts[2].toStdString()});
        QCOMPARE(entry ? static_cast<int>(entry - all.manifests.data()) : -1, index);
    }

    void written_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("good");
        QTest::newRow("two words") << QByteArray("linux/amd64") << true;
        QTest::newRow("three") << QByteArray("linux/arm/v7") << true;
        QTest::newRow("one") << QByteArray("arm64") << false;
        QTest::newRow("four") << QByteArray("linux/arm/v7/x") << false;
        QTest::newRow("an empty one") << QByteArray("linux/") << false;
        QTest::newRow("nothing") << QByteArray() << false;
        QTest::newRow("a space") << QByteArray("linux/a b") << false;
        QTest::newRow("long") << QByteArray("linux/" + QByteArray(33, 'x')) << false;
    }
    void written()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, good);
        const auto platform = parsePlatform(text.toStdString());
        QCOMPARE(platform.has_value(), good);
        if (good)
            QCOMPARE(textOf(*platform), text.toStdString());
    }

    void fitting_data()
    {
        QTest::addColumn<QByteArray>("made");
        QTest::addColumn<QByteArray>("wanted");
        QTest::addColumn<bool>("does");
        QTest::newRow("the same") << QByteArray("linux/amd64") << QByteArray("linux/amd64") << true;
        QTest::newRow("another machine") << QByteArray("linux/arm64") << QByteArray("linux/amd64") << false;
        QTest::newRow("another system") << QByteArray("plan9/amd64") << QByteArray("linux/amd64") << false;
        QTest::newRow("the usual variant") << QByteArray("linux/arm64/v8") << QByteArray("linux/arm64") << true;
        QTest::newRow("an older one") << QByteArray("linux/arm/v6") << QByteArray("linux/arm/v7") << true;
        QTest::newRow("a newer one") << QByteArray("linux/amd64/v3") << QByteArray("linux/amd64") << false;
    }
    void fitting()
    {
        QFETCH(QByteArray, made);
        QFETCH(QByteArray, wanted);
        QFETCH(bool, does);
        QCOMPARE(fits(parsePlatform(made.toStdString()).value(), parsePlatform(wanted.toStdString()).value()), does);
    }

    void runningHere()
    {
        QVERIFY(checkRunsHere(orOwn({})));
        const auto refused = checkRunsHere({"vax", "linux", {}});
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::Unsupported);
        QVERIFY(refused.error().message.contains("linux/vax"));
        QVERIFY(refused.error().message.contains(textOf(orOwn({}))));
        QVERIFY(!checkRunsHere({orOwn({}).architecture, "plan9", {}}));
    }
};

QTEST_GUILESS_MAIN(TstPlatform)
#include "tst_platform.moc"
