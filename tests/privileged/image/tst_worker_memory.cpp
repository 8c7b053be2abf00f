// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/limits.h"
#include "engine/image/worker.h"
#include "engine/layer/digest.h"
#include "engine/layer/tar_writer.h"
#include "tests/privileged/image/store_fixture.h"

#include <csignal>
#include <sys/mount.h>
#include <sys/resource.h>
#include <thread>

using namespace lamella;
using namespace lamella::image;

namespace {

constexpr std::uint64_t kMost = 64u << 20;
constexpr auto kPlenty = Bytes{8ull << 30};

using Write = std::function<Result<void>(layer::TarWriter&, layer::ByteSink&)>;

Result<void> add(layer::TarWriter& tar, layer::TarType type, std::string path, std::string link = {})
{
    layer::TarEntry entry;
    entry.type = type;
    entry.path = std::move(path);
    entry.linkPath = std::move(link);
    entry.mode = 0755;
    TRY(tar.begin(entry));
    return tar.end();
}

std::string longName(int number)
{
    return std::format("{:0>200}", number);
}

/// An extended header with as many records as fit.
std::string extendedHeader(char type, std::size_t size)
{
    std::string records;
    while (records.size() + 5 <= size)
        records += "5 a=\n";
    auto block = starter::tarHeader({.type = type, .name = "header", .link = {}, .data = {}}, records.size());
    block += records;
    block.append((512 - records.size() % 512) % 512, '\0');
    return block;
}

std::span<const std::byte> bytesOf(const std::string& text)
{
    return std::as_bytes(std::span{text});
}

std::string littleEndian(std::size_t number, std::size_t bytes)
{
    std::string text;
    for (; bytes > 0; --bytes, number >>= 8)
        text += static_cast<char>(number & 0xff);
    return text;
}

/// A file of 128 MiB, in the form in which it is compressed.
Result<void> addLargeFile(layer::TarWriter& tar)
{
    const std::string megabyte(1u << 20, 'x');
    layer::TarEntry entry;
    entry.path = "file";
    entry.size = 128 * megabyte.size();
    entry.chunks = {{0, entry.size}};
    TRY(tar.begin(entry));
    for (int i = 0; i < 128; ++i)
        TRY(tar.data(bytesOf(megabyte)));
    return tar.end();
}

/// Zstandard's frame with the largest window that is read, in raw blocks (RFC 8878, section 3.1.1.2): a compressor with
/// such a window would take the memory in this process.
class ZstdSink final : public layer::ByteSink {
public:
    explicit ZstdSink(layer::ByteSink& sink)
        : m_sink(sink)
    {
    }
    Result<void> write(std::span<const std::byte> bytes) override
    {
        if (!std::exchange(m_begun, true))
            TRY(m_sink.write(bytesOf("\x28\xb5\x2f\xfd" + littleEndian((25 - 10) << 11, 2))));
        for (; !bytes.empty(); bytes = bytes.subspan(std::min(bytes.size(), kBlock))) {
            const auto block = bytes.first(std::min(bytes.size(), kBlock));
            TRY(m_sink.write(bytesOf(littleEndian(block.size() << 3, 3))));
            TRY(m_sink.write(block));
        }
        return {};
    }
    Result<void> finish() { return m_sink.write(bytesOf(littleEndian(1, 3))); }

private:
    static constexpr std::size_t kBlock = 128u << 10;

    layer::ByteSink& m_sink;
    bool m_begun = false;
};

} // namespace

Q_DECLARE_METATYPE(Write)

/// However large or strange a layer is, the worker that unpacks it takes little memory. A test of its own, because what
/// is asked is the most that any child has taken.
class WorkerMemoryTest : public QObject, StoreTest {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void aLayerTakesLittleMemory_data();
    void aLayerTakesLittleMemory();
};

// In memory, which is not the worker's: a disk takes long for so many names, and not all of them of one file.
void WorkerMemoryTest::init()
{
    prepare();
    fs::create_directory(m_directory / "layer");
    QCOMPARE(::mount("layer", (m_directory / "layer").c_str(), "tmpfs", 0, "nr_inodes=0"), 0);
}

void WorkerMemoryTest::cleanup()
{
    ::umount2((m_directory / "layer").c_str(), MNT_DETACH);
    cleanUp();
}

void WorkerMemoryTest::aLayerTakesLittleMemory_data()
{
    QTest::addColumn<Write>("write");
    QTest::addColumn<bool>("isUnpacked"); // else it is refused
    QTest::addColumn<layer::Compression>("compression");
    const auto row = [](const char* name, bool isUnpacked, const Write& write) {
        QTest::newRow(name) << write << isUnpacked << layer::Compression::None;
    };
    row("a large file", true, [](layer::TarWriter& tar, layer::ByteSink&) { return addLargeFile(tar); });
    QTest::newRow("a large file, zstd with a large window")
        << Write{[](layer::TarWriter& tar, layer::ByteSink&) { return addLargeFile(tar); }} << true
        << layer::Compression::Zstd;
    row("many hard links", true, [](layer::TarWriter& tar, layer::ByteSink&) -> Result<void> {
        for (int i = 0; i < 200'000; ++i)
            TRY(add(tar, i == 0 ? layer::TarType::File : layer::TarType::HardLink, longName(i),
                    i == 0 ? "" : longName(0)));
        return {};
    });
    row("many directories", true, [](layer::TarWriter& tar, layer::ByteSink&) -> Result<void> {
        for (int i = 0; i < 20'000; ++i)
            TRY(add(tar, layer::TarType::Directory, std::format("{}/{}", longName(i % 10), longName(i))));
        return {};
    });
    row("many files in a directory that is replaced", true,
        [](layer::TarWriter& tar, layer::ByteSink&) -> Result<void> {
            for (int i = 0; i < 20'000; ++i)
                TRY(add(tar, layer::TarType::Symlink, "directory/" + longName(i), "somewhere"));
            return add(tar, layer::TarType::Symlink, "directory", "elsewhere");
        });
    row("many directories that nobody spoke of", false, [](layer::TarWriter& tar, layer::ByteSink&) -> Result<void> {
        for (int i = 0; i < 60'000; ++i)
            TRY(add(tar, layer::TarType::Symlink, std::format("{}/{}/link", longName(i % 10), longName(i)),
                    "somewhere"));
        return {};
    });
    row("an extended header of every member", false, [](layer::TarWriter&, layer::ByteSink& sink) -> Result<void> {
        for (int i = 0; i < 16; ++i)
            TRY(sink.write(bytesOf(extendedHeader('x', 900'000))));
        return {};
    });
    row("an extended header of the archive", false, [](layer::TarWriter&, layer::ByteSink& sink) -> Result<void> {
        for (int i = 0; i < 4; ++i)
            TRY(sink.write(bytesOf(extendedHeader('g', 900'000))));
        return {};
    });
    // The last row, because what is asked is the most so far. What is kept of their names grows for the last time at
    // 786,432 of the 1,500,000 that a layer may have.
    row("as much as hard links may take", true, [](layer::TarWriter& tar, layer::ByteSink&) -> Result<void> {
        for (int i = 0; i < 790'000; ++i)
            TRY(add(tar, i == 0 ? layer::TarType::File : layer::TarType::HardLink, std::to_string(i),
                    i == 0 ? "" : "0"));
        return {};
    });
}

void WorkerMemoryTest::aLayerTakesLittleMemory()
{
    if (qEnvironmentVariableIsSet("LAMELLA_SANITIZED"))
        QSKIP("a sanitizer takes memory of its own");
    QFETCH(Write, write);
    QFETCH(bool, isUnpacked);
    QFETCH(layer::Compression, compression);
    fs::create_directories(m_directory / "layer/diff");
    const auto diff = os::open(m_directory / "layer/diff", O_RDONLY | O_DIRECTORY);
    const auto index = os::open(m_directory / "layer/index", O_WRONLY | O_CREAT | O_EXCL, 0600);
    const auto headers = os::open(m_directory / "layer/headers", O_WRONLY | O_CREAT | O_EXCL, 0600);
    std::array<int, 2> ends{};
    QCOMPARE(::pipe2(ends.data(), O_CLOEXEC), 0);
    Blob blob;
    blob.fd = UniqueFd{ends[0]};
    Descriptor descriptor;
    descriptor.kind = DocumentKind::Layer;
    descriptor.compression = compression;
    descriptor.digest = layer::digestOf("anything: nobody compares it");
    descriptor.size = kPlenty;
    // The archive comes as it is written: what this process takes would count for its children as well.
    ::signal(SIGPIPE, SIG_IGN);
    const std::jthread writer{[&write, compression, input = UniqueFd{ends[1]}] {
        layer::FdSink plain{input.borrow()};
        ZstdSink zstd{plain};
        auto& sink = compression == layer::Compression::Zstd ? static_cast<layer::ByteSink&>(zstd) : plain;
        layer::TarWriter tar{sink};
        if (write(tar, sink) && tar.finish() && compression == layer::Compression::Zstd)
            std::ignore = zstd.finish();
    }};
    const Worker worker{fs::path{environment("LAMELLA_BIN")} / "lamella-worker"};
    const auto unpacked
        = worker.unpack({blob, descriptor, Limits{}}, {diff->borrow(), index->borrow(), headers->borrow()}, {}, {});
    blob.fd.reset(); // the writer ends when nobody reads
    QVERIFY2(unpacked.has_value() == isUnpacked, unpacked ? "it was unpacked" : unpacked.error().message.c_str());
    if (!isUnpacked)
        QCOMPARE(unpacked.error().kind, ErrorKind::LimitExceeded);
    rusage usage{};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    const auto peak = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
    qInfo("%llu KiB", static_cast<unsigned long long>(peak / 1024));
    QVERIFY2(peak < kMost, std::to_string(peak).c_str());
}

QTEST_GUILESS_MAIN(WorkerMemoryTest)
#include "tst_worker_memory.moc"
