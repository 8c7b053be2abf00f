// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/layer_stream.h"
#include "engine/layer/read_ahead.h"
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

std::string littleEndian(std::uint32_t number, std::size_t bytes)
{
    std::string text;
    for (std::size_t i = 0; i < bytes; ++i, number >>= 8)
        text += static_cast<char>(number & 0xff);
    return text;
}

std::uint32_t crcOf(const std::string& text)
{
    std::uint32_t crc = 0xffffffff;
    for (const char c : text) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit)
            crc = crc >> 1 ^ (0xedb88320 & -(crc & 1));
    }
    return ~crc;
}

constexpr char kText = 1;
constexpr char kHeaderCrc = 2;
constexpr char kExtra = 4;
constexpr char kName = 8;
constexpr char kComment = 16;

/// A header of RFC 1952, 2.3, with what its flags promise.
std::string gzipHeader(char flags)
{
    std::string header{"\x1f\x8b\x08", 3};
    header += flags;
    header += std::string("\0\0\0\0\0\x03", 6);
    if ((flags & kExtra) != 0)
        header += littleEndian(5, 2) + "extra";
    if ((flags & kName) != 0)
        header += std::string("layer.tar", 10);
    if ((flags & kComment) != 0)
        header += std::string("a comment", 10);
    if ((flags & kHeaderCrc) != 0)
        header += littleEndian(crcOf(header), 2);
    return header;
}

std::string deflated(const std::string& text, int level = -1)
{
    if (text.empty())
        return {"\x03\0", 2}; // qCompress() knows nothing of nothing
    const auto zlib
        = qCompress(reinterpret_cast<const uchar*>(text.data()), static_cast<qsizetype>(text.size()), level);
    return zlib.sliced(6, zlib.size() - 10).toStdString(); // without Qt's length, and zlib's header and checksum
}

std::string trailer(const std::string& text)
{
    return littleEndian(crcOf(text), 4) + littleEndian(static_cast<std::uint32_t>(text.size()), 4);
}

std::string gzip(const std::string& text, char flags = 0, int level = -1)
{
    return gzipHeader(flags) + deflated(text, level) + trailer(text);
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
        const auto digests = stream.digests();
        QCOMPARE(digests.blob, digestOf(blob));
        QCOMPARE(digests.diffId, digestOf(text()));
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
    void everyGzipHeaderIsRead_data()
    {
        QTest::addColumn<std::string>("blob");
        QTest::addColumn<std::string>("content");
        for (const int flags : {0, 1, 2, 4, 8, 16, 6, 10, 28, 30, 31})
            QTest::addRow("flags %d", flags) << gzip(text(), static_cast<char>(flags)) << text();
        QTest::newRow("stored blocks") << gzip(text(), 0, 0) << text();
        QTest::newRow("an empty member") << gzip({}, kName) << std::string{};
        QTest::newRow("empty members between others")
            << gzip({}) + gzip("one", kText) + gzip({}, kExtra) + gzip("two") + gzip({}) << std::string{"onetwo"};
        QTest::newRow("many members") << gzip(text()) + gzip(text(), kName) + gzip(text(), kComment | kHeaderCrc)
                                      << text() + text() + text();
        QTest::newRow("nothing at all") << std::string{} << std::string{};
    }
    void everyGzipHeaderIsRead()
    {
        QFETCH(std::string, blob);
        QFETCH(std::string, content);
        // However the pieces fall, members begin and end somewhere in them.
        for (const std::size_t piece : {1u, 2u, 3u, 7u, 18u, 1000u, 1u << 20}) {
            TextSource source{blob, piece};
            LayerStream stream{source, Compression::Gzip, {blob.size()}, kPlenty};
            QCOMPARE(readAll(stream).value(), content);
            QCOMPARE(stream.consumed(), Bytes{blob.size()});
        }
    }
    void wrongGzipIsAnError_data()
    {
        QTest::addColumn<std::string>("blob");
        const auto good = gzip(text());
        const auto with = [](std::string blob, std::size_t at) {
            blob[at] = static_cast<char>(blob[at] ^ 1);
            return blob;
        };
        QTest::newRow("a wrong magic") << with(good, 1);
        QTest::newRow("an unknown method") << with(good, 2);
        for (const int flag : {0x20, 0x40, 0x80})
            QTest::addRow("the reserved flag %d", flag) << gzip(text(), static_cast<char>(flag));
        QTest::newRow("a wrong checksum of the header") << with(gzipHeader(kHeaderCrc), 10) + good.substr(10);
        QTest::newRow("a wrong checksum") << with(good, good.size() - 8);
        QTest::newRow("a wrong length") << with(good, good.size() - 1);
        QTest::newRow("an unknown kind of block") << gzipHeader(0) + "\x07" + std::string(100, 'x');
        QTest::newRow("a reference to before the beginning")
            << gzipHeader(0) + std::string("\x4b\x04\x08\x31", 4) + std::string(100, '\xff');
        QTest::newRow("zeros after the end") << good + std::string(512, '\0');
        QTest::newRow("a byte after the end") << good + '\x1f';
        QTest::newRow("a second member that is wrong") << good + with(good, 100);
        QTest::newRow("zlib's format") << qCompress(QByteArray("text"), 9).sliced(4).toStdString();
    }
    void wrongGzipIsAnError()
    {
        QFETCH(std::string, blob);
        for (const std::size_t piece : {1u, 3u, 1000u, 1u << 20}) {
            TextSource source{blob, piece};
            LayerStream stream{source, Compression::Gzip, {blob.size()}, kPlenty};
            const auto result = readAll(stream);
            QVERIFY(!result);
            QCOMPARE(result.error().kind, ErrorKind::InvalidArgument);
        }
    }
    void gzipThatIsCutAnywhereIsAnError()
    {
        const std::string content = "a text that repeats itself, that repeats itself, that repeats itself";
        const auto blob = gzip(content, kHeaderCrc | kExtra | kName | kComment);
        for (std::size_t length = 1; length < blob.size(); ++length) {
            for (const std::size_t piece : {1u, 1000u}) {
                TextSource source{blob.substr(0, length), piece};
                LayerStream stream{source, Compression::Gzip, {blob.size()}, kPlenty};
                const auto result = readAll(stream);
                QVERIFY2(!result, std::to_string(length).c_str());
                QCOMPARE(result.error().message, "the compressed data ends too early");
            }
        }
    }
    void whatIsReadAheadComesInOrder_data()
    {
        QTest::addColumn<std::size_t>("size");
        QTest::newRow("nothing") << std::size_t{0};
        QTest::newRow("a little") << std::size_t{1};
        QTest::newRow("a chunk") << std::size_t{256u << 10};
        QTest::newRow("a chunk and a byte") << std::size_t{(256u << 10) + 1};
        QTest::newRow("more than fits") << std::size_t{5'000'000};
    }
    void whatIsReadAheadComesInOrder()
    {
        QFETCH(std::size_t, size);
        std::string all;
        for (std::size_t i = 0; all.size() < size; ++i)
            all += std::to_string(i);
        all.resize(size);
        TextSource source{all, 10'000};
        ReadAhead ahead{source};
        QVERIFY(ahead.start());
        std::string read;
        std::array<std::byte, 777> buffer{};
        for (auto count = ahead.read(buffer); count.value() > 0; count = ahead.read(buffer))
            read.append(reinterpret_cast<const char*>(buffer.data()), *count);
        QVERIFY(read == all);
        QCOMPARE(ahead.read(buffer).value(), 0u);
    }
    void whatIsReadAheadMayBeLeft()
    {
        TextSource source{std::string(5'000'000, 'x')};
        ReadAhead unread{source};
        QVERIFY(unread.start());
        ReadAhead begun{source};
        QVERIFY(begun.start());
        std::array<std::byte, 10> buffer{};
        QCOMPARE(begun.read(buffer).value(), 10u);
    }
    void errorsComeAfterWhatWasReadAhead()
    {
        auto blob = gzip(text());
        blob.resize(blob.size() / 2);
        TextSource source{blob};
        LayerStream stream{source, Compression::Gzip, {blob.size()}, kPlenty};
        ReadAhead ahead{stream};
        QVERIFY(ahead.start());
        std::array<std::byte, 10'000> buffer{};
        QCOMPARE(ahead.read(buffer).value(), buffer.size());
        QCOMPARE(drain(ahead).error().message, "the compressed data ends too early");
        QCOMPARE(ahead.read(buffer).error().message, "the compressed data ends too early");
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
    void zstdTakesLittleMemory_data()
    {
        QTest::addColumn<unsigned>("windowLog"); // RFC 8878, section 3.1.1.1.2
        QTest::addColumn<bool>("isRead");
        QTest::newRow("1 KiB") << 10u << true;
        QTest::newRow("zstd -20") << 25u << true;
        QTest::newRow("zstd --ultra -21") << 26u << false;
        QTest::newRow("zstd --long=27") << 27u << false;
        QTest::newRow("the most there is") << 41u << false;
    }
    void zstdTakesLittleMemory()
    {
        QFETCH(unsigned, windowLog);
        QFETCH(bool, isRead);
        const auto frame = [](unsigned log) {
            return "\x28\xb5\x2f\xfd" + littleEndian((log - 10) << 11, 2) + littleEndian(1u | 4u << 3, 3) + "text";
        };
        const auto result = readAll(frame(windowLog), Compression::Zstd);
        QCOMPARE(result.has_value(), isRead);
        // Wherever the frame is: the first is no reason to trust the next.
        const auto second = readAll(frame(10) + frame(windowLog), Compression::Zstd);
        QCOMPARE(second.has_value(), isRead);
        if (isRead) {
            QCOMPARE(*result, "text");
            QCOMPARE(*second, "texttext");
        } else {
            QCOMPARE(result.error().kind, ErrorKind::LimitExceeded);
            QVERIFY2(result.error().message.contains("32 MiB"), result.error().message.c_str());
            QCOMPARE(second.error().kind, ErrorKind::LimitExceeded);
        }
    }
    // Decoders of frames before the standard are not held to the limit, and nobody makes such frames any more.
    void framesBeforeTheStandardAreRefused()
    {
        using namespace std::string_literals;
        const auto frame = "\x27\xb5\x2f\xfd\x00\x00\x40\x00\x04text\xc0\x00\x00"s; // of version 0.7
        const auto ordinary = "\x28\xb5\x2f\xfd\x00\x00\x21\x00\x00text"s;
        QCOMPARE(readAll(ordinary + ordinary, Compression::Zstd).value_or(""), "texttext");
        const auto skippable = "\x5f\x2a\x4d\x18\x02\x00\x00\x00--"s;
        QCOMPARE(readAll(ordinary + skippable + ordinary, Compression::Zstd).value_or(""), "texttext");
        for (const auto& bytes : {frame, ordinary + frame})
            QCOMPARE(readAll(bytes, Compression::Zstd).error().kind, ErrorKind::InvalidArgument);
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
