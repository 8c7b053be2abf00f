// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/base/units.h"
#include "engine/image/owner_rights.h"
#include "engine/layer/tar_writer.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lamella::image {

/// Where the files of a layout are written to, one after the other.
class LayoutOutput {
public:
    virtual ~LayoutOutput() = default;

    /// One file, which other tools than those of the OCI read as well.
    virtual bool isArchive() const = 0;

    /// Begins a file of exactly this size: "blobs/sha256/<hex>", "index.json".
    virtual Result<void> begin(const std::string& path, Bytes size) = 0;
    virtual Result<void> data(std::span<const std::byte> bytes) = 0;
    virtual Result<void> end() = 0;

    /// After the last file.
    virtual Result<void> finish() = 0;
};

/// One tar archive.
class TarOutput final : public LayoutOutput {
public:
    explicit TarOutput(layer::ByteSink& sink)
        : m_tar(sink)
    {
    }
    bool isArchive() const override { return true; }
    Result<void> begin(const std::string& path, Bytes size) override;
    Result<void> data(std::span<const std::byte> bytes) override { return m_tar.data(bytes); }
    Result<void> end() override { return m_tar.end(); }
    Result<void> finish() override { return m_tar.finish(); }

private:
    layer::TarWriter m_tar;
};

/// A directory of a user's, in which there is nothing yet. Files are made with his rights and are his; nothing that he
/// puts there meanwhile is followed or overwritten. What was written goes with this object unless it was finished.
class DirectoryOutput final : public LayoutOutput {
public:
    /// Makes what a layout's files lie in. `directory` stays open for as long as the result lives. Needs root; for one
    /// thread. Errors: InvalidArgument (there is something in it), those of the file system.
    static Result<std::unique_ptr<DirectoryOutput>> make(BorrowedFd directory, Owner user);
    DirectoryOutput(const DirectoryOutput&) = delete;
    DirectoryOutput& operator=(const DirectoryOutput&) = delete;
    ~DirectoryOutput() override;

    bool isArchive() const override { return false; }
    Result<void> begin(const std::string& path, Bytes size) override;
    Result<void> data(std::span<const std::byte> bytes) override;
    Result<void> end() override;
    Result<void> finish() override;

private:
    DirectoryOutput(BorrowedFd directory, Owner user);
    Result<void> makeDirectory(const std::string& path);

    BorrowedFd m_directory;
    Owner m_user;
    std::vector<std::string> m_made; ///< files and directories, in their order
    UniqueFd m_file;
    bool m_finished = false;
};

} // namespace lamella::image
