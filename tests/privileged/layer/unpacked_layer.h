// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/extractor.h"
#include "engine/layer/layer_archive.h"
#include "engine/layer/layer_recorder.h"
#include "engine/layer/layer_stream.h"
#include "engine/layer/tar_reader.h"
#include "engine/layer/tree.h"
#include "engine/os/file.h"

#include <QProcess>

#include <filesystem>
#include <format>
#include <fstream>
#include <sys/stat.h>

namespace lamella::test {

/// Runs a script and says what it wrote when it fails.
inline bool shell(const std::string& script)
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(QStringLiteral("/bin/sh"), {QStringLiteral("-euc"), QString::fromStdString(script)});
    const bool good
        = process.waitForFinished(120'000) && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0;
    if (!good)
        qWarning("%s", process.readAll().constData());
    return good;
}

/// A directory of this test alone, on a file system that takes every attribute; removed with this object.
class WorkDirectory {
public:
    explicit WorkDirectory(std::string_view name)
        : m_base(std::format("/var/tmp/lamella-test-{}", ::getpid()))
        , m_path(m_base / name)
    {
        std::filesystem::create_directories(m_path);
        ::umask(0);
    }
    WorkDirectory(const WorkDirectory&) = delete;
    WorkDirectory& operator=(const WorkDirectory&) = delete;
    ~WorkDirectory()
    {
        if (const auto parent = os::open("/var/tmp", O_RDONLY | O_DIRECTORY))
            std::ignore = layer::removeTree(parent->borrow(), m_base.filename().string());
    }
    const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_base;
    std::filesystem::path m_path;
};

/// A layer as the worker unpacks it, in a directory of its own.
class UnpackedTestLayer {
public:
    explicit UnpackedTestLayer(std::filesystem::path directory)
        : m_directory(std::move(directory))
    {
    }

    Result<layer::Extracted> unpack(layer::ByteSource& archive)
    {
        std::filesystem::create_directories(m_directory / "diff");
        m_diff = TRY(os::open(m_directory / "diff", O_RDONLY | O_DIRECTORY));
        m_index = TRY(os::open(m_directory / "index", O_RDWR | O_CREAT | O_EXCL, 0600));
        m_headers = TRY(os::open(m_directory / "headers", O_RDWR | O_CREAT | O_EXCL, 0600));
        layer::LayerStream stream{archive, layer::Compression::None, 1_GiB, 1_GiB};
        layer::HeadersWriter through{stream, m_headers.borrow()};
        layer::IndexWriter index{m_index.borrow()};
        layer::LayerRecorder recorder{m_diff.borrow(), through, index};
        layer::TarReader reader{through};
        layer::Extractor extractor{m_diff.borrow(), &recorder};
        while (const auto entry = TRY(reader.next()))
            TRY(extractor.add(*entry, reader));
        TRY(drain(through));
        m_diffId = stream.digests().diffId;
        return extractor.finish();
    }

    /// The archive put together again.
    Result<std::string> archive() const
    {
        auto source = TRY(layer::LayerArchive::open(m_diff.borrow(), m_headers.borrow(), m_diffId));
        std::string text;
        std::vector<std::byte> buffer(10'000);
        while (const auto count = TRY(source.read(buffer)))
            text.append(reinterpret_cast<const char*>(buffer.data()), count);
        return text;
    }

    Result<layer::FileIndex> index() const
    {
        return layer::FileIndex::parse(TRY(os::readFile(m_directory / "index", 64u << 20)));
    }

    std::filesystem::path diff() const { return m_directory / "diff"; }
    BorrowedFd diffFd() const { return m_diff.borrow(); }
    std::filesystem::path headers() const { return m_directory / "headers"; }
    const std::string& diffId() const { return m_diffId; }

private:
    std::filesystem::path m_directory;
    UniqueFd m_diff;
    UniqueFd m_index;
    UniqueFd m_headers;
    std::string m_diffId;
};

inline std::string textOf(const std::filesystem::path& path)
{
    std::ifstream stream{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

} // namespace lamella::test
