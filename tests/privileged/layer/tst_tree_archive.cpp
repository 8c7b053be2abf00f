// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/tree_archive.h"
#include "tests/privileged/layer/described_tree.h"
#include "tests/privileged/layer/unpacked_layer.h"
#include "tests/unit/layer/text_source.h"

#include <QTest>

#include <atomic>
#include <csignal>
#include <optional>
#include <thread>

using namespace lamella;
using namespace lamella::layer;
using namespace lamella::test;
namespace fs = std::filesystem;

namespace {

class TextSink final : public ByteSink {
public:
    Result<void> write(std::span<const std::byte> bytes) override
    {
        text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return {};
    }
    std::string text;
};

struct Written {
    std::string text;
    ArchivedTree tree;
};

Result<Written> archived(const fs::path& root, const ArchiveOptions& options = {})
{
    const auto directory = TRY(os::open(root, O_RDONLY | O_DIRECTORY));
    TextSink sink;
    const auto tree = TRY(archiveTree(directory.borrow(), sink, options));
    return Written{std::move(sink.text), tree};
}

ArchiveOptions upper(std::uint32_t idBase = 0, std::uint32_t idCount = 65536)
{
    ArchiveOptions options;
    options.isUpper = true;
    options.idBase = idBase;
    options.idCount = idCount;
    return options;
}

void write(const fs::path& path, const std::string& text)
{
    std::ofstream{path, std::ios::binary} << text;
}

constexpr const char* kTree = R"sh(
mkdir -p tree/dir/sub tree/$(printf 'd%.0s' $(seq 120)) tree/mode; cd tree
echo text >file; : >empty; head -c 300000 /dev/urandom >big; ln big dir/hard; ln -s ../file dir/symlink; ln dir/symlink dir/symlink2
ln -s $(printf 'l%.0s' $(seq 150)) longlink; echo x >$(printf 'd%.0s' $(seq 120))/$(printf 'n%.0s' $(seq 130))
mknod null c 1 3; mknod loop b 7 300; mkfifo fifo; printf 'not utf-8' >"$(printf 'a\377b')"; echo n >"$(printf 'new\nline')"
truncate -s 3M sparse; printf middle | dd of=sparse bs=1 seek=1048576 conv=notrunc 2>/dev/null; truncate -s 5M holes
truncate -s 9G huge; printf end | dd of=huge bs=1 seek=9663676413 conv=notrunc 2>/dev/null
chown 3000000:70000 dir/sub empty; chown 4000000000:3 dir/symlink; chmod 4755 file; chmod 1777 dir; chmod 0 empty; chmod 2770 mode
python3 - <<'PY'
import os, struct
os.setxattr('file', 'user.note', b'ke\0pt\n=1'); os.setxattr('dir', 'user.dir', b'')
os.setxattr('big', 'security.capability', bytes.fromhex('0100000200200000000000000000000000000000'))
acl = lambda *e: struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *x) for x in e)
rule = acl((1, 7, 0xffffffff), (2, 5, 1234), (4, 5, 0xffffffff), (8, 4, 77), (0x10, 7, 0xffffffff), (0x20, 0, 0xffffffff))
os.setxattr('dir/sub', 'system.posix_acl_access', rule); os.setxattr('dir/sub', 'system.posix_acl_default', rule)
os.setxattr('file', 'system.posix_acl_access', rule)
os.utime('file', ns=(1, 981173106789012345)); os.utime('empty', ns=(0, -1500000000)); os.utime('dir/sub', ns=(0, 10**18 + 1))
os.utime('dir/symlink', ns=(0, 123456789), follow_symlinks=False)
PY
)sh";

} // namespace

/// Trees that are written as archives, and read by others.
class TreeArchiveTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_work.emplace("tree"); }
    void cleanup() { m_work.reset(); }
    void othersUnpackTheSameTree_data();
    void othersUnpackTheSameTree();
    void sameTreeSameBytes();
    void anUpperDirectoryBecomesALayer();
    void aSelectionOfChanges_data();
    void aSelectionOfChanges();
    void ownersAreMappedBack();
    void namesThatMeanDeletionsAreRefused();
    void filesThatChangeMeanwhileKeepTheirSize();
    void nothingOutsideIsReadWhateverIsSwapped();
    void aLeaseIsWaitedFor();
    void deepTreesEnd();
    void cancelling();

private:
    bool run(const std::string& script) const
    {
        return shell(std::format("cd {}; {}", m_work->path().string(), script));
    }
    fs::path path(const char* name) const { return m_work->path() / name; }

    std::optional<WorkDirectory> m_work;
};

void TreeArchiveTest::othersUnpackTheSameTree_data()
{
    QTest::addColumn<QByteArray>("command");
    QTest::newRow("GNU tar") << QByteArray("tar --xattrs --xattrs-include='*' --numeric-owner -C out -xpf archive.tar");
    QTest::newRow("ourselves") << QByteArray();
}

void TreeArchiveTest::othersUnpackTheSameTree()
{
    QFETCH(QByteArray, command);
    QVERIFY(run(kTree));
    const auto archive = archived(path("tree"));
    QVERIFY2(archive, archive ? "" : archive.error().message.c_str());
    QVERIFY(archive->text.size() < 2'000'000); // the holes are none in the archive
    fs::path out = path("out");
    if (command.isEmpty()) {
        UnpackedTestLayer layer{path("layer")};
        TextSource source{archive->text};
        const auto done = layer.unpack(source);
        QVERIFY2(done, done ? "" : done.error().message.c_str());
        out = layer.diff();
    } else {
        write(path("archive.tar"), archive->text);
        QVERIFY(run("mkdir out; " + command.toStdString()));
    }
    for (const auto& tree : {path("tree"), out}) { // seen to be there by its size; not to be read
        const auto written = fs::last_write_time(tree / "huge");
        fs::resize_file(tree / "huge", 4096);
        fs::last_write_time(tree / "huge", written);
    }
    const auto ours = describedTree(path("tree"));
    const auto theirs = describedTree(out);
    QVERIFY(ours.contains("system.posix_acl_access") && ours.contains("security.capability"));
    if (ours != theirs) {
        write(path("a"), ours);
        write(path("b"), theirs);
        run("diff a b");
    }
    QVERIFY(ours == theirs);
}

void TreeArchiveTest::sameTreeSameBytes()
{
    QVERIFY(run(kTree));
    const auto one = archived(path("tree"));
    QVERIFY(run("rm tree/huge; cp -a --sparse=always tree copy"));
    const auto two = archived(path("tree"));
    const auto three = archived(path("copy"));
    QVERIFY(one && two && three);
    QVERIFY(one->text != two->text);
    QVERIFY(two->text == three->text);
}

void TreeArchiveTest::anUpperDirectoryBecomesALayer()
{
    QVERIFY(
        run("mkdir -p lower/old/sub lower/kept lower/dir upper work merged; echo a >lower/gone; echo b >lower/old/b; "
            "echo c >lower/dir/c; echo d >lower/dir/d; echo k >lower/kept/k; "
            "mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work,index=on none merged; "
            "cd merged; rm gone dir/c; rm -r old; mkdir old; echo new >old/new; echo more >>kept/k; ln dir/d dir/e; "
            "cd ..; umount merged"));
    const auto archive = archived(path("upper"), upper());
    QVERIFY2(archive, archive ? "" : archive.error().message.c_str());
    write(path("archive.tar"), archive->text);
    QVERIFY(
        run("tar -tf archive.tar >names; cat >expected <<'END'\n./\ndir/\ndir/.wh.c\ndir/d\ndir/e\n.wh.gone\nkept/\n"
            "kept/k\nold/\nold/.wh..wh..opq\nold/new\nEND\ndiff expected names"));
    QVERIFY(!archive->text.contains("trusted.overlay"));
    // And back: overlay shows the same on the layer that it becomes.
    UnpackedTestLayer layer{path("layer")};
    TextSource source{archive->text};
    const auto extracted = layer.unpack(source);
    QVERIFY(extracted);
    QCOMPARE(extracted->opaque, std::vector<std::string>{"old"});
    QVERIFY(run(
        "setfattr -n trusted.overlay.opaque -v y layer/diff/old 2>/dev/null || python3 -c \"import os; "
        "os.setxattr('layer/diff/old', 'trusted.overlay.opaque', b'y')\"; mkdir one two; "
        "mount -t overlay -o lowerdir=upper:lower none one; mount -t overlay -o lowerdir=layer/diff:lower none two; "
        "r=0; diff -r one two || r=1; umount one two; exit $r"));
}

void TreeArchiveTest::aSelectionOfChanges_data()
{
    QTest::addColumn<QString>("paths");
    QTest::addColumn<QString>("names");
    const auto row = [](const char* name, const char* paths, const char* names) {
        QTest::newRow(name) << QString::fromLatin1(paths) << QString::fromLatin1(names);
    };
    row("a file", "kept/k", "kept/k");
    row("a deleted file", "gone", ".wh.gone");
    row("a directory", "dir", "dir/ dir/.wh.c dir/d");
    row("a new one with the way to it", "new/deep/f", "new/ new/deep/ new/deep/f");
    row("not its neighbour", "new/dee", "new/");
    row("several", "kept/k gone dir/c", "dir/.wh.c .wh.gone kept/k");
    row("one in a directory that was made anew", "old/new", "old/new");
    row("one that such a directory hides", "old/b", "old/.wh.b");
    row("such a directory", "old", "old/ old/.wh..wh..opq old/new");
    row("nothing of it", "no/such", "");
    row("all", "",
        "./ dir/ dir/.wh.c dir/d .wh.gone kept/ kept/k new/ new/.wh..wh..opq new/deep/ new/deep/f new/deep/g old/ "
        "old/.wh..wh..opq old/new");
}

void TreeArchiveTest::aSelectionOfChanges()
{
    QFETCH(QString, paths);
    QFETCH(QString, names);
    QVERIFY(
        run("mkdir -p lower/old/sub lower/kept lower/dir upper work merged; echo a >lower/gone; echo b >lower/old/b; "
            "echo c >lower/dir/c; echo d >lower/dir/d; echo k >lower/kept/k; "
            "mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work,index=on none merged; "
            "cd merged; rm gone dir/c; rm -r old; mkdir old; echo new >old/new; echo more >>kept/k; echo m >>dir/d; "
            "mkdir -p new/deep; echo f >new/deep/f; echo g >new/deep/g; cd ..; umount merged"));
    auto options = upper();
    std::vector<std::string> selected;
    for (const QString& one : paths.split(u' '))
        selected.push_back(one.toStdString());
    options.selection = PathSelection{selected};
    options.writesAbove = [](const std::string& directory) { return directory.starts_with("new"); };
    const auto archive = archived(path("upper"), options);
    QVERIFY2(archive, archive ? "" : archive.error().message.c_str());
    write(path("archive.tar"), archive->text);
    std::ofstream{path("expected")} << names.replace(u' ', u'\n').toStdString() << (names.isEmpty() ? "" : "\n");
    QVERIFY(run("tar -tf archive.tar >names; diff expected names"));
}

void TreeArchiveTest::ownersAreMappedBack()
{
    QVERIFY(run(
        "mkdir upper; cd upper; echo a >a; chown 100000:100007 a; echo b >b; chown 5:165536 b; mkdir d; chown "
        "165535:100001 d; "
        "python3 - <<'PY'\nimport os, struct\n"
        "os.setxattr('a', 'system.posix_acl_access', struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *x) for x in "
        "((1, 6, 0xffffffff), (2, 5, 100042), (4, 5, 0xffffffff), (0x10, 7, 0xffffffff), (0x20, 0, 0xffffffff))))\n"
        "os.setxattr('a', 'security.capability', "
        "bytes.fromhex('0100000300200000000000000000000000000000a0860100'))\nPY"));
    const auto archive = archived(path("upper"), upper(100000, 65536));
    QVERIFY2(archive, archive ? "" : archive.error().message.c_str());
    TextSource source{archive->text};
    TarReader reader{source};
    std::string owners;
    for (auto entry = reader.next(); entry && *entry; entry = reader.next()) {
        owners += std::format("{} {}:{}\n", (*entry)->path, (*entry)->uid, (*entry)->gid);
        for (const auto& [name, value] : (*entry)->xattrs) {
            const auto version = name == "security.capability" ? static_cast<unsigned>(value[3]) : 0u;
            const auto user = name == "system.posix_acl_access" ? static_cast<unsigned>(value[16]) : 0u;
            owners += std::format("  {} {} {} {}\n", name, value.size(), version, user);
        }
    }
    QCOMPARE(owners,
             "./ 65534:65534\na 0:7\n  security.capability 20 2 0\n  system.posix_acl_access 44 0 42\n"
             "b 65534:65534\nd/ 65535:1\n");
}

void TreeArchiveTest::namesThatMeanDeletionsAreRefused()
{
    QVERIFY(run("mkdir -p tree/d; echo x >tree/d/.wh.passwd"));
    QVERIFY(archived(path("tree")));
    const auto archive = archived(path("tree"), upper());
    QVERIFY(!archive);
    QVERIFY(archive.error().kind == ErrorKind::InvalidArgument);
    QVERIFY2(archive.error().message.starts_with("d/.wh.passwd: "), archive.error().message.c_str());
}

void TreeArchiveTest::filesThatChangeMeanwhileKeepTheirSize()
{
    fs::create_directories(path("tree"));
    write(path("tree/grows"), std::string(1u << 20, 'x'));
    write(path("tree/last"), "last");
    std::atomic<bool> stop = false;
    std::jthread changer([&] {
        for (int i = 0; !stop; ++i)
            fs::resize_file(path("tree/grows"), i % 3 == 0 ? 0 : i % 3 == 1 ? 3u << 20 : 1000);
    });
    for (int round = 0; round < 100; ++round) {
        const auto archive = archived(path("tree"));
        QVERIFY2(archive, archive ? "" : archive.error().message.c_str());
        TextSource source{archive->text};
        TarReader reader{source};
        std::string names;
        for (;;) {
            const auto entry = reader.next();
            QVERIFY2(entry, entry ? "" : entry.error().message.c_str());
            if (!*entry)
                break;
            names += (*entry)->path + ' ';
        }
        QCOMPARE(names, "./ grows last ");
    }
    stop = true;
}

void TreeArchiveTest::nothingOutsideIsReadWhateverIsSwapped()
{
    QVERIFY(
        run("mkdir -p tree/dir outside; echo SECRET >outside/file; echo good >tree/dir/file; ln -s ../outside link; "
            "mkdir other; ln -s ../../outside/file other/file; mkfifo other/fifo; "
            "mknod other/device c 1 5"));
    std::atomic<bool> stop = false;
    std::jthread swapper([&] {
        const auto exchange = [this](const char* a, const char* b) {
            ::renameat2(AT_FDCWD, path(a).c_str(), AT_FDCWD, path(b).c_str(), RENAME_EXCHANGE);
        };
        while (!stop) {
            exchange("tree/dir", "link");
            exchange("tree/dir", "link");
            exchange("tree/dir/file", "other/file");
            exchange("tree/dir/file", "other/file");
            exchange("tree/dir/file", "other/fifo");
            exchange("tree/dir/file", "other/fifo");
            exchange("tree/dir/file", "other/device");
            exchange("tree/dir/file", "other/device");
        }
    });
    for (int round = 0; round < 2000; ++round) {
        const auto archive = archived(path("tree"));
        if (archive)
            QVERIFY(!archive->text.contains("SECRET"));
    }
    stop = true;
}

void TreeArchiveTest::aLeaseIsWaitedFor()
{
    fs::create_directories(path("tree"));
    write(path("tree/file"), "leased");
    const auto file = os::open(path("tree/file"), O_RDWR);
    QVERIFY(file);
    ::signal(SIGIO, SIG_IGN); // which tells of who waits
    QCOMPARE(::fcntl(file->get(), F_SETLEASE, F_WRLCK), 0);
    std::atomic<bool> isBroken = false;
    const std::jthread holder([&](const std::stop_token& stop) {
        while (!stop.stop_requested() && ::fcntl(file->get(), F_GETLEASE) == F_WRLCK)
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
        isBroken = !stop.stop_requested();
        ::fcntl(file->get(), F_SETLEASE, F_UNLCK);
    });
    const auto archive = archived(path("tree"));
    QVERIFY2(archive, archive ? "" : archive.error().message.c_str());
    QVERIFY(isBroken);
    QVERIFY(archive->text.contains("leased"));
}

void TreeArchiveTest::deepTreesEnd()
{
    QVERIFY(run("mkdir tree; cd tree; python3 - <<'PY'\nimport os\nfor i in range(3000):\n    os.mkdir('d'); "
                "os.chdir('d')\nPY\necho "
                "x >z"));
    const auto archive = archived(path("tree"));
    QVERIFY2(archive, archive ? "" : archive.error().message.c_str());
    QVERIFY(archive->tree.entries > 2000 && archive->tree.entries < 2100);
    QVERIFY(archive->text.contains("z\0"));
}

void TreeArchiveTest::cancelling()
{
    QVERIFY(run("mkdir tree; truncate -s 1M tree/a; fallocate -l 100M tree/b || head -c 100000000 /dev/zero >tree/b"));
    std::stop_source stop;
    ArchiveOptions options;
    options.stop = stop.get_token();
    options.progress = [&stop](Bytes) { stop.request_stop(); };
    const auto archive = archived(path("tree"), options);
    QVERIFY(!archive);
    QVERIFY(archive.error().kind == ErrorKind::Cancelled);
}

QTEST_GUILESS_MAIN(TreeArchiveTest)
#include "tst_tree_archive.moc"
