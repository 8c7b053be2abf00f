// SPDX-License-Identifier: GPL-3.0-or-later
#include "resources/starter/tar_writer.h"
#include "tests/privileged/layer/unpacked_layer.h"
#include "tests/unit/layer/text_source.h"

#include <QTest>

#include <optional>

using namespace lamella;
using namespace lamella::layer;
using namespace lamella::starter;
using namespace lamella::test;
namespace fs = std::filesystem;

namespace {

TarMember file(std::string name, std::string data)
{
    return {.type = '0', .name = std::move(name), .link = {}, .data = std::move(data)};
}

TarMember other(char type, std::string name, std::string link = {})
{
    return {.type = type, .name = std::move(name), .link = std::move(link), .data = {}, .mode = 0755};
}

std::string members(const std::vector<TarMember>& list)
{
    std::string archive;
    for (const auto& member : list)
        archive += tarMember(member);
    return archive;
}

// Everything that a program which writes archives meets.
constexpr const char* kTree = R"sh(
mkdir -p tree/dir/sub tree/$(printf 'd%.0s' $(seq 120)); cd tree
echo text >file; : >empty; head -c 300000 /dev/urandom >big; ln big dir/hard; ln -s ../file dir/symlink
ln -s $(printf 'l%.0s' $(seq 150)) longlink; echo x >$(printf 'd%.0s' $(seq 120))/$(printf 'n%.0s' $(seq 130))
mknod null c 1 3; mkfifo fifo; printf 'not utf-8' >"$(printf 'a\377b')"; chmod 4755 file; chmod 1777 dir
truncate -s 3M sparse; printf middle | dd of=sparse bs=1 seek=1048576 conv=notrunc 2>/dev/null
setfattr -n user.note -v kept file 2>/dev/null || true; chown 3000000:70000 dir/sub; touch -d '2001-02-03 04:05:06.789' file
)sh";

} // namespace

/// Archives that are taken apart into files and headers and put together again.
class LayerArchiveTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_work.emplace("archive"); }
    void cleanup() { m_work.reset(); }
    void archivesComeBackBitForBit_data();
    void archivesComeBackBitForBit();
    void whatTarWritesComesBackBitForBit_data();
    void whatTarWritesComesBackBitForBit();
    void whatIsMissingIsNamed_data();
    void whatIsMissingIsNamed();
    void headersCutOffAnywhereAreRefused();
    void indexSaysWhatIsThere();
    void indexCutOffAnywhereIsRefused();

private:
    UnpackedTestLayer unpacked(const std::string& archive)
    {
        UnpackedTestLayer layer{m_work->path() / "layer"};
        TextSource source{archive, 5000};
        if (const auto done = layer.unpack(source); !done)
            QTest::qFail(done.error().message.c_str(), __FILE__, __LINE__);
        return layer;
    }

    std::optional<WorkDirectory> m_work;
};

void LayerArchiveTest::archivesComeBackBitForBit_data()
{
    QTest::addColumn<QByteArray>("archive");
    const auto row = [](const char* name, const std::string& archive) {
        QTest::newRow(name) << QByteArray::fromStdString(archive);
    };
    const auto big = std::string(700'000, 'b') + "end";
    row("nothing", tarEnd());
    row("no bytes at all", "");
    row("no end blocks", members({file("a", "text")}));
    row("one end block", members({file("a", "text")}) + std::string(512, '\0'));
    row("garbage after the end", members({file("a", "text")}) + tarEnd() + "garbage" + std::string(9000, 'g'));
    row("padding that is not zero", tarHeader(file("a", ""), 3) + "abc" + std::string(509, 'p') + tarEnd());
    row("the same name twice", members({file("a", "first"), file("a", big), file("a", "third")}) + tarEnd());
    row("twice and shorter", members({file("a", big), file("a", "")}) + tarEnd());
    row("file, then directory", members({file("a", big), other('5', "a/"), file("a/b", "below")}) + tarEnd());
    row("directory, then file",
        members({file("a/b/c", big), file("a/d", "d"), file("a", "instead"), file("a", "again")}) + tarEnd());
    row("file, then symlink", members({file("a", "data"), other('2', "a", "elsewhere")}) + tarEnd());
    row("hard links", members({file("a", big), other('1', "b", "a"), other('1', "c", "b")}) + tarEnd());
    row("hard link whose first name goes",
        members({file("a", big), other('1', "b", "a"), other('5', "a/"), file("a/x", "x")}) + tarEnd());
    row("hard link that is replaced", members({file("a", big), other('1', "b", "a"), file("b", "new")}) + tarEnd());
    row("whiteouts",
        members({file(".wh.gone", ""), file(".wh.data", "with data"), file("d/.wh..wh..opq", ""), file("gone", "back"),
                 other('5', "data")})
            + tarEnd());
    row("long names of GNU",
        tarMember({.type = 'L', .name = "././@LongLink", .link = {}, .data = std::string(180, 'n') + '\0'})
            + members({file("short", "data")}) + tarEnd());
    row("extended headers",
        paxHeader({{"path", "p/\xc3\xa4"}, {"mtime", "1.5"}, {"SCHILY.xattr.user.a", "b"}})
            + members({file("a", "data")}) + tarEnd());
    row("absolute and doubled slashes", members({file("/abs//name", "data"), file("./abs/name", "again")}) + tarEnd());
    row("a directory member with data", tarHeader(other('5', "d/"), 0) + tarEnd());
}

void LayerArchiveTest::archivesComeBackBitForBit()
{
    QFETCH(QByteArray, archive);
    const auto layer = unpacked(archive.toStdString());
    const auto again = layer.archive();
    QVERIFY2(again, again ? "" : again.error().message.c_str());
    QVERIFY(*again == archive.toStdString());
    QCOMPARE(digestOf(*again), layer.diffId());
}

void LayerArchiveTest::whatTarWritesComesBackBitForBit_data()
{
    QTest::addColumn<QByteArray>("command");
    const auto row = [](const char* name, const char* command) { QTest::newRow(name) << QByteArray(command); };
    row("GNU tar, gnu", "tar --format=gnu -cf archive.tar -C tree .");
    row("GNU tar, pax", "tar --format=pax --xattrs -cf archive.tar -C tree .");
    row("GNU tar, ustar",
        "tar --format=ustar --exclude=longlink --exclude='ddd*' --exclude=sub -cf archive.tar -C tree .");
    row("GNU tar, gnu sparse", "tar --format=gnu -S -cf archive.tar -C tree .");
    row("GNU tar, pax sparse 0.0", "tar --format=pax --sparse-version=0.0 -S -cf archive.tar -C tree .");
    row("GNU tar, pax sparse 0.1", "tar --format=pax --sparse-version=0.1 -S -cf archive.tar -C tree .");
    row("GNU tar, pax sparse 1.0", "tar --format=pax --sparse-version=1.0 -S -cf archive.tar -C tree .");
    row("GNU tar, twice and sparse",
        "tar --format=gnu -S -cf archive.tar -C tree .; tar --format=gnu -S -rf archive.tar -C tree sparse big");
    row("GNU tar, v7",
        "tar --format=v7 --exclude=longlink --exclude='ddd*' --exclude=sub --exclude=fifo --exclude=null "
        "-cf archive.tar -C tree .");
    row("busybox tar", "busybox tar -cf archive.tar -C tree .");
    row("bsdtar", "bsdtar -cf archive.tar -C tree .");
}

void LayerArchiveTest::whatTarWritesComesBackBitForBit()
{
    QFETCH(QByteArray, command);
    const auto program = command.first(command.indexOf(' ')).toStdString();
    if (!shell(std::format("command -v {} >/dev/null", program)))
        QSKIP("the program is not installed");
    QVERIFY(shell(std::format("cd {}; {}", m_work->path().string(), kTree)));
    QVERIFY(shell(std::format("cd {}; {}", m_work->path().string(), command.toStdString())));
    const auto archive = textOf(m_work->path() / "archive.tar");
    const auto layer = unpacked(archive);
    const auto again = layer.archive();
    QVERIFY2(again, again ? "" : again.error().message.c_str());
    QVERIFY(*again == archive);
    // What is written beside the layer holds no data of its files, but of those that came twice.
    if (!command.contains("-rf"))
        QVERIFY(fs::file_size(layer.headers()) < 20'000);
}

void LayerArchiveTest::whatIsMissingIsNamed_data()
{
    QTest::addColumn<QByteArray>("harm");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char* name, const char* harm, const char* expected) {
        QTest::newRow(name) << QByteArray(harm) << QByteArray(expected);
    };
    row("removed", "rm dir/file", "dir/file");
    row("its directory removed", "rm -r dir", "dir/file");
    row("changed", "printf TEXT >dir/file", "dir/file is no longer what the layer brought");
    row("shorter", "truncate -s 1 dir/file", "dir/file is no longer what the layer brought");
    row("a symlink now", "rm dir/file; ln -s /etc/passwd dir/file", "dir/file is no regular file");
    row("a symlink in the way", "mv dir there; ln -s there dir", "a symlink stands in the way");
    row("a fifo now", "rm dir/file; mkfifo dir/file", "dir/file is no regular file");
}

void LayerArchiveTest::whatIsMissingIsNamed()
{
    QFETCH(QByteArray, harm);
    QFETCH(QByteArray, expected);
    const auto layer = unpacked(members({file("dir/file", "text"), file("other", "text")}) + tarEnd());
    QVERIFY(layer.archive());
    QVERIFY(shell(std::format("cd {}; {}", layer.diff().string(), harm.toStdString())));
    const auto again = layer.archive();
    QVERIFY(!again);
    QVERIFY2(QByteArray::fromStdString(again.error().message).contains(expected), again.error().message.c_str());
}

void LayerArchiveTest::headersCutOffAnywhereAreRefused()
{
    const auto layer = unpacked(members({file("a", "first"), file("a", "second")}) + tarEnd());
    for (auto size = fs::file_size(layer.headers()); size > 0; --size) {
        fs::resize_file(layer.headers(), size - 1);
        QVERIFY(!layer.archive());
    }
}

void LayerArchiveTest::indexSaysWhatIsThere()
{
    auto device = other('3', "null");
    device.major = 1;
    device.minor = 3;
    auto owned = file("d/file", "text");
    owned.uid = 7;
    owned.gid = 8;
    owned.mtime = 9;
    const auto layer = unpacked(
        members({file("x/y/z", "old"), other('5', "d/"), file("d/file", "first"), owned, other('1', "hard", "d/file"),
                 other('2', "link", "/target"), device, other('6', "fifo"), file("d/.wh..wh..opq", ""),
                 file(".wh.gone", ""), file("i/implied", ""), file("x", "instead")})
        + tarEnd());
    const auto index = layer.index();
    QVERIFY2(index, index ? "" : index.error().message.c_str());
    std::string text;
    for (const auto& record : index->records()) {
        constexpr const char* kKinds[]
            = {"file", "directory", "symlink", "hardlink", "char", "block", "fifo", "whiteout", "implied"};
        text += std::format("{} {} {:o} {}:{} {} {} {},{}{}{}\n", kKinds[static_cast<int>(record.kind)], record.path,
                            record.mode, record.uid, record.gid, record.mtime.tv_sec, record.size, record.deviceMajor,
                            record.deviceMinor, record.link.empty() ? "" : " -> " + record.link,
                            record.opaque ? " opaque" : "");
    }
    QCOMPARE(
        QByteArray::fromStdString(text),
        QByteArray("directory d 755 0:0 0 0 0,0 opaque\nfile d/file 644 7:8 9 4 0,0\n"
                   "fifo fifo 755 0:0 0 0 0,0\nwhiteout gone 0 0:0 0 0 0,0\nhardlink hard 755 0:0 0 0 0,0 -> d/file\n"
                   "implied i 755 0:0 0 0 0,0\nfile i/implied 644 0:0 0 0 0,0\n"
                   "symlink link 755 0:0 0 0 0,0 -> /target\nchar null 755 0:0 0 0 1,3\nfile x 644 0:0 0 7 0,0\n"));
    const auto* found = index->find("d/file");
    QVERIFY(found && found->digest);
    Sha256 hash;
    hash.add(std::as_bytes(std::span{std::string_view{"text"}}));
    QVERIFY(*found->digest == hash.rawDigest());
    QVERIFY(!index->find("x/y/z"));
}

void LayerArchiveTest::indexCutOffAnywhereIsRefused()
{
    const auto layer = unpacked(members({file("a", "first"), file("b/c", "second"), other('2', "l", "t")}) + tarEnd());
    const auto whole = textOf(m_work->path() / "layer/index");
    QVERIFY(FileIndex::parse(whole));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        QVERIFY(!FileIndex::parse(whole.substr(0, size)));
        auto changed = whole;
        changed[size] = static_cast<char>(changed[size] ^ 1);
        QVERIFY(!FileIndex::parse(changed));
    }
}

QTEST_GUILESS_MAIN(LayerArchiveTest)
#include "tst_layer_archive.moc"
