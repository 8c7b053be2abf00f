// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/tar_reader.h"
#include "resources/starter/tar_writer.h"
#include "tests/unit/layer/text_source.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace lamella;
using namespace lamella::layer;
using namespace lamella::starter;
using lamella::test::TextSource;

namespace {

const char* nameOf(TarType type)
{
    constexpr const char* kNames[] = {"file", "hardlink", "symlink", "char", "block", "directory", "fifo"};
    return kNames[static_cast<int>(type)];
}

std::string content(TarReader& reader, const TarEntry& entry)
{
    std::string data(entry.size, '\0');
    const auto done = reader.readData([&](std::uint64_t offset, std::span<const std::byte> bytes) -> Result<void> {
        data.replace(offset, bytes.size(), reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return {};
    });
    return done ? data : "error: " + done.error().message;
}

std::string describe(TarReader& reader, const TarEntry& entry)
{
    auto text = std::format("{} {}", nameOf(entry.type), entry.path);
    if (!entry.linkPath.empty())
        text += " -> " + entry.linkPath;
    text += std::format(" {:o} {}:{} {}", entry.mode, entry.uid, entry.gid, entry.mtime.tv_sec);
    if (entry.mtime.tv_nsec != 0)
        text += std::format(".{:09}", entry.mtime.tv_nsec);
    if (entry.type == TarType::CharDevice || entry.type == TarType::BlockDevice)
        text += std::format(" {},{}", entry.deviceMajor, entry.deviceMinor);
    for (const auto& [name, value] : entry.xattrs)
        text += std::format(" [{}={}]", name, value);
    if (entry.type == TarType::File)
        text += std::format(" \"{}\"", content(reader, entry));
    return text + "\n";
}

// All members, one on each line, or what went wrong.
std::string readAll(const std::string& archive, std::size_t piece = 4096)
{
    TextSource source{archive, piece};
    TarReader reader{source};
    std::string text;
    for (;;) {
        const auto entry = reader.next();
        if (!entry)
            return std::format("{}: {}", errorKindName(entry.error().kind), entry.error().message);
        if (!*entry)
            return text;
        text += describe(reader, **entry);
    }
}

TarMember file(std::string name, std::string data = "x")
{
    return {.type = '0', .name = std::move(name), .link = {}, .data = std::move(data)};
}

std::string patched(std::string member, std::size_t offset, std::string_view bytes)
{
    auto header = member.substr(0, 512);
    header.replace(offset, bytes.size(), bytes);
    sealTarHeader(header);
    return member.replace(0, 512, header);
}

} // namespace

class TarReaderTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void members_data();
    void members();
    void damagedArchivesAreErrors_data();
    void damagedArchivesAreErrors();
    void sizesAbove8GiB();
    void anyCutIsAnErrorOrTheBeginning();
    void sparseFilesOfGnuTar_data();
    void sparseFilesOfGnuTar();
    void piecesDoNotMatter();
};

void TarReaderTest::members_data()
{
    QTest::addColumn<QByteArray>("archive");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char* name, const std::string& archive, const char* expected) {
        QTest::newRow(name) << QByteArray::fromStdString(archive + tarEnd()) << QByteArray(expected);
    };
    const auto longName = std::string(180, 'n');
    row("empty", "", "");
    row("file",
        tarMember(
            {.type = '0', .name = "a", .link = {}, .data = "text", .mode = 04755, .uid = 7, .gid = 8, .mtime = 9}),
        "file a 4755 7:8 9 \"text\"\n");
    row("file of type NUL", tarMember({.type = '\0', .name = "a", .link = {}, .data = {}}), "file a 644 0:0 0 \"\"\n");
    row("contiguous file", tarMember({.type = '7', .name = "a", .link = {}, .data = "x"}), "file a 644 0:0 0 \"x\"\n");
    row("directory", tarMember({.type = '5', .name = "d/", .link = {}, .data = {}, .mode = 01777}),
        "directory d/ 1777 0:0 0\n");
    row("directory of V7", tarMember({.type = '\0', .name = "d/", .link = {}, .data = {}}), "directory d/ 644 0:0 0\n");
    row("symlink", tarMember({.type = '2', .name = "l", .link = "../to", .data = {}}),
        "symlink l -> ../to 644 0:0 0\n");
    row("hard link", tarMember({.type = '1', .name = "h", .link = "a", .data = {}}), "hardlink h -> a 644 0:0 0\n");
    row("devices and FIFO",
        tarMember({.type = '3', .name = "c", .link = {}, .data = {}, .major = 5, .minor = 1})
            + tarMember({.type = '4', .name = "b", .link = {}, .data = {}, .major = 8, .minor = 17})
            + tarMember({.type = '6', .name = "f", .link = {}, .data = {}}),
        "char c 644 0:0 0 5,1\nblock b 644 0:0 0 8,17\nfifo f 644 0:0 0\n");
    row("ustar prefix", patched(tarMember(file("name")), 345, "some/where"), "file some/where/name 644 0:0 0 \"x\"\n");
    row("GNU long name and link",
        tarMember({.type = 'L', .name = "././@LongLink", .link = {}, .data = longName + '\0'})
            + tarMember(
                {.type = 'K', .name = "././@LongLink", .link = {}, .data = "long/target" + std::string(1, '\0')})
            + tarMember({.type = '2', .name = "short", .link = "short", .data = {}}),
        ("symlink " + longName + " -> long/target 644 0:0 0\n").c_str());
    row("pax path, owner, time, size",
        paxHeader({{"path", "p/\xc3\xa4"}, {"uid", "4000000000"}, {"gid", "70000"}, {"mtime", "12.5"}})
            + tarMember(file("a")) + tarMember(file("b")),
        "file p/\xc3\xa4 644 4000000000:70000 12.500000000 \"x\"\nfile b 644 0:0 0 \"x\"\n");
    row("pax linkpath",
        paxHeader({{"linkpath", longName}}) + tarMember({.type = '2', .name = "l", .link = "s", .data = {}}),
        ("symlink l -> " + longName + " 644 0:0 0\n").c_str());
    row("pax size", paxHeader({{"size", "3"}}) + tarHeader(file("a"), 0) + tarPadded("abc"),
        "file a 644 0:0 0 \"abc\"\n");
    row("pax negative time", paxHeader({{"mtime", "-1.25"}}) + tarMember(file("a")),
        "file a 644 0:0 -2.750000000 \"x\"\n");
    row("pax xattrs", paxHeader({{"SCHILY.xattr.user.a", "1\n2=3"}}) + tarMember(file("a")),
        "file a 644 0:0 0 [user.a=1\n2=3] \"x\"\n");
    row("pax global",
        paxHeader({{"uid", "5"}, {"comment", "c"}}, 'g') + tarMember(file("a")) + paxHeader({{"uid", "6"}})
            + tarMember(file("b")),
        "file a 644 5:0 0 \"x\"\nfile b 644 6:0 0 \"x\"\n");
    row("pax takes back", paxHeader({{"path", "other"}, {"path", ""}}) + tarMember(file("a")),
        "file a 644 0:0 0 \"x\"\n");
    row("base-256 size and owner",
        patched(patched(tarMember(file("a", "abc")), 124, std::string("\x80\0\0\0\0\0\0\0\0\0\0\x03", 12)), 108,
                std::string("\x80\0\0\0\x01\0\0\0", 8)),
        "file a 644 16777216:0 0 \"abc\"\n");
    row("base-256 negative time", patched(tarMember(file("a")), 136, std::string(12, '\xff')),
        "file a 644 0:0 -1 \"x\"\n");
    row("numbers with spaces", patched(tarMember(file("a")), 108, std::string(" 12 \0\0\0\0", 8)),
        "file a 644 10:0 0 \"x\"\n");
    row("volume label", tarMember({.type = 'V', .name = "tape", .link = {}, .data = {}}) + tarMember(file("a")),
        "file a 644 0:0 0 \"x\"\n");
    row("sparse 0.0",
        paxHeader({{"GNU.sparse.size", "10"},
                   {"GNU.sparse.numblocks", "2"},
                   {"GNU.sparse.offset", "2"},
                   {"GNU.sparse.numbytes", "1"},
                   {"GNU.sparse.offset", "7"},
                   {"GNU.sparse.numbytes", "2"}})
            + tarMember(file("s", "abb")),
        "");
    row("sparse 0.1",
        paxHeader({{"GNU.sparse.size", "4"}, {"GNU.sparse.map", "0,1,3,1"}, {"GNU.sparse.name", "s"}})
            + tarMember(file("t", "ab")),
        "");
}

void TarReaderTest::members()
{
    QFETCH(QByteArray, archive);
    QFETCH(QByteArray, expected);
    // Holes are NUL bytes, which a C string cannot hold.
    if (qstrcmp(QTest::currentDataTag(), "sparse 0.0") == 0)
        expected = QByteArray::fromStdString(std::string("file s 644 0:0 0 \"\0\0a\0\0\0\0bb\0\"\n", 30));
    if (qstrcmp(QTest::currentDataTag(), "sparse 0.1") == 0)
        expected = QByteArray::fromStdString(std::string("file s 644 0:0 0 \"a\0\0b\"\n", 24));
    QCOMPARE(QByteArray::fromStdString(readAll(archive.toStdString())), expected);
}

void TarReaderTest::damagedArchivesAreErrors_data()
{
    QTest::addColumn<QByteArray>("archive");
    QTest::addColumn<QByteArray>("kind");
    const auto row = [](const char* name, const std::string& archive, const char* kind = "InvalidArgument") {
        QTest::newRow(name) << QByteArray::fromStdString(archive + tarEnd()) << QByteArray(kind);
    };
    auto wrong = tarMember(file("a"));
    wrong[0] = 'b';
    row("checksum", wrong);
    row("no tar", std::string(512, 'x'));
    row("lone zero block", std::string(512, '\0') + tarMember(file("a")));
    row("unknown type", tarMember({.type = 'D', .name = "a", .link = {}, .data = {}}), "Unsupported");
    row("no name", tarMember(file("")));
    row("link to nothing", tarMember({.type = '2', .name = "l", .link = {}, .data = {}}));
    row("size is no number", patched(tarMember(file("a")), 124, "zzzzzzzzzzz"));
    row("size is negative", patched(tarMember(file("a")), 124, std::string(12, '\xff')));
    row("size is enormous",
        patched(tarMember(file("a")), 124, std::string("\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff", 12)));
    row("size does not fit", patched(tarMember(file("a")), 124, "\xbf" + std::string(11, '\xff')));
    row("owner is no number", patched(tarMember(file("a")), 108, "xxxxxxx"));
    row("owner is nobody's", paxHeader({{"uid", "4294967295"}}) + tarMember(file("a")));
    row("pax owner is negative", paxHeader({{"uid", "-1"}}) + tarMember(file("a")));
    row("pax length too long",
        tarMember({.type = 'x', .name = "p", .link = {}, .data = "99 path=a\n"}) + tarMember(file("a")));
    row("pax length too short",
        tarMember({.type = 'x', .name = "p", .link = {}, .data = "5 path=a\n"}) + tarMember(file("a")));
    row("pax length is 0",
        tarMember({.type = 'x', .name = "p", .link = {}, .data = "0 path=a\n"}) + tarMember(file("a")));
    row("pax without =", tarMember({.type = 'x', .name = "p", .link = {}, .data = "8 path1\n"}) + tarMember(file("a")));
    row("pax name with NUL", paxHeader({{"path", std::string("a\0b", 3)}}) + tarMember(file("a")));
    row("pax time", paxHeader({{"mtime", "1e9"}}) + tarMember(file("a")));
    row("pax header too large", tarHeader({.type = 'x', .name = "p", .link = {}, .data = {}}, 2u << 20),
        "LimitExceeded");
    row("name too long", paxHeader({{"path", std::string(5000, 'a')}}) + tarMember(file("a")));
    row("pax header for nothing", paxHeader({{"path", "a"}}));
    std::string many;
    for (int i = 0; i < 40; ++i)
        many += paxHeader({{"path", "a"}});
    row("headers without end", many + tarMember(file("a")));
    std::vector<std::pair<std::string, std::string>> xattrs;
    for (int i = 0; i < 200; ++i)
        xattrs.emplace_back("SCHILY.xattr.user." + std::to_string(i), "v");
    row("too many xattrs", paxHeader(xattrs) + tarMember(file("a")), "LimitExceeded");
    const auto sparse = [](const char* map, const char* size) {
        return paxHeader({{"GNU.sparse.size", size}, {"GNU.sparse.map", map}}) + tarMember(file("s", "ab"));
    };
    row("sparse pieces overlap", sparse("0,1,0,1", "9"));
    row("sparse piece beyond the end", sparse("0,1,9,1", "9"));
    row("sparse offset wraps", sparse("18446744073709551615,1,0,1", "9"));
    row("sparse pieces are not the data", sparse("0,1", "9"));
    row("sparse pieces are odd", sparse("0,1,2", "9"));
    row("sparse size is enormous", sparse("0,2", "9999999999999999999"));
    const std::vector<std::pair<std::string, std::string>> newest{
        {"GNU.sparse.major", "1"}, {"GNU.sparse.minor", "0"}, {"GNU.sparse.realsize", "9"}};
    row("sparse map without end", paxHeader(newest) + tarMember(file("s", std::string(1024, '1'))));
    row("sparse map too long", paxHeader(newest) + tarMember(file("s", "999999999\n" + std::string(600, '1'))),
        "LimitExceeded");
    row("sparse map beyond the data", paxHeader(newest) + tarMember(file("s", "1\n")));
    row("sparse of the future",
        paxHeader({{"GNU.sparse.major", "2"}, {"GNU.sparse.minor", "0"}}) + tarMember(file("s")), "Unsupported");
    row("device number", patched(tarMember({.type = '3', .name = "c", .link = {}, .data = {}}), 329, "7777777"));
}

void TarReaderTest::damagedArchivesAreErrors()
{
    QFETCH(QByteArray, archive);
    QFETCH(QByteArray, kind);
    const auto text = readAll(archive.toStdString());
    QVERIFY2(text.starts_with(kind.toStdString() + ": "), text.c_str());
}

// More than the octal digits of ustar hold: GNU's and POSIX's form.
void TarReaderTest::sizesAbove8GiB()
{
    const auto gnu = patched(tarMember(file("a")), 124, std::string("\x80\0\0\0\0\0\0\x02\x40\0\0\0", 12));
    const auto posix = paxHeader({{"size", "9663676416"}}) + tarMember(file("a"));
    for (const auto& archive : {gnu, posix}) {
        TextSource source{archive};
        TarReader reader{source};
        const auto entry = reader.next();
        QVERIFY(entry && *entry);
        QCOMPARE((*entry)->size, std::uint64_t{9} << 30);
    }
}

void TarReaderTest::anyCutIsAnErrorOrTheBeginning()
{
    const auto first = paxHeader({{"path", "first"}}) + tarMember(file("a", std::string(700, 'x')));
    const auto whole = first + tarMember(file("b")) + tarEnd();
    const auto complete = readAll(whole);
    for (std::size_t cut = 0; cut < whole.size(); cut += 7) {
        const auto text = readAll(whole.substr(0, cut));
        const bool isError = text.starts_with("InvalidArgument: ") || text.contains("error: ");
        QVERIFY2(isError || complete.starts_with(text), text.c_str());
    }
}

void TarReaderTest::sparseFilesOfGnuTar_data()
{
    QTest::addColumn<QStringList>("format");
    QTest::newRow("old GNU") << QStringList{QStringLiteral("--format=gnu")};
    for (const char* version : {"0.0", "0.1", "1.0"}) {
        QTest::newRow(version) << QStringList{QStringLiteral("--format=pax"),
                                              QStringLiteral("--sparse-version=") + QLatin1String(version)};
    }
}

void TarReaderTest::sparseFilesOfGnuTar()
{
    QFETCH(QStringList, format);
    const QTemporaryDir directory;
    QFile sparse(directory.filePath(QStringLiteral("sparse")));
    QVERIFY(sparse.open(QIODevice::ReadWrite));
    // More pieces than fit into a header and one block after it, and a hole at the end.
    for (int i = 0; i < 40; ++i) {
        QVERIFY(sparse.seek(i * 65536));
        sparse.write(QByteArray(4096, static_cast<char>('a' + i % 26)));
    }
    QVERIFY(sparse.resize(40 * 65536 + 100'000));
    QVERIFY(sparse.seek(0));
    const auto expected = sparse.readAll().toStdString();
    QProcess tar;
    tar.setWorkingDirectory(directory.path());
    tar.start(QStringLiteral("tar"),
              QStringList{QStringLiteral("-c"), QStringLiteral("-S")} + format + QStringList{QStringLiteral("sparse")});
    QVERIFY(tar.waitForFinished());
    TextSource source{tar.readAllStandardOutput().toStdString()};
    TarReader reader{source};
    const auto entry = reader.next();
    QVERIFY2(entry && *entry, entry ? "no member" : entry.error().message.c_str());
    QCOMPARE((*entry)->path, "sparse");
    QVERIFY((*entry)->chunks.size() >= 40);
    QVERIFY(content(reader, **entry) == expected);
    QVERIFY(!reader.next().value());
}

void TarReaderTest::piecesDoNotMatter()
{
    const auto archive = paxHeader({{"path", "first"}}) + tarMember(file("a", std::string(700, 'x')))
        + tarMember(file("b")) + tarEnd();
    for (const std::size_t piece : {1u, 3u, 511u, 513u})
        QCOMPARE(readAll(archive, piece), readAll(archive));
}

QTEST_GUILESS_MAIN(TarReaderTest)
#include "tst_tar_reader.moc"
