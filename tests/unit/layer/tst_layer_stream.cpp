// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/layer_stream.h"
#include "tests/unit/layer/text_source.h"

#include <KCompressionDevice>
#include <QBuffer>
#include <QTest>

using namespace lamella;
using namespace lamella::layer;
using lamella::test::TextSource;

namespace {

constexpr Bytes kPlenty = 64_MiB;

std::string compressed(const std::string& text, Compression compression)
{
    if (compression == Compression::None)
        return text;
    QBuffer buffer;
    const auto type = compression == Compression::Gzip ? KCompressionDevice::GZip : KCompressionDevice::Zstd;
    KCompressionDevice device(&buffer, false, type);
    device.open(QIODevice::WriteOnly);
    device.write(text.data(), static_cast<qint64>(text.size()));
    device.close();
    return buffer.data().toStdString();
}

Result<std::string> readAll(LayerStream& stream)
{
    std::string text;
    std::array<std::byte, 1000> buffer{};
    while (const auto count = TRY(stream.read(buffer)))
        text.append(reinterpret_cast<const char*>(buffer.data()), count);
    return text;
}

Result<std::string> readAll(const std::string& blob, Compression compression, Bytes limit = kPlenty)
{
    TextSource source{blob, 777};
    LayerStream stream{source, compression, {blob.size()}, limit};
    return readAll(stream);
}

std::string text()
{
    std::string text;
    for (int i = 0; i < 30'000; ++i)
        text += std::to_string(i * 7919 % 10'007);
    return text;
}

} // namespace

Q_DECLARE_METATYPE(lamella::layer::Compression)

class LayerStreamTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void bothSidesAreHashed_data() { rows(); }
    void bothSidesAreHashed()
    {
        QFETCH(Compression, compression);
        const auto blob = compressed(text(), compression);
        TextSource source{blob};
        LayerStream stream{source, compression, {blob.size()}, kPlenty};
        QVERIFY(drain(stream));
        QCOMPARE(stream.consumed(), Bytes{blob.size()});
        QCOMPARE(stream.blobDigest(), digestOf(blob));
        QCOMPARE(stream.diffId(), digestOf(text()));
    }
    void contentComesBack_data() { rows(); }
    void contentComesBack()
    {
        QFETCH(Compression, compression);
        QCOMPARE(readAll(compressed(text(), compression), compression).value(), text());
        QCOMPARE(readAll(compressed("", compression), compression).value(), "");
    }
    void membersFollowEachOther_data() { rows(); }
    void membersFollowEachOther()
    {
        QFETCH(Compression, compression);
        const auto both = compressed(text(), compression) + compressed("and more", compression);
        QCOMPARE(readAll(both, compression).value(), text() + "and more");
    }
    void cutStreamsAreErrors_data() { rows(); }
    void cutStreamsAreErrors()
    {
        QFETCH(Compression, compression);
        const auto blob = compressed(text(), compression);
        for (const auto cut : {blob.size() - 1, blob.size() / 2, std::size_t{5}}) {
            const auto result = readAll(blob.substr(0, cut), compression);
            QCOMPARE(result.has_value(), compression == Compression::None); // the digest tells there
        }
    }
    void damagedStreamsAreErrors()
    {
        for (const auto compression : {Compression::Gzip, Compression::Zstd}) {
            QVERIFY(!readAll(std::string(4096, 'x'), compression));
            auto blob = compressed(text(), compression);
            blob += "garbage after the end";
            QVERIFY(!readAll(blob, compression));
        }
    }
    void aBombIsStopped()
    {
        for (const auto compression : {Compression::Gzip, Compression::Zstd}) {
            const auto bomb = compressed(std::string(8u << 20, '\0'), compression);
            const auto result = readAll(bomb, compression, 1_MiB);
            QVERIFY(!result);
            QCOMPARE(result.error().kind, ErrorKind::LimitExceeded);
        }
    }
    void aBlobLongerThanPromisedIsRefused()
    {
        TextSource source{"0123456789"};
        LayerStream stream{source, Compression::None, {9}, kPlenty};
        QCOMPARE(readAll(stream).error().kind, ErrorKind::LimitExceeded);
    }
    void digestsAreStrict()
    {
        const auto good = digestOf("");
        QCOMPARE(good, "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        QVERIFY(isDigest(good));
        for (const auto& bad :
             {std::string{}, good.substr(7), good + "0", "sha512:" + good.substr(7), "sha256:" + std::string(64, 'A'),
              "sha256:" + std::string(61, '0') + "/..", "SHA256:" + good.substr(7)})
            QVERIFY2(!isDigest(bad), bad.c_str());
        QCOMPARE(chainId("", good), good);
        QCOMPARE(chainId(good, good), digestOf(good + " " + good));
    }

private:
    static void rows()
    {
        QTest::addColumn<Compression>("compression");
        QTest::newRow("none") << Compression::None;
        QTest::newRow("gzip") << Compression::Gzip;
        QTest::newRow("zstd") << Compression::Zstd;
    }
};

QTEST_GUILESS_MAIN(LayerStreamTest)
#include "tst_layer_stream.moc"
