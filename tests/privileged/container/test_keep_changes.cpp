// SPDX-License-Identifier: GPL-3.0-or-later
#include "world.h"

#include "engine/container/keep_changes.h"
#include "engine/os/file.h"

#include <algorithm>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace lamella;
using namespace lamella::container;
using namespace lamella::test;

namespace {

constexpr uid_t kUser = 1000;
constexpr std::uint32_t kBase = 100'000;

void write(const fs::path& file, const std::string& text = "text")
{
    fs::create_directories(file.parent_path());
    std::ofstream{file} << text;
}

struct stat statusOf(const fs::path& path)
{
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0)
        qFatal("%s is not there", path.c_str());
    return status;
}

} // namespace

/// A container's changes as files of a user: what comes, what does not, and that nothing goes astray.
class TestKeepChanges : public QObject {
    Q_OBJECT

    Result<NotKept> keep(std::vector<std::string> paths = {""}, std::stop_token stop = {})
    {
        const auto directory = require(os::open(m_into, O_RDONLY | O_DIRECTORY));
        const layer::OverlayDirectories parts{m_upper, m_world->path() / "work", {m_lower}, kBase, 65536};
        return keepChanges(parts, layer::PathSelection{std::move(paths)}, directory.borrow(), {kUser, kUser, {kUser}},
                           {}, std::move(stop));
    }

private Q_SLOTS:
    void init()
    {
        m_world = std::make_unique<World>();
        // Its parent is root's alone: the directory is reached by the descriptor only.
        m_into = m_world->path() / "into";
        m_upper = m_world->path() / "upper";
        m_lower = m_world->path() / "lower";
        for (const auto& directory : {m_into, m_upper, m_lower})
            fs::create_directories(directory);
        ::chmod(m_world->path().c_str(), 0711);
        ::chmod(m_into.c_str(), 0700);
        ::chown(m_into.c_str(), kUser, kUser);
    }
    void cleanup() { m_world.reset(); }

    void theyAreTheUsersOwnFiles()
    {
        const std::string deep = std::string(120, 'd') + "/" + std::string(200, 'e');
        write(m_upper / "etc/motd", "hello");
        write(m_upper / deep, "deep");
        ::chmod((m_upper / "etc/motd").c_str(), 06777);
        ::chown((m_upper / "etc/motd").c_str(), kBase, kBase);
        ::setxattr((m_upper / "etc/motd").c_str(), "user.note", "x", 1, 0);
        const timespec times[2] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
        ::utimensat(AT_FDCWD, (m_upper / "etc/motd").c_str(), times, 0);
        fs::create_symlink("/etc/passwd", m_upper / "link");
        fs::create_hard_link(m_upper / "etc/motd", m_upper / "same");
        write(m_upper / "unreadable");
        ::chmod((m_upper / "unreadable").c_str(), 0);
        QCOMPARE(require(keep()), NotKept{});
        QCOMPARE(readText(m_into / "etc/motd"), "hello");
        QCOMPARE(readText(m_into / deep), "deep");
        const auto motd = statusOf(m_into / "etc/motd");
        QCOMPARE(motd.st_uid, kUser);
        QCOMPARE(motd.st_gid, kUser);
        QCOMPARE(motd.st_mode & 07777, 0755u);
        QCOMPARE(motd.st_mtim.tv_sec, 1'000'000'000);
        QCOMPARE(motd.st_nlink, 2u);
        QVERIFY(::getxattr((m_into / "etc/motd").c_str(), "user.note", nullptr, 0) < 0);
        QCOMPARE(statusOf(m_into / "same").st_ino, motd.st_ino);
        QCOMPARE(statusOf(m_into / "unreadable").st_mode & 07777, 0600u);
        QCOMPARE(fs::read_symlink(m_into / "link"), fs::path{"/etc/passwd"});
        QCOMPARE(statusOf(m_into / "link").st_uid, kUser);
        QCOMPARE(statusOf(m_into / "etc").st_uid, kUser);
    }

    void holesStayHoles()
    {
        write(m_upper / "sparse", "begin");
        QCOMPARE(::truncate((m_upper / "sparse").c_str(), 64 << 20), 0);
        require(keep());
        QCOMPARE(statusOf(m_into / "sparse").st_size, 64 << 20);
        QVERIFY(statusOf(m_into / "sparse").st_blocks * 512 < 1 << 20);
    }

    void onlyWhatIsSelected()
    {
        write(m_upper / "etc/motd");
        write(m_upper / "etc/other");
        write(m_upper / "var/x");
        require(keep({"etc/motd"}));
        QVERIFY(fs::exists(m_into / "etc/motd"));
        QVERIFY(!fs::exists(m_into / "etc/other"));
        QVERIFY(!fs::exists(m_into / "var"));
    }

    void whatIsNotFilesIsListed()
    {
        fs::create_directories(m_lower / "etc");
        fs::create_directories(m_lower / "var/old");
        write(m_lower / "etc/group");
        fs::create_directories(m_upper / "etc");
        fs::create_directories(m_upper / "var");
        QCOMPARE(::mknod((m_upper / "etc/group").c_str(), S_IFCHR, 0), 0);
        QCOMPARE(::setxattr((m_upper / "var").c_str(), "trusted.overlay.opaque", "y", 1, 0), 0);
        QCOMPARE(::mkfifo((m_upper / "pipe").c_str(), 0600), 0);
        QCOMPARE(::link((m_upper / "pipe").c_str(), (m_upper / "pipe2").c_str()), 0);
        QCOMPARE(::mknod((m_upper / "null").c_str(), S_IFCHR | 0666, makedev(1, 3)), 0);
        auto notKept = require(keep());
        std::ranges::sort(notKept);
        QCOMPARE(notKept, (NotKept{"D /etc/group", "O /var", "S /null", "S /pipe", "S /pipe2"}));
        QVERIFY(!fs::exists(m_into / "etc/group"));
        QVERIFY(!fs::exists(m_into / "pipe"));
        QVERIFY(!fs::exists(m_into / "null"));
        QVERIFY(fs::is_empty(m_into / "var"));
    }

    /// Where a link and a directory would have one name, the directory is not the link's target.
    void nothingLeavesTheDirectory()
    {
        const fs::path outside = m_world->path() / "outside";
        fs::create_directories(outside);
        ::chown(outside.c_str(), kUser, kUser);
        fs::create_symlink(outside, m_upper / "a");
        write(m_upper / "b/file");
        require(keep());
        QVERIFY(fs::is_empty(outside));
        QVERIFY(fs::is_symlink(m_into / "a"));
        // Names that would lead out are names of files like any other.
        write(m_upper / "..." / "x");
        write(m_upper / "-rf");
        fs::remove_all(m_into / "b");
        fs::remove(m_into / "a");
        require(keep());
        QVERIFY(fs::exists(m_into / "..." / "x"));
        QVERIFY(fs::exists(m_into / "-rf"));
    }

    void nothingIsOverwritten()
    {
        write(m_upper / "file", "theirs");
        write(m_into / "file", "mine");
        QCOMPARE(keep().error().kind, ErrorKind::InvalidArgument);
        QCOMPARE(readText(m_into / "file"), "mine");
    }

    void onlyWithTheUsersRights()
    {
        write(m_upper / "file");
        ::chown(m_into.c_str(), 0, 0);
        ::chmod(m_into.c_str(), 0755);
        QCOMPARE(keep().error().errnum, EACCES);
        QVERIFY(fs::is_empty(m_into));
        // This thread is root again.
        write(m_into / "roots");
        QCOMPARE(statusOf(m_into / "roots").st_uid, 0u);
    }

    void isCancelled()
    {
        for (int i = 0; i < 100; ++i)
            write(m_upper / std::to_string(i));
        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(keep({""}, stop.get_token()).error().kind, ErrorKind::Cancelled);
    }

private:
    std::unique_ptr<World> m_world;
    fs::path m_into, m_upper, m_lower;
};

QTEST_GUILESS_MAIN(TestKeepChanges)
#include "test_keep_changes.moc"
