// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/layer/digest.h"

#include <array>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

/// The file `index` beside a layer's `diff`: what is in the layer, so that nobody has to walk it.
///
///     file    := kIndexMagic record* End count digest      digest: SHA-256 of all before it
///     record  := kind:1 shared suffix fields               the path: `shared` bytes of the last record's, and a suffix
///     fields  := mode uid gid seconds nanoseconds          (seconds in zigzag form; numbers and texts as in wire.h)
///                files: size flag [digest:32]; devices: major minor; links: target
///
/// In the order of the archive: of several records with a path the last one counts. Gone takes back all records of its
/// path and below; Gone, Whiteout and Opaque have no fields.
namespace lamella::layer {

inline constexpr std::string_view kIndexMagic{"LMLindx1"};

enum class RecordKind : std::uint8_t {
    File,
    Directory,
    Symlink,
    HardLink,
    CharDevice,
    BlockDevice,
    Fifo,
    Whiteout, ///< hides this path of the layers below
    Implied, ///< a directory that the archive did not speak of: as it is in the layers below, else 0755 and root's
    Opaque, ///< in the file only: the directory hides what the layers below have in it
    Gone, ///< in the file only
    End, ///< in the file only
};

using ContentDigest = std::array<std::byte, 32>;

/// One file of a layer.
struct FileRecord {
    RecordKind kind = RecordKind::File;
    std::string path = {}; ///< as of insidePath(), bytes as they are; "" for the layer's root
    mode_t mode = 0; ///< permission bits, set-id and sticky
    uid_t uid = 0;
    gid_t gid = 0;
    timespec mtime{};
    std::uint64_t size = 0; ///< of regular files, bytes
    std::string link = {}; ///< where symlinks and hard links lead
    unsigned deviceMajor = 0;
    unsigned deviceMinor = 0;
    std::optional<ContentDigest> digest = {}; ///< SHA-256 of what a regular file holds; nothing for one of mostly holes
    bool opaque = false; ///< the directory hides what the layers below have in it
};

/// Writes an index, record by record.
class IndexWriter {
public:
    /// `file` is borrowed: an empty regular file.
    explicit IndexWriter(BorrowedFd file);

    Result<void> add(const FileRecord& record);

    /// Takes back what was added of `path` and below it.
    Result<void> gone(std::string_view path);
    Result<void> opaque(std::string_view path);

    /// Writes the end.
    Result<void> finish();

private:
    void begin(RecordKind kind, std::string_view path);
    Result<void> end();
    Result<void> flush();

    BorrowedFd m_file;
    Sha256 m_hash;
    std::string m_buffer;
    std::string m_lastPath;
    std::uint64_t m_count = 0;
};

/// Takes what readIndex() finds, in the order of the file. What is handed over lives for the call alone.
class IndexSink {
public:
    virtual ~IndexSink() = default;
    virtual Result<void> add(const FileRecord& record) = 0;
    /// Everything of `path` and below it is taken back.
    virtual Result<void> gone(std::string_view path) = 0;
    /// The directory hides what the layers below have in it; it may have been added before or be added later.
    virtual Result<void> opaque(std::string_view path) = 0;
};

/// Reads an index, which may hold anything: its checksum first, so that nothing reaches the sink of one that is damaged
/// but what is wrongly written. Errors: InvalidArgument (damaged, cut off), and those of the sink.
Result<void> readIndex(std::string_view text, IndexSink& sink);

/// All of the file, for readIndex(). Errors: LimitExceeded.
Result<std::string> indexText(BorrowedFd file);

/// A layer's index as it was read and checked.
class FileIndex {
public:
    /// Errors: those of readIndex() and indexText().
    static Result<FileIndex> read(BorrowedFd file);
    static Result<FileIndex> parse(std::string_view text);

    /// In the order of the tree: a directory, all below it, its next sibling.
    const std::vector<FileRecord>& records() const { return m_records; }

    /// Nothing when the layer does not have `path` itself.
    const FileRecord* find(std::string_view path) const;

private:
    std::vector<FileRecord> m_records;
};

} // namespace lamella::layer
