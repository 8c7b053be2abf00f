// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/import_source.h"
#include "engine/image/worker.h"
#include "engine/layer/byte_sink.h"
#include "engine/layer/tar_writer.h"
#include "tests/privileged/image/archive_fixture.h"

using namespace lamella;
using namespace lamella::image;

namespace {

const auto kLayer = archiveOf({file("a/b/c", std::string(3000, 'x')), file("d", "y")});
const auto kSecond = archiveOf({file("e", "z")});

class TextSink final : public layer::ByteSink {
public:
    Result<void> write(std::span<const std::byte> bytes) override
    {
        text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return {};
    }

    std::string text;
};

/// A layout whose layers come through pipes: how a pull brings them.
class PulledSource final : public ImportSource {
public:
    explicit PulledSource(const TestLayout& layout)
        : m_layout(layout)
        , m_directory(layout.open())
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
        const UniqueFd input{ends[1]};
        const auto text = TRY(os::readFile(m_layout.path() / TestLayout::pathOf(blob.digest)));
        TRY(os::writeAll(input.borrow(), text, "the pipe")); // which takes all of it at once
        return Blob{Blob::Kind::Stream, UniqueFd{ends[0]}, {}, kOwner};
    }

private:
    const TestLayout& m_layout;
    UniqueFd m_directory;
};

} // namespace

using Set = std::function<void(Limits&)>;
Q_DECLARE_METATYPE(Set)

/// Each setting of the administrator is met by every way in, and the error says which.
class LimitsTest : public QObject, StoreTest {
    Q_OBJECT

private Q_SLOTS:
    void init() { prepare(); }
    void cleanup() { cleanUp(); }
    void aSettingEndsALoad_data() { settings(true); }
    void aSettingEndsALoad();
    void aSettingEndsAPull_data() { settings(true); }
    void aSettingEndsAPull();
    void aSettingEndsAnImport_data() { settings(false); }
    void aSettingEndsAnImport();
    void aFileOfHolesIsAsLongAsItSays();
    void aUserHasSoManyAndNoMore();

private:
    static void settings(bool all)
    {
        QTest::addColumn<Set>("set");
        const auto row = [](const char* name, const Set& set) { QTest::newRow(name) << set; };
        row("blob_bytes", [](Limits& limits) { limits.blob = {kLayer.size() - 1}; });
        row("unpacked_layer_bytes", [](Limits& limits) { limits.unpackedLayer = {kLayer.size() - 1}; });
        row("layer_entries", [](Limits& limits) { limits.layerEntries = 1; });
        row("path_depth", [](Limits& limits) { limits.pathDepth = 1; });
        row("document_bytes", [](Limits& limits) { limits.document = {20}; });
        row("images_per_user", [](Limits& limits) { limits.imagesOfOneUser = 0; });
        if (all)
            row("image_layers", [](Limits& limits) { limits.layers = 1; });
    }
    // With the limits as they are set, and with the usual ones.
    template <class Bring>
    void bringTwice(Bring bring)
    {
        QFETCH(Set, set);
        {
            Limits limits;
            set(limits);
            Store store{root(), limits};
            const auto refused = bring(store);
            QVERIFY(!refused);
            const auto& error = refused.error();
            QVERIFY2(error.kind == ErrorKind::LimitExceeded, error.message.c_str());
            QVERIFY2(error.message.contains(QTest::currentDataTag()), error.message.c_str());
            verifyEmpty();
        }
        Store store{root()};
        const auto taken = bring(store);
        QVERIFY2(taken, taken ? "" : taken.error().message.c_str());
    }
};

void LimitsTest::aSettingEndsALoad()
{
    const TestLayout layout{this->layout()};
    layout.index({layout.image({kLayer, kSecond})});
    bringTwice([&](Store& store) { return load(store, layout.path()); });
}

void LimitsTest::aSettingEndsAPull()
{
    const TestLayout layout{this->layout()};
    layout.index({layout.image({kLayer, kSecond})});
    bringTwice([&](Store& store) {
        PulledSource source{layout};
        return store.images.import(source, kOwner, {}, {});
    });
}

void LimitsTest::aSettingEndsAnImport()
{
    const auto path = m_directory / "archive";
    QVERIFY(os::replaceFile(path, kLayer, 0644));
    const auto archive = os::open(path, O_RDONLY).value();
    bringTwice([&](Store& store) { return store.images.importRootfs(archive.borrow(), kOwner, {}, {}, {}); });
}

// It takes next to nothing of the archive, and next to nothing of the disk.
void LimitsTest::aFileOfHolesIsAsLongAsItSays()
{
    layer::TarEntry entry;
    entry.path = "holes";
    entry.size = std::uint64_t{1} << 40;
    entry.chunks = {{entry.size, 0}};
    TextSink sink;
    layer::TarWriter tar{sink};
    QVERIFY(tar.begin(entry) && tar.end() && tar.finish());
    const TestLayout layout{this->layout()};
    layout.index({layout.image({sink.text})});
    {
        Store store{root()};
        const auto refused = load(store, layout.path());
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::LimitExceeded);
        QVERIFY2(refused.error().message.contains("holes has 1099511627776 bytes"), refused.error().message.c_str());
        verifyEmpty();
    }
    Limits limits;
    limits.unpackedLayer = 2048_GiB;
    Store store{root(), limits};
    const auto taken = load(store, layout.path());
    QVERIFY2(taken, taken ? "" : taken.error().message.c_str());
}

void LimitsTest::aUserHasSoManyAndNoMore()
{
    Limits limits;
    limits.imagesOfOneUser = 1;
    limits.referencesOfOneUser = 1;
    Store store{root(), limits};
    const TestLayout layout{this->layout()};
    layout.index({layout.image({kLayer})});
    const auto id = load(store, layout.path()).value().front();
    QVERIFY(store.images.tag(kOwner, id, "one"));
    const auto tagged = store.images.tag(kOwner, id, "two");
    QVERIFY2(!tagged && tagged.error().message.contains("references_per_user"),
             tagged ? "" : tagged.error().message.c_str());
    layout.index({layout.image({kSecond})});
    QCOMPARE(load(store, layout.path()).error().kind, ErrorKind::LimitExceeded);
    QCOMPARE(store.images.list(kOwner).size(), 1u);
    QVERIFY(load(store, layout.path(), kOwner + 1)); // another has his own
}

QTEST_GUILESS_MAIN(LimitsTest)
#include "tst_limits.moc"
