// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/file_comparison.h"
#include "gui/models/file_words.h"

#include <QBuffer>
#include <QTest>
#include <QtEndian>

using namespace lamella::models;
using lamella::client::FileType;
using lamella::client::FileVersion;

Q_DECLARE_METATYPE(lamella::client::FileVersion)

namespace {

FileVersion file(const QByteArray& content)
{
    return {.exists = true, .size = static_cast<quint64>(content.size()), .content = content};
}

FileVersion special(FileType type, const QString& target = {})
{
    return {.exists = true, .type = type, .linkTarget = target};
}

QByteArray picture(const char* format, QSize size = {4, 3})
{
    QImage image(size, QImage::Format_RGB32);
    image.fill(Qt::red);
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, format);
    return buffer.data();
}

/// As PNG has it, ISO 3309.
quint32 checksum(QByteArrayView bytes)
{
    quint32 sum = 0xffffffff;
    for (const char byte : bytes) {
        sum ^= static_cast<uchar>(byte);
        for (int bit = 0; bit < 8; ++bit)
            sum = (sum >> 1) ^ ((sum & 1) != 0 ? 0xedb88320 : 0);
    }
    return ~sum;
}

/// A PNG that claims to be this large; hardly anything follows.
QByteArray claimedPicture(QSize size)
{
    QByteArray bytes = picture("png");
    const auto put = [&bytes](qsizetype at, quint32 value) { qToBigEndian(value, bytes.data() + at); };
    put(16, static_cast<quint32>(size.width()));
    put(20, static_cast<quint32>(size.height()));
    put(29, checksum(QByteArrayView(bytes).sliced(12, 17)));
    return bytes;
}

const QByteArray kVector
    = "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"8\" height=\"8\">"
      "<rect width=\"8\" height=\"8\"/></svg>\n";

} // namespace

/// What the bytes of a file are, and how two versions of it can be shown.
class TestFileComparison : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void knowsWhatAFileIs_data();
    void knowsWhatAFileIs();
    void readsText();
    void readsPicturesWithinBounds();
    void choosesAView_data();
    void choosesAView();
    void saysWhatOneShouldKnow_data();
    void saysWhatOneShouldKnow();
    void knowsTheSame_data();
    void knowsTheSame();
    void comparesBeginningsOnly();
    void namesAttributes_data();
    void namesAttributes();
};

void TestFileComparison::knowsWhatAFileIs_data()
{
    QTest::addColumn<FileVersion>("version");
    QTest::addColumn<ContentKind>("kind");
    QTest::newRow("nothing") << FileVersion{} << ContentKind::Nothing;
    QTest::newRow("empty") << file({}) << ContentKind::Empty;
    QTest::newRow("text") << file("hello\n") << ContentKind::Text;
    QTest::newRow("UTF-8") << file("gr\xc3\xbc\xc3\x9f\n") << ContentKind::Text;
    QTest::newRow("Latin-1") << file("gr\xfc\xdf\n") << ContentKind::Text;
    QTest::newRow("coloured text") << file("\x1b[31mred\x1b[0m\n") << ContentKind::Text;
    QTest::newRow("a NUL") << file(QByteArray("text\0text", 9)) << ContentKind::Binary;
    QTest::newRow("control characters") << file("\x01\x02\x03"
                                                "abc")
                                        << ContentKind::Binary;
    QTest::newRow("a few of them") << file("a long line of text with one\x01\n") << ContentKind::Text;
    QTest::newRow("PNG") << file(picture("png")) << ContentKind::Image;
    QTest::newRow("JPEG") << file(picture("jpeg")) << ContentKind::Image;
    QTest::newRow("BMP") << file(picture("bmp")) << ContentKind::Image;
    QTest::newRow("SVG") << file(kVector) << ContentKind::Image;
    QTest::newRow("other XML") << file("<?xml version=\"1.0\"?><a><svg/></a>") << ContentKind::Text;
    QTest::newRow("a broken PNG") << file(picture("png").first(40)) << ContentKind::Binary;
    QTest::newRow("an ELF file") << file(QByteArray("\x7f"
                                                    "ELF\2\1\1\0",
                                                    8))
                                 << ContentKind::Binary;
    QTest::newRow("link") << special(FileType::Symlink, QStringLiteral("a")) << ContentKind::Link;
    QTest::newRow("directory") << special(FileType::Directory) << ContentKind::Special;
    QTest::newRow("device") << special(FileType::CharDevice) << ContentKind::Special;
}

void TestFileComparison::knowsWhatAFileIs()
{
    QFETCH(FileVersion, version);
    QTEST(fileContent(version).kind, "kind");
}

void TestFileComparison::readsText()
{
    QCOMPARE(fileContent(file("gr\xc3\xbc\xc3\x9f\n")).text, QStringLiteral("grüß\n"));
    const FileContent latin = fileContent(file("gr\xfc\xdf\n"));
    QCOMPARE(latin.text, QStringLiteral("grüß\n"));
    QVERIFY(latin.isLatin1);
    QVERIFY(!latin.note.isEmpty());
    // The beginning of a file may end within a character; a whole file may not.
    FileVersion cut = file("gr\xc3");
    QVERIFY(fileContent(cut).isLatin1);
    cut.isWhole = false;
    QVERIFY(!fileContent(cut).isLatin1);
}

void TestFileComparison::readsPicturesWithinBounds()
{
    const FileContent small = fileContent(file(picture("png", {300, 200})));
    QCOMPARE(small.pictureSize, QSize(300, 200));
    QCOMPARE(small.picture.size(), QSize(300, 200));
    const FileContent wide = fileContent(file(picture("png", {9000, 20})));
    QCOMPARE(wide.pictureSize, QSize(9000, 20));
    QCOMPARE(wide.picture.width(), 4096);
    const FileContent huge = fileContent(file(claimedPicture({20'000, 20'000})));
    QCOMPARE(huge.kind, ContentKind::Binary);
    QVERIFY2(huge.note.contains(QLocale().toString(20'000)), qPrintable(huge.note));
    FileVersion beginning = file(picture("png"));
    beginning.isWhole = false;
    QCOMPARE(fileContent(beginning).kind, ContentKind::Binary);
}

void TestFileComparison::choosesAView_data()
{
    QTest::addColumn<FileVersion>("image");
    QTest::addColumn<FileVersion>("container");
    QTest::addColumn<ShownAs>("shownAs");
    QTest::addColumn<int>("only");
    const FileVersion none;
    const FileVersion text = file("a\n");
    const FileVersion binary = file(QByteArray("\0\1\2", 3));
    const FileVersion image = file(picture("png"));
    const FileVersion link = special(FileType::Symlink, QStringLiteral("/bin/sh"));
    const auto row = [](const char* name, const FileVersion& left, const FileVersion& right, ShownAs shownAs,
                        int only) { QTest::newRow(name) << left << right << shownAs << only; };
    row("texts", text, text, ShownAs::Text, 0);
    row("text that came", none, text, ShownAs::Text, 1);
    row("text that went", text, none, ShownAs::Text, -1);
    row("text from empty", file({}), text, ShownAs::Text, 0);
    row("both empty", file({}), file({}), ShownAs::Words, 0);
    row("bytes", binary, binary, ShownAs::Bytes, 0);
    row("text that became bytes", text, binary, ShownAs::Bytes, 0);
    row("picture that became text", image, text, ShownAs::Bytes, 0);
    row("pictures", image, image, ShownAs::Pictures, 0);
    row("a new picture", none, image, ShownAs::Pictures, 1);
    row("links", link, link, ShownAs::Words, 0);
    row("link that became a file", link, text, ShownAs::Words, 0);
    row("nothing at all", none, none, ShownAs::Words, 1);
}

void TestFileComparison::choosesAView()
{
    QFETCH(FileVersion, image);
    QFETCH(FileVersion, container);
    const FileComparison result = compareFiles(image, container);
    QTEST(result.shownAs, "shownAs");
    QTEST(!result.only ? 0 : *result.only == Side::Left ? -1 : 1, "only");
    QCOMPARE(result.difference != nullptr, result.shownAs == ShownAs::Text);
}

void TestFileComparison::saysWhatOneShouldKnow_data()
{
    QTest::addColumn<FileVersion>("image");
    QTest::addColumn<FileVersion>("container");
    QTest::addColumn<QString>("note");
    FileVersion beginning = file("a\nb\n");
    beginning.size = 5'000'000;
    beginning.isWhole = false;
    QTest::newRow("nothing") << file("a\n") << file("b\n") << QString();
    QTest::newRow("the beginning only") << file("a\n") << beginning << QStringLiteral("Only the first 4 B of 4.8 MB");
    QTest::newRow("not UTF-8") << file("a\xff\n") << file("b\n") << QStringLiteral("Latin-1");
    QTest::newRow("CR LF came") << file("a\nb\n") << file("a\r\nb\r\n") << QStringLiteral("from LF to CR LF");
    QTest::newRow("CR LF went") << file("a\r\nb") << file("a\nb\nc") << QStringLiteral("from CR LF to LF");
    QTest::newRow("the encoding") << file("\xef\xbb\xbf"
                                          "a\n")
                                  << file("a\n") << QStringLiteral("not encoded");
    QTest::newRow("too long to compare") << file("a") << file(QByteArray(10'001, 'a'))
                                         << QStringLiteral("not compared");
}

void TestFileComparison::saysWhatOneShouldKnow()
{
    QFETCH(FileVersion, image);
    QFETCH(FileVersion, container);
    QFETCH(QString, note);
    const QStringList notes = compareFiles(image, container).notes;
    QCOMPARE(notes.size(), note.isEmpty() ? 0 : 1);
    QVERIFY2(note.isEmpty() || notes.first().contains(note), qPrintable(notes.join(u' ')));
}

void TestFileComparison::knowsTheSame_data()
{
    QTest::addColumn<FileVersion>("image");
    QTest::addColumn<FileVersion>("container");
    QTest::addColumn<bool>("isSame");
    FileVersion beginning = file("a");
    beginning.isWhole = false;
    beginning.size = 100;
    FileVersion known = beginning;
    known.digest = QStringLiteral("sha256:12");
    FileVersion other = known;
    other.digest = QStringLiteral("13");
    FileVersion alike = known;
    alike.digest = QStringLiteral("12");
    QTest::newRow("bytes") << file("a") << file("a") << true;
    QTest::newRow("other bytes") << file("a") << file("b") << false;
    QTest::newRow("beginnings tell nothing") << beginning << beginning << false;
    QTest::newRow("digests do") << known << alike << true;
    QTest::newRow("other digests") << known << other << false;
    QTest::newRow("nothing") << FileVersion{} << file("") << false;
}

void TestFileComparison::knowsTheSame()
{
    QFETCH(FileVersion, image);
    QFETCH(FileVersion, container);
    QTEST(compareFiles(image, container).isSame, "isSame");
}

/// What lies behind the beginning is not known, and so not said to have gone or come.
void TestFileComparison::comparesBeginningsOnly()
{
    FileVersion beginning = file("a\nb\n");
    beginning.isWhole = false;
    const FileVersion whole = file("a\nB\nc\nd\n");
    for (const bool swapped : {false, true}) {
        const FileComparison result = swapped ? compareFiles(whole, beginning) : compareFiles(beginning, whole);
        QCOMPARE(result.difference->added, 1);
        QCOMPARE(result.difference->removed, 1);
        QCOMPARE(result.left.bytes.size(), 4);
        QCOMPARE(result.right.bytes.size(), 4);
    }
    QCOMPARE(compareFiles({}, whole).right.bytes, whole.content);
}

void TestFileComparison::namesAttributes_data()
{
    QTest::addColumn<FileVersion>("image");
    QTest::addColumn<FileVersion>("container");
    QTest::addColumn<QString>("words");
    FileVersion plain = file("a");
    plain.mode = 0100644;
    FileVersion other = plain;
    other.mode = 0104755;
    other.uid = other.gid = 33;
    FileVersion early = plain;
    early.mtimeUsec = 1'800'000'000'000'000;
    FileVersion late = early;
    late.mtimeUsec += 5'000;
    QTest::newRow("none") << plain << plain << QString();
    QTest::newRow("mode and owner") << plain << other << QStringLiteral("mode 0644 → 4755, owner 0:0 → 33:33");
    QTest::newRow("not there") << FileVersion{} << other << QString();
    QTest::newRow("a time that is not known") << plain << early << QString();
    QTest::newRow("type") << special(FileType::Directory) << special(FileType::Symlink)
                          << QStringLiteral("directory → link");
    const QString second = QDateTime::fromSecsSinceEpoch(1'800'000'000).toString(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
    QTest::newRow("milliseconds") << early << late << QStringLiteral("modified %1.000 → %1.005").arg(second);
}

void TestFileComparison::namesAttributes()
{
    QFETCH(FileVersion, image);
    QFETCH(FileVersion, container);
    QTEST(attributeDifferences(image, container), "words");
}

QTEST_GUILESS_MAIN(TestFileComparison)
#include "test_file_comparison.moc"
