// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/file_list.h"

#include "engine/layer/file_attributes.h"
#include "engine/layer/resolve_path.h"
#include "engine/os/file.h"
#include "engine/os/memfd.h"

#include <QByteArray>
#include <QUtf8StringView>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <unistd.h>

namespace lamella::helper {

namespace {

using Json = nlohmann::ordered_json;

/// Bytes that are not UTF-8 are there a second time, in base64.
void setText(Json& json, const std::string& key, const std::string& text)
{
    json[key] = text;
    if (!QUtf8StringView(text.data(), qsizetype(text.size())).isValidUtf8())
        json[key + "_base64"] = QByteArray::fromStdString(text).toBase64().toStdString();
}

/// A container sets any time that there is.
std::int64_t microseconds(const timespec& time)
{
    constexpr std::int64_t kSecond = 1'000'000;
    constexpr std::int64_t kMost = INT64_MAX / kSecond - 1;
    return std::clamp<std::int64_t>(time.tv_sec, -kMost, kMost) * kSecond + time.tv_nsec / 1000;
}

/// Of one answer: a symlink's target alone may have 4 KiB.
constexpr std::size_t kLongestAnswer = 8u << 20;

class FileLines {
public:
    FileLines(const ChangeSource& source, const std::vector<std::string>& mounts, std::string directory)
        : m_source(source)
        , m_mounts(mounts)
        , m_directory(std::move(directory))
    {
    }

    std::string line(const layer::ListedFile& file) const
    {
        const auto& directories = m_source.directories;
        const layer::IdShift ids = file.layer < 0 ? layer::IdShift{directories.idBase, directories.idCount, false}
                                                  : layer::IdShift{0, UINT32_MAX, false};
        Json json;
        setText(json, "name", file.name);
        json["type"] = fileTypeName(layer::fileTypeOf(file.status));
        json["mode"] = file.status.st_mode & 07777;
        json["uid"] = ids.inside(file.status.st_uid);
        json["gid"] = ids.inside(file.status.st_gid);
        json["size"] = S_ISREG(file.status.st_mode) ? file.status.st_size : 0;
        json["mtime_usec"] = microseconds(file.status.st_mtim);
        if (!file.target.empty())
            setText(json, "target", file.target);
        if (file.change)
            json["change"] = changeLetter(*file.change);
        if (file.isCopiedUp)
            json["copied_up"] = true;
        if (file.layer >= 0 && std::size_t(file.layer) < m_source.diffIds.size())
            json["layer"] = m_source.diffIds[std::size_t(file.layer)];
        if (std::ranges::find(m_mounts, m_directory.empty() ? file.name : m_directory + '/' + file.name)
            != m_mounts.end())
            json["mounted"] = true;
        return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
    }

private:
    const ChangeSource& m_source;
    const std::vector<std::string>& m_mounts;
    std::string m_directory;
};

Result<UniqueFd> sealedText(const std::string& text)
{
    auto file = TRY(os::makeMemfd("lamella-files"));
    TRY(os::writeAll(file.borrow(), text, "the list of files"));
    if (::lseek(file.get(), 0, SEEK_SET) < 0)
        return systemFailure("cannot rewind the list of files");
    TRY(os::seal(file.borrow()));
    return file;
}

} // namespace

Result<FileList> listFiles(const ChangeSource& source, const std::optional<container::TreeTarget>& mounted,
                           layer::ListingRequest request, const std::stop_token& stop)
{
    const auto tree = TRY(layer::OverlayTree::open(source.directories));
    request.path = TRY(layer::resolvePath(tree, request.path, request.version, stop));
    const auto listing = TRY(layer::listDirectory(tree, request, stop));
    // One that ends at this moment has nothing mounted.
    const auto mounts
        = mounted ? container::mountPoints(*mounted).value_or(std::vector<std::string>{}) : std::vector<std::string>{};
    const FileLines lines{source, mounts, request.path};
    std::string text;
    std::string next = listing.next;
    for (const auto& file : listing.files) {
        text += lines.line(file);
        if (text.size() >= kLongestAnswer && &file != &listing.files.back()) {
            next = file.name;
            break;
        }
    }
    return FileList{request.path, TRY(sealedText(text)), next};
}

} // namespace lamella::helper
