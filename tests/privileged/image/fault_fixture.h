// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/import_source.h"
#include "engine/image/worker.h"
#include "engine/layer/byte_sink.h"
#include "tests/privileged/image/archive_fixture.h"

#include <array>
#include <functional>
#include <thread>

/// What the tests share that break the operations of a store.
namespace lamella::image {

inline const auto kCommon = archiveOf({file("common", "of both images")});
inline const auto kBystander = archiveOf({file("kept", "whatever happens beside it")});

// Data, and names enough for an index and headers of some pages.
inline std::string largeLayer()
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
inline void acknowledge(const fs::path& directory)
{
    std::ignore = os::replaceFile(directory / "acknowledged", "");
}

/// What is done with a store, and where the files for it are.
using Operation = std::function<Result<void>(Store& store, const fs::path& directory)>;

inline Result<std::string> loadGiven(Store& store, const fs::path& directory)
{
    const auto layout = TRY(os::open(directory / "given", O_RDONLY | O_DIRECTORY));
    return TRY(store.images.loadLayout(layout.borrow(), kOwner, {}, {})).front();
}

/// A store with an image that nothing is done to, and what has to be true of it after something went wrong.
class FaultTest : protected StoreTest {
protected:
    static void operations();
    /// Those of them that start workers.
    static void operationsOfWorkers();

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

inline void FaultTest::operationsOfWorkers()
{
    QTest::addColumn<Operation>("operation");
    const auto row = [](const char* name, Operation operation) { QTest::newRow(name) << std::move(operation); };
    row("load of a layout", [](Store& store, const fs::path& directory) -> Result<void> {
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
    row("save", [](Store& store, const fs::path& directory) -> Result<void> {
        const auto id = TRY(loadGiven(store, directory));
        const auto file = TRY(os::open(directory / "saved", O_RDWR | O_CREAT | O_TRUNC, 0600));
        return store.images.save(kOwner, {id}, layer::Compression::None, file.borrow(), {}, {});
    });
}

inline void FaultTest::operations()
{
    operationsOfWorkers();
    QTest::newRow("remove") << Operation([](Store& store, const fs::path& directory) -> Result<void> {
        return store.images.remove(kOwner, TRY(loadGiven(store, directory)));
    });
    QTest::newRow("prune") << Operation([](Store& store, const fs::path& directory) -> Result<void> {
        TRY(loadGiven(store, directory));
        TRY(store.images.prune(kOwner, PruneWhat::Nameless));
        return {};
    });
}

} // namespace lamella::image
