// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/change_list.h"

#include "engine/layer/changes.h"
#include "engine/os/file.h"
#include "engine/os/memfd.h"

#include <QByteArray>
#include <QUtf8StringView>

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <algorithm>
#include <functional>

namespace lamella::helper {

using layer::Change;
using layer::ChangeKind;
using layer::FileType;

namespace {

constexpr std::size_t kMaxBytes = 256 << 20;
constexpr std::size_t kListBuffer = 64 << 10;

} // namespace

std::string changeLetter(ChangeKind kind)
{
    switch (kind) {
    case ChangeKind::Added:
        return "A";
    case ChangeKind::Modified:
        return "M";
    case ChangeKind::Deleted:
        return "D";
    case ChangeKind::Attributes:
        return "m";
    case ChangeKind::Copied:
        return "c";
    }
    return {};
}

std::string fileTypeName(FileType type)
{
    switch (type) {
    case FileType::File:
        return "file";
    case FileType::Directory:
        return "directory";
    case FileType::Symlink:
        return "symlink";
    case FileType::Fifo:
        return "fifo";
    case FileType::Socket:
        return "socket";
    case FileType::CharDevice:
        return "char";
    case FileType::BlockDevice:
        return "block";
    }
    return {};
}

namespace {

std::int64_t usecOf(const timespec& time)
{
    return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1000;
}

/// A writer that has been seen is not the last one where the file was changed later: files that stay open are not
/// always looked at.
constexpr std::int64_t kSameTimeUsec = 3'000'000;

/// Who changed it last, where that was seen.
void addWriter(nlohmann::ordered_json& json, const Change& change, const layer::LastWriters& writers)
{
    const auto seen = writers.find(change.path);
    if (!seen)
        return;
    const bool isDeleted = change.kind == ChangeKind::Deleted;
    const auto expected = isDeleted ? layer::LiveChange::Deleted : ~std::uint32_t{layer::LiveChange::Deleted};
    if ((seen->kinds & expected) == 0 || (!isDeleted && usecOf(change.time) > seen->time.count() + kSameTimeUsec))
        return;
    json["writer"] = seen->writer.name;
    json["writer_host_pid"] = seen->writer.hostPid;
    if (seen->writer.containerPid > 0)
        json["writer_pid"] = seen->writer.containerPid;
    if (seen->writer.isOurselves)
        json["writer_is_lamella"] = true;
    json["written_usec"] = seen->time.count();
    if (!isDeleted && !seen->from.empty())
        json["renamed_from"] = seen->from;
}

std::string line(const Change& change, const ChangeSource& source)
{
    const auto& diffIds = source.diffIds;
    nlohmann::ordered_json json;
    json["path"] = change.path;
    if (!QUtf8StringView(change.path.data(), qsizetype(change.path.size())).isValidUtf8())
        json["path_base64"] = QByteArray::fromStdString(change.path).toBase64().toStdString();
    json["change"] = changeLetter(change.kind);
    json["type"] = fileTypeName(change.type);
    json["bytes"] = change.bytes.value;
    json["size"] = change.size;
    json["size_below"] = change.sizeBelow;
    if (change.kind != ChangeKind::Deleted)
        json["time_usec"] = usecOf(change.time);
    if (change.layer >= 0 && std::size_t(change.layer) < diffIds.size())
        json["layer"] = diffIds[std::size_t(change.layer)];
    if (source.writers)
        addWriter(json, change, *source.writers);
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

/// Collects lines in a memory file.
class ChangeFile {
public:
    Result<void> open()
    {
        m_file = TRY(os::makeMemfd("lamella-changes"));
        return {};
    }

    Result<void> append(std::string_view text)
    {
        m_total += text.size();
        if (m_total > kMaxBytes)
            return failure(ErrorKind::LimitExceeded, "the container has changed more files than can be listed");
        m_buffer += text;
        return m_buffer.size() < kListBuffer ? Result<void>{} : flush();
    }

    Result<UniqueFd> seal()
    {
        TRY(flush());
        if (::lseek(m_file.get(), 0, SEEK_SET) < 0)
            return systemFailure("cannot rewind the list of changes");
        TRY(os::seal(m_file.borrow()));
        return std::move(m_file);
    }

private:
    Result<void> flush()
    {
        TRY(os::writeAll(m_file.borrow(), m_buffer, "the list of changes"));
        m_buffer.clear();
        return {};
    }

    UniqueFd m_file;
    std::string m_buffer;
    std::size_t m_total = 0;
};

} // namespace

Result<UniqueFd> writeChanges(const ChangeSource& source, std::uint64_t most, std::stop_source stop)
{
    ChangeFile file;
    TRY(file.open());
    Result<void> written;
    std::uint64_t count = 0;
    const auto read = layer::readChanges(
        source.directories.upper, source.directories.layers, source.directories.idBase,
        [&](const Change& change) {
            if (written && (most == 0 || count < most))
                written = file.append(line(change, source));
            if (!written || ++count == most)
                stop.request_stop();
        },
        stop.get_token());
    if (!written)
        return std::unexpected(written.error());
    if (!read && (most == 0 || count < most))
        return std::unexpected(read.error());
    return file.seal();
}

namespace {

/// Those with the largest numbers, the largest first.
class Foremost {
public:
    void add(const std::string& path, std::uint64_t number)
    {
        if (m_files.size() == kMost && number <= m_files.back().number)
            return;
        const auto before = std::ranges::upper_bound(m_files, number, std::greater{}, &ChangeSummary::File::number);
        m_files.insert(before, {path, number});
        if (m_files.size() > kMost)
            m_files.pop_back();
    }

    std::vector<ChangeSummary::File> take() { return std::move(m_files); }

private:
    static constexpr std::size_t kMost = 10;
    std::vector<ChangeSummary::File> m_files;
};

} // namespace

Result<ChangeSummary> summarizeChanges(const ChangeSource& source, std::stop_token stop)
{
    ChangeSummary summary;
    Foremost largest;
    Foremost newest;
    const auto& directories = source.directories;
    TRY(layer::readChanges(
        directories.upper, directories.layers, directories.idBase,
        [&](const Change& change) {
            summary.bytes += change.bytes;
            if (change.kind == ChangeKind::Copied)
                return;
            ++summary.paths;
            if (change.kind == ChangeKind::Deleted || change.type == FileType::Directory)
                return;
            largest.add(change.path, change.bytes.value);
            newest.add(change.path, static_cast<std::uint64_t>(std::max<std::int64_t>(usecOf(change.time), 0)));
        },
        std::move(stop)));
    summary.largest = largest.take();
    summary.newest = newest.take();
    return summary;
}

} // namespace lamella::helper
