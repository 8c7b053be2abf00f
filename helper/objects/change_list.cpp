// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/change_list.h"

#include "engine/layer/changes.h"
#include "engine/os/file.h"
#include "engine/os/memfd.h"

#include <QByteArray>
#include <QUtf8StringView>

#include <nlohmann/json.hpp>

#include <unistd.h>

namespace lamella::helper {

using layer::Change;
using layer::ChangeKind;
using layer::FileType;

namespace {

constexpr std::size_t kMaxBytes = 256 << 20;
constexpr std::size_t kListBuffer = 64 << 10;

std::string letter(ChangeKind kind)
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

std::string typeName(FileType type)
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

std::string line(const Change& change, const std::vector<std::string>& diffIds)
{
    nlohmann::ordered_json json;
    json["path"] = change.path;
    if (!QUtf8StringView(change.path.data(), qsizetype(change.path.size())).isValidUtf8())
        json["path_base64"] = QByteArray::fromStdString(change.path).toBase64().toStdString();
    json["change"] = letter(change.kind);
    json["type"] = typeName(change.type);
    json["bytes"] = change.bytes.value;
    if (change.layer >= 0 && std::size_t(change.layer) < diffIds.size())
        json["layer"] = diffIds[std::size_t(change.layer)];
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

Result<UniqueFd> writeChanges(const ChangeSource& source, std::stop_source stop)
{
    ChangeFile file;
    TRY(file.open());
    Result<void> written;
    const auto read = layer::readChanges(
        source.upper, source.layers, source.idBase,
        [&](const Change& change) {
            if (written)
                written = file.append(line(change, source.diffIds));
            if (!written)
                stop.request_stop();
        },
        stop.get_token());
    if (!written)
        return std::unexpected(written.error());
    if (!read)
        return std::unexpected(read.error());
    return file.seal();
}

} // namespace lamella::helper
