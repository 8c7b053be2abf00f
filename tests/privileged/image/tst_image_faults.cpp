// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/import_source.h"
#include "engine/image/worker.h"
#include "engine/layer/byte_sink.h"
#include "tests/privileged/image/archive_fixture.h"

#include <QScopeGuard>

#include <array>
#include <csignal>
#include <functional>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <thread>

using namespace lamella;
using namespace lamella::image;

namespace {

const auto kCommon = archiveOf({file("common", "of both images")});
const auto kBystander = archiveOf({file("kept", "whatever happens beside it")});

// Data, and names enough for an index and headers of some pages.
std::string largeLayer()
{
    std::vector<starter::TarMember> members;
    for (int i = 0; i < 200; ++i)
        members.push_back(file(std::format("directory/{}/{:040}", i % 7, i), std::string(3000, 'x')));
    return archiveOf(members);
}

/// The layers of a layout through pipes, as a pull brings them.
class PipedSource final : public ImportSource {
public:
    explicit PipedSource(fs::path layout)
        : m_layout(std::move(layout))
        , m_directory(os::open(m_layout, O_RDONLY | O_DIRECTORY).value())
    {
    }
    Result<std::vector<FoundImage>> images(const Worker& worker, std::stop_token stop) override
    {
        return worker.readLayout(m_directory.borrow(), kOwner, std::move(stop));
    }
    Result<Blob> openBlob(const Descriptor& blob, std::stop_token) override
    {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            return systemFailure("cannot make a pipe");
        const std::scoped_lock lock{m_mutex};
        m_feeders.emplace_back(
            [path = m_layout / TestLayout::pathOf(blob.digest), end = std::make_shared<UniqueFd>(ends[1])] {
                std::ignore = os::writeAll(end->borrow(), os::readFile(path, 64u << 20).value(), "the pipe");
            });
        return Blob{Blob::Kind::Stream, UniqueFd{ends[0]}, {}, kOwner};
    }

private:
    fs::path m_layout;
    UniqueFd m_directory;
    std::mutex m_mutex;
    std::vector<std::jthread> m_feeders;
};

// A commit has said that it is done.
void acknowledge(const fs::path& directory)
{
    std::ignore = os::replaceFile(directory / "acknowledged", "");
}

} // namespace

/// What is done with a store, and where the files for it are.
using Operation = std::function<Result<void>(Store& store, const fs::path& directory)>;
Q_DECLARE_METATYPE(Operation)

/// Each operation of the store is ended at each of its steps, by kill -9 and by a disk that has become full: nothing
/// half-made is left, what was there is still there, and the operation can be done again.
class ImageFaultsTest : public QObject, StoreTest {
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
    static void operations();

    // What was acknowledged is there, whatever happened afterwards.
    void verifyAcknowledged(Store& store)
    {
        if (fs::remove(m_directory / "acknowledged"))
            QCOMPARE(store.images.list(kOwner).size(), 2u);
    }

    // A store with an image that is only looked on, one to work with, and the files that are read.
    void furnish()
    {
        fs::create_directories(root());
        const TestLayout bystander{m_directory / "bystander"};
        bystander.index({bystander.image({kCommon, kBystander})});
        const TestLayout given{m_directory / "given"};
        given.index({given.image({kCommon, largeLayer()})});
        for (const auto& [name, text] : {std::pair{"archive", tarOf(given)}, std::pair{"rootfs", largeLayer()}})
            QVERIFY(os::replaceFile(m_directory / name, text, 0644));
        Store store{root()};
        const auto id = load(store, bystander.path());
        QVERIFY2(id, id ? "" : id.error().message.c_str());
        QVERIFY(store.images.tag(kOwner, id->front(), "bystander"));
        m_layers = namesIn(root() / "layers");
        m_blobs = namesIn(root() / "blobs/sha256");
    }

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

    static void removeAllBut(Store& store)
    {
        for (const auto& image : store.images.list(kOwner)) {
            if (!std::ranges::contains(image.references, "docker.io/library/bystander:latest"))
                std::ignore = store.images.remove(kOwner, image.id);
        }
    }

    // Nothing but what rows speak of, and the bystander whole.
    void verifyStore(Store& store)
    {
        verifyAcknowledged(store);
        for (const auto& image : store.images.list(kOwner)) {
            const auto unpacked = store.images.unpack(image, {}, {});
            QVERIFY2(unpacked, unpacked ? "" : unpacked.error().message.c_str());
            for (const auto& directory : store.images.layerDirectories(image))
                QVERIFY2(fs::exists(directory), directory.c_str());
        }
        const auto kept = store.images.find(kOwner, "bystander");
        QVERIFY2(kept, kept ? "" : kept.error().message.c_str());
        const auto saved = os::open(m_directory / "saved-bystander", O_RDWR | O_CREAT | O_TRUNC, 0600).value();
        const auto written = store.images.save(kOwner, {"bystander"}, layer::Compression::None, saved.borrow(), {}, {});
        QVERIFY2(written, written ? "" : written.error().message.c_str());
        removeAllBut(store);
        QCOMPARE(namesIn(root() / "layers"), m_layers);
        QCOMPARE(namesIn(root() / "blobs/sha256"), m_blobs);
    }

    std::vector<std::string> m_layers;
    std::vector<std::string> m_blobs;
};

void ImageFaultsTest::operations()
{
    QTest::addColumn<Operation>("operation");
    const auto row = [](const char* name, Operation operation) { QTest::newRow(name) << std::move(operation); };
    const auto loadGiven = [](Store& store, const fs::path& directory) -> Result<std::string> {
        const auto layout = TRY(os::open(directory / "given", O_RDONLY | O_DIRECTORY));
        return TRY(store.images.loadLayout(layout.borrow(), kOwner, {}, {})).front();
    };
    row("load of a layout", [=](Store& store, const fs::path& directory) -> Result<void> {
        TRY(loadGiven(store, directory));
        return {};
    });
    row("load of an archive", [](Store& store, const fs::path& directory) -> Result<void> {
        const auto archive = TRY(os::open(directory / "archive", O_RDONLY));
        TRY(store.images.loadArchive(archive.borrow(), kOwner, {}, {}));
        return {};
    });
    row("import", [](Store& store, const fs::path& directory) -> Result<void> {
        const auto archive = TRY(os::open(directory / "rootfs", O_RDONLY));
        TRY(store.images.importRootfs(archive.borrow(), kOwner, {}, {}, {}));
        return {};
    });
    row("commit", [](Store& store, const fs::path& directory) -> Result<void> {
        const auto base = TRY(store.images.find(kOwner, "bystander")).id;
        const auto archive = TRY(os::readFile(directory / "rootfs"));
        const auto write = [&](layer::ByteSink& sink) -> Result<layer::ArchivedTree> {
            TRY(sink.write(std::as_bytes(std::span{archive})));
            return layer::ArchivedTree{};
        };
        const auto id = TRY(store.images.commit(write, kOwner, base, {}, {}, {}));
        acknowledge(directory);
        return store.images.unpack(TRY(store.images.find(kOwner, id)), {}, {});
    });
    row("pull", [](Store& store, const fs::path& directory) -> Result<void> {
        PipedSource source{directory / "given"};
        TRY(store.images.import(source, kOwner, {}, {}));
        return {};
    });
    row("save", [=](Store& store, const fs::path& directory) -> Result<void> {
        const auto id = TRY(loadGiven(store, directory));
        const auto file = TRY(os::open(directory / "saved", O_RDWR | O_CREAT | O_TRUNC, 0600));
        return store.images.save(kOwner, {id}, layer::Compression::None, file.borrow(), {}, {});
    });
    row("remove", [=](Store& store, const fs::path& directory) -> Result<void> {
        return store.images.remove(kOwner, TRY(loadGiven(store, directory)));
    });
    row("prune", [=](Store& store, const fs::path& directory) -> Result<void> {
        TRY(loadGiven(store, directory));
        TRY(store.images.prune(kOwner, PruneWhat::Nameless));
        return {};
    });
}

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
