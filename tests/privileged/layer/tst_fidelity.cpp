// SPDX-License-Identifier: GPL-3.0-or-later
#include "resources/starter/tar_writer.h"
#include "tests/privileged/layer/described_tree.h"
#include "tests/privileged/layer/unpacked_layer.h"
#include "tests/unit/layer/text_source.h"

#include <QStandardPaths>
#include <QTest>

#include <optional>

using namespace lamella;
using namespace lamella::layer;
using namespace lamella::starter;
using namespace lamella::test;
namespace fs = std::filesystem;

namespace {

constexpr const char* kTree = R"sh(
mkdir -p tree/dir/sub tree/$(printf 'd%.0s' $(seq 120)) tree/mode tree/empty; cd tree
echo text >file; : >nothing; head -c 300000 /dev/urandom >big; ln big dir/hard; ln -s ../file dir/symlink; ln dir/symlink dir/symlink2
ln -s /nowhere/at/all out; echo x >$(printf 'd%.0s' $(seq 120))/$(printf 'n%.0s' $(seq 90))
mknod null c 1 3; mknod loop b 7 300; mkfifo fifo; ln fifo fifo2; printf 'not utf-8' >"$(printf 'a\377b')"; echo n >"$(printf 'new\nline')"
truncate -s 3M sparse; printf middle | dd of=sparse bs=1 seek=1048576 conv=notrunc 2>/dev/null; truncate -s 5M holes
chown 1000:1001 dir/sub nothing null; chown -h 7:8 dir/symlink; chmod 4755 file; chmod 1777 dir; chmod 0 nothing; chmod 2770 mode
touch -d '1999-12-31 23:59:59' dir dir/sub; touch -h -d '2001-02-03 04:05:06' dir/symlink
)sh";

// What only the pax format can say.
constexpr const char* kMore = R"sh(
cd tree; ln -s $(printf 'l%.0s' $(seq 150)) longlink; echo x >$(printf 'm%.0s' $(seq 250))
chown 3000000:4000000000 dir/sub; truncate -s 9G huge; printf end | dd of=huge bs=1 seek=9663676413 conv=notrunc 2>/dev/null
python3 - <<'PY'
import os
os.setxattr('file', 'user.note', b'ke\0pt'); os.setxattr('dir', 'user.dir', b'd')
os.setxattr('big', 'security.capability', bytes.fromhex('0100000200200000000000000000000000000000'))
os.utime('file', ns=(1, 981173106789012345)); os.utime('nothing', ns=(0, -1500000000)); os.utime('dir/sub', ns=(0, 10**18 + 1))
PY
)sh";

// Access control lists, with what they let others do and with a mask that takes some of it back.
constexpr const char* kAcls = R"sh(
mkdir -p tree/dir/within; cd tree; echo text >file; echo text >plain; echo below >dir/below; mkfifo dir/fifo
echo deep >dir/within/deep; chmod 600 dir/below
python3 - <<'PY'
import os, struct
def acl(*entries):
    return struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *entry) for entry in entries)
N = 0xffffffff
os.setxattr('file', 'system.posix_acl_access',
            acl((1, 6, N), (2, 4, 0), (2, 5, 70000), (4, 4, N), (8, 6, 100000), (16, 5, N), (32, 0, N)))
os.setxattr('dir', 'system.posix_acl_access', acl((1, 7, N), (2, 7, 70000), (4, 0, N), (16, 7, N), (32, 5, N)))
os.setxattr('dir', 'system.posix_acl_default', acl((1, 7, N), (4, 5, N), (8, 7, 70000), (16, 7, N), (32, 5, N)))
PY
)sh";

TarMember member(char type, std::string name, std::string link = {}, std::string data = {})
{
    return {.type = type, .name = std::move(name), .link = std::move(link), .data = std::move(data)};
}

} // namespace

/// What the extractor makes of an archive, beside what GNU tar does, and what it makes of archives that mean harm.
class FidelityTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_work.emplace("fidelity"); }
    void cleanup() { m_work.reset(); }
    void filesAreThoseOfGnuTar_data();
    void filesAreThoseOfGnuTar();
    void accessControlListsAreKept_data();
    void accessControlListsAreKept();
    void laterMembersReplaceEarlierOnes();
    void directoriesAreAsTheyWereSaidToBe_data();
    void directoriesAreAsTheyWereSaidToBe();
    void harmIsRefusedAndStaysInside_data();
    void harmIsRefusedAndStaysInside();

private:
    bool run(const std::string& script) const
    {
        return shell(std::format("cd {}; {}", m_work->path().string(), script));
    }
    void compareWithGnuTar(const std::string& archive, const std::string& forTar = {})
    {
        compareWith("tar --acls --xattrs --xattrs-include='*' --numeric-owner", archive, forTar);
    }
    void compareWith(const std::string& tar, const std::string& archive, const std::string& forTar = {})
    {
        std::ofstream{m_work->path() / "archive.tar", std::ios::binary} << (forTar.empty() ? archive : forTar);
        QVERIFY(run(std::format("mkdir out; {} -C out -xpf archive.tar", tar)));
        UnpackedTestLayer layer{m_work->path() / "layer"};
        TextSource source{archive};
        const auto done = layer.unpack(source);
        QVERIFY2(done, done ? "" : done.error().message.c_str());
        if (fs::exists(layer.diff() / "huge")) {
            QCOMPARE(fs::file_size(layer.diff() / "huge"), 9ull << 30);
            fs::resize_file(layer.diff() / "huge", 4096); // not to be read
            fs::resize_file(m_work->path() / "out/huge", 4096);
            QVERIFY(run("touch -d @1 out/huge layer/diff/huge"));
        }
        const auto ours = describedTree(layer.diff());
        const auto theirs = describedTree(m_work->path() / "out");
        if (ours != theirs) {
            std::ofstream{m_work->path() / "ours"} << ours;
            std::ofstream{m_work->path() / "theirs"} << theirs;
            run("diff ours theirs");
        }
        QVERIFY(!ours.empty() && ours == theirs);
    }

    std::optional<WorkDirectory> m_work;
};

void FidelityTest::filesAreThoseOfGnuTar_data()
{
    QTest::addColumn<QByteArray>("options");
    QTest::addColumn<bool>("all");
    QTest::newRow("gnu") << QByteArray("--format=gnu") << false;
    QTest::newRow("gnu, sparse") << QByteArray("--format=gnu -S") << false;
    QTest::newRow("pax") << QByteArray("--format=pax --xattrs --xattrs-include='*' --exclude=huge") << true;
    for (const char* version : {"0.0", "0.1", "1.0"}) {
        QTest::addRow("pax, sparse %s", version)
            << QByteArray("--format=pax --xattrs --xattrs-include='*' -S --sparse-version=") + version << true;
    }
}

void FidelityTest::filesAreThoseOfGnuTar()
{
    QFETCH(QByteArray, options);
    QFETCH(bool, all);
    QVERIFY(run(kTree));
    if (all)
        QVERIFY(run(kMore));
    QVERIFY(run(std::format("tar {} --numeric-owner -cf made.tar -C tree .", options.toStdString())));
    compareWithGnuTar(textOf(m_work->path() / "made.tar"));
}

void FidelityTest::accessControlListsAreKept_data()
{
    QTest::addColumn<QByteArray>("tar");
    QTest::addRow("GNU tar") << QByteArray("tar --format=pax --acls");
    QTest::addRow("GNU tar, numbers") << QByteArray("tar --format=pax --acls --numeric-owner");
    QTest::addRow("GNU tar, attributes as well") << QByteArray("tar --format=pax --acls --xattrs --xattrs-include='*'");
    QTest::addRow("bsdtar") << QByteArray("bsdtar --format=pax --acls");
}

void FidelityTest::accessControlListsAreKept()
{
    QFETCH(QByteArray, tar);
    if (tar.startsWith("bsdtar") && QStandardPaths::findExecutable(QStringLiteral("bsdtar")).isEmpty())
        QSKIP("needs the package libarchive-tools");
    QVERIFY(run(kAcls));
    QVERIFY(run(std::format("{} -cf made.tar -C tree dir file plain", tar.toStdString())));
    const auto archive = textOf(m_work->path() / "made.tar");
    QVERIFY(archive.contains("SCHILY.acl.default="));
    compareWith(tar.startsWith("bsdtar") ? "bsdtar --acls --numeric-owner" : "tar --acls --numeric-owner", archive);
    const auto made = describedTree(m_work->path() / "layer/diff");
    QVERIFY2(made == describedTree(m_work->path() / "tree"), made.c_str()); // nothing was lost on the way either
}

void FidelityTest::laterMembersReplaceEarlierOnes()
{
    compareWithGnuTar(tarMember(member('0', "twice", {}, "first and longer"))
                      + tarMember(member('0', "twice", {}, "second")) + tarMember(member('0', "link", {}, "data"))
                      + tarMember(member('2', "link", "elsewhere")) + tarMember(member('2', "file", "elsewhere"))
                      + tarMember(member('0', "file", {}, "data")) + tarMember(member('0', "hard", {}, "old"))
                      + tarMember(member('1', "hard", "twice")) + tarEnd());
    // GNU tar leaves a directory where a file should come; in a layer the last member counts.
    UnpackedTestLayer layer{m_work->path() / "other"};
    TextSource source{tarMember(member('0', "a", {}, "file")) + tarMember(member('5', "a/"))
                      + tarMember(member('0', "a/below", {}, "x")) + tarMember(member('0', "b/c/d", {}, "x"))
                      + tarMember(member('0', "b", {}, "file now")) + tarEnd()};
    QVERIFY(layer.unpack(source));
    QCOMPARE(textOf(layer.diff() / "a/below"), "x");
    QCOMPARE(textOf(layer.diff() / "b"), "file now");
}

void FidelityTest::directoriesAreAsTheyWereSaidToBe_data()
{
    const auto directory = [](std::string name, std::int64_t time, unsigned mode = 0755, unsigned gid = 0) {
        auto member = ::member('5', std::move(name));
        member.mtime = time;
        member.mode = mode;
        member.gid = gid;
        return tarMember(member);
    };
    const auto file = [](std::string name, unsigned mode = 0644, unsigned gid = 0) {
        auto member = ::member('0', std::move(name), {}, "x");
        member.mode = mode;
        member.gid = gid;
        return tarMember(member);
    };
    QTest::addColumn<QByteArray>("archive");
    QTest::addColumn<QByteArray>("forTar"); // which forgets a directory's time when something comes into it later
    const auto row = [](const char* name, const std::string& archive, const std::string& again = {}) {
        QTest::newRow(name) << QByteArray::fromStdString(archive + tarEnd())
                            << QByteArray::fromStdString(archive + again + tarEnd());
    };
    const auto some = directory("./", 11) + directory("a/", 22) + directory("a/b/", 33) + directory("d/", 44);
    row("times, though more comes later",
        some + file("a/b/c") + file("d/e") + file("a/b/late") + tarMember(member('2', "a/link", "b"))
            + tarMember(member('1', "d/hard", "a/b/c")) + file("top"),
        some);
    row("the last time counts",
        directory("a/", 22) + file("a/b") + directory("a/", 33) + directory("c/", 44) + directory("a/", 55)
            + file("c/d") + directory("c/", 66));
    row("the group comes from no directory",
        directory("a/", 22, 02775, 7) + file("a/root") + file("a/own", 0640, 7) + file("a/set", 06755, 9)
            + directory("a/below/", 33) + file("a/below/file") + tarMember(member('2', "a/link", "root"))
            + tarMember(member('6', "a/fifo")) + directory("b/", 22, 0700) + directory("b/", 22, 02700, 5)
            + file("b/file") + directory("d/", 1, 01777) + file("d/sticky", 01644) + file("d/late", 0000));
    std::string directories = directory("./", 11);
    std::string path;
    for (int i = 0; i < 49; ++i) {
        path += "d/";
        directories += directory(path, 100 + i, i % 2 == 0 ? 0755 : 02755, 3);
    }
    auto deep = directories;
    for (int length = 98; length > 0; length -= 14)
        deep += file(path.substr(0, static_cast<std::size_t>(length)) + "f");
    for (int length = 4; length <= 98; length += 14)
        deep += file(path.substr(0, static_cast<std::size_t>(length)) + "g");
    row("deep down", deep, directories);
}

void FidelityTest::directoriesAreAsTheyWereSaidToBe()
{
    QFETCH(QByteArray, archive);
    QFETCH(QByteArray, forTar);
    compareWithGnuTar(archive.toStdString(), forTar.toStdString());
}

void FidelityTest::harmIsRefusedAndStaysInside_data()
{
    QTest::addColumn<QByteArray>("archive");
    QTest::addColumn<QByteArray>("sentence"); // empty: it is unpacked, inside
    const auto row = [](const char* name, const std::string& archive, const char* sentence) {
        QTest::newRow(name) << QByteArray::fromStdString(archive + tarEnd()) << QByteArray(sentence);
    };
    const auto file = [](const char* name) { return tarMember(member('0', name, {}, "harm")); };
    row("..", file("../outside/file"), "has \"..\"");
    row(".. in the middle", file("a/../../outside/file"), "has \"..\"");
    row("a directory ..", tarMember(member('5', "../outside/new/")), "has \"..\"");
    row("absolute", file("/var/tmp/lamella-test-absolute"), "");
    row("through a symlink", tarMember(member('2', "link", "../../outside")) + file("link/file"), "symlink");
    row("through an absolute symlink", tarMember(member('2', "link", "/")) + file("link/tmp/harm"), "symlink");
    row("a symlink instead of a directory",
        tarMember(member('5', "d/")) + tarMember(member('2', "d", "../../outside")) + file("d/file"), "symlink");
    row("a directory through a symlink",
        tarMember(member('2', "link", "../../outside")) + tarMember(member('5', "link/")) + file("link/file"), "");
    row("over a symlink", tarMember(member('2', "file", "../../outside/file")) + file("file"), "");
    row("a hard link out", tarMember(member('1', "hard", "../outside/file")), "has \"..\"");
    row("a hard link to an absolute name", tarMember(member('1', "hard", "/etc/passwd")), "no such file in this layer");
    row("a hard link through a symlink",
        tarMember(member('2', "link", "../../outside")) + tarMember(member('1', "hard", "link/file")),
        "no such file in this layer");
    row("a hard link to a symlink, written to",
        tarMember(member('2', "link", "../../outside/file")) + tarMember(member('1', "hard", "link")) + file("hard"),
        "");
    row("a hard link to itself", file("a") + tarMember(member('1', "a", "a")), "a link to itself");
    row("a hard link to a directory", tarMember(member('5', "d/")) + tarMember(member('1', "h", "d")),
        "no such file in this layer");
    row("a whiteout of ..", file("a/.wh..."), "a whiteout of nothing");
    row("a whiteout of .", file("a/.wh.."), "a whiteout of nothing");
    row("a whiteout of nothing", file("a/.wh."), "a whiteout of nothing");
    row("a whiteout through a symlink", tarMember(member('2', "link", "../../outside")) + file("link/.wh.file"),
        "symlink");
    row("overlay's own mark", tarMember(member('3', "null")), "overlay's mark of a deletion");
    row("the root as a file", tarMember(member('0', ".", {}, "x")), "root is not a directory");
    row("the root as a symlink", tarMember(member('2', ".", "../outside")), "root is not a directory");
    row("a name that is too long", paxHeader({{"path", std::string(300, 'n')}}) + file("x"), "no file name");
    row("overlay's attributes", paxHeader({{"SCHILY.xattr.trusted.overlay.redirect", "/outside"}}) + file("x"), "");
}

void FidelityTest::harmIsRefusedAndStaysInside()
{
    QFETCH(QByteArray, archive);
    QFETCH(QByteArray, sentence);
    QVERIFY(run("mkdir outside; echo untouched >outside/file; chmod 640 outside/file; ls -l /etc/passwd >passwd"));
    const auto before = describedTree(m_work->path() / "outside");
    UnpackedTestLayer layer{m_work->path() / "layer"};
    TextSource source{archive.toStdString()};
    const auto done = layer.unpack(source);
    QVERIFY(describedTree(m_work->path() / "outside") == before);
    QVERIFY(run("ls -l /etc/passwd | diff passwd -"));
    QVERIFY(!fs::exists("/var/tmp/lamella-test-absolute") && !fs::exists("/tmp/harm"));
    if (sentence.isEmpty()) {
        QVERIFY2(done, done ? "" : done.error().message.c_str());
        QVERIFY(!describedTree(layer.diff()).contains("trusted.overlay"));
        return;
    }
    QVERIFY(!done);
    QVERIFY2(QByteArray::fromStdString(done.error().message).contains(sentence), done.error().message.c_str());
}

QTEST_GUILESS_MAIN(FidelityTest)
#include "tst_fidelity.moc"
