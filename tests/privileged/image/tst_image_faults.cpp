// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/privileged/image/fault_fixture.h"

#include <QScopeGuard>

#include <csignal>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/wait.h>

using namespace lamella;
using namespace lamella::image;

/// Each operation of the store is ended at each of its steps, by kill -9 and by a disk that has become full: nothing
/// half-made is left, what was there is still there, and the operation can be done again.
class ImageFaultsTest : public QObject, FaultTest {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { ::signal(SIGPIPE, SIG_IGN); }
    void init() { prepare(); }
    void cleanup() { cleanUp(); }
    void aKillAtEachStepLeavesNothing_data() { operations(); }
    void aKillAtEachStepLeavesNothing();
    void aDiskThatFillsUpAtEachStepLeavesNothing_data() { operations(); }
    void aDiskThatFillsUpAtEachStepLeavesNothing();
    void aDiskThatFillsUpWithinALayerLeavesNothing();

private:
    struct Step {
        std::size_t number; // of all steps
        std::string name;
    };

    // The steps of the operation, in their order. Of one that comes again and again, the first and the last.
    std::vector<Step> stepsOf(const Operation& operation)
    {
        std::vector<Step> steps;
        std::size_t count = 0;
        Store store{root()};
        store.images.setStepHook([&](std::string_view name) {
            const Step step{count++, std::string{name}};
            const auto last = steps.rbegin();
            const bool isThird = steps.size() > 1 && last->name == name && std::next(last)->name == name;
            if (isThird)
                steps.back() = step;
            else
                steps.push_back(step);
        });
        const auto done = operation(store, m_directory);
        if (!done)
            qFatal("%s", done.error().message.c_str());
        store.images.setStepHook({});
        removeAllBut(store);
        fs::remove(m_directory / "acknowledged");
        return steps;
    }

};

void ImageFaultsTest::aKillAtEachStepLeavesNothing()
{
    QFETCH(Operation, operation);
    furnish();
    const auto steps = stepsOf(operation);
    QVERIFY(!steps.empty());
    for (const auto& [last, name] : steps) {
        const auto child = ::fork();
        if (child == 0) {
            Store store{root()};
            std::size_t count = 0;
            store.images.setStepHook([&](std::string_view) {
                if (count++ == last)
                    ::kill(::getpid(), SIGKILL);
            });
            ::_exit(operation(store, m_directory) ? 0 : 1);
        }
        int status = 0;
        QCOMPARE(::waitpid(child, &status, 0), child);
        QVERIFY2(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, name.c_str());
        Store store{root()};
        QVERIFY(store.images.sweep());
        verifyStore(store);
        if (QTest::currentTestFailed()) {
            qWarning("killed at step %zu, %s", last, name.c_str());
            return;
        }
    }
    Store store{root()};
    QVERIFY(operation(store, m_directory));
}

namespace {

// Takes what is free on the disk, but for `left`.
void fill(const fs::path& directory, std::uint64_t left)
{
    struct statvfs info{};
    const auto filler = os::open(directory / "filler", O_RDWR | O_CREAT, 0600).value();
    QCOMPARE(::statvfs(directory.c_str(), &info), 0);
    const auto free = info.f_bavail * info.f_frsize;
    if (free > left)
        QCOMPARE(::posix_fallocate(filler.get(), 0, static_cast<off_t>(free - left)), 0);
}

} // namespace

// Somebody else takes all that is left of the disk, just then.
void ImageFaultsTest::aDiskThatFillsUpAtEachStepLeavesNothing()
{
    QFETCH(Operation, operation);
    fs::create_directories(root());
    if (::mount("none", root().c_str(), "tmpfs", 0, "size=96m") != 0)
        QSKIP("cannot mount here");
    const auto unmount = qScopeGuard([this] { ::umount2(root().c_str(), MNT_DETACH); });
    furnish();
    const auto steps = stepsOf(operation);
    for (const auto& [last, name] : steps) {
        {
            Store store{root()};
            std::size_t count = 0;
            store.images.setStepHook([&](std::string_view) {
                if (count++ == last)
                    fill(root(), 0);
            });
            const auto done = operation(store, m_directory);
            if (!done && done.error().kind != ErrorKind::NoSpace)
                QFAIL(std::format("full at {}: {}", name, done.error().message).c_str());
        }
        fs::remove(root() / "filler");
        Store store{root()};
        QVERIFY(store.images.sweep()); // to remove takes room for the database, too
        verifyStore(store);
        if (QTest::currentTestFailed()) {
            qWarning("full at step %zu, %s", last, name.c_str());
            return;
        }
    }
}

// So many bytes more, and then no more: it ends in the layer's files, in its index, in its headers, in the database.
void ImageFaultsTest::aDiskThatFillsUpWithinALayerLeavesNothing()
{
    fs::create_directories(root());
    if (::mount("none", root().c_str(), "tmpfs", 0, "size=96m") != 0)
        QSKIP("cannot mount here");
    const auto unmount = qScopeGuard([this] { ::umount2(root().c_str(), MNT_DETACH); });
    furnish();
    std::size_t failed = 0;
    bool fits = false;
    for (std::uint64_t left = 0; !fits && left < (8u << 20); left += left < (640u << 10) ? 64u << 10 : 12u << 10) {
        {
            Store store{root()};
            store.images.setStepHook([&](std::string_view name) {
                if (name == "staged")
                    fill(root(), left);
            });
            PipedSource source{m_directory / "given"};
            const auto done = store.images.import(source, kOwner, {}, {});
            fits = done.has_value();
            failed += !fits;
            if (!done) {
                QVERIFY2(done.error().kind == ErrorKind::NoSpace, done.error().message.c_str());
                QVERIFY2(done.error().message.contains(' '), done.error().message.c_str());
            }
        }
        fs::remove(root() / "filler");
        Store store{root()};
        QVERIFY(store.images.sweep());
        verifyStore(store);
        QVERIFY2(!QTest::currentTestFailed(), std::format("with {} bytes left", left).c_str());
    }
    QVERIFY(fits);
    QVERIFY(failed > 10);
}

QTEST_GUILESS_MAIN(ImageFaultsTest)
#include "tst_image_faults.moc"
