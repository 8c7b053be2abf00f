// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/file_changes.h"
#include "engine/layer/digest.h"
#include "engine/os/file.h"
#include "engine/os/memfd.h"
#include "helper/background.h"
#include "helper/jobs/jobs.h"
#include "helper/jobs/remove_files.h"
#include "helper/jobs/set_attributes.h"
#include "helper/objects/container_object.h"
#include "helper/objects/descriptors.h"
#include "helper/objects/requests.h"

#include <climits>

using namespace Qt::StringLiterals;

// The methods of org.lamella.Lamella1.Container that change its files.
namespace lamella::helper {

namespace {

constexpr off_t kLongestContent = 16 << 20;

Result<std::optional<mode_t>> modeOption(const QVariantMap& options)
{
    const auto given = options.constFind(u"mode"_s);
    if (given == options.cend())
        return std::nullopt;
    if (given->toUInt() > 07777)
        return failure(ErrorKind::InvalidArgument, std::format("{:o} is no mode of a file", given->toUInt()));
    return given->toUInt();
}

std::optional<std::uint32_t> idOption(const QVariantMap& options, const QString& name)
{
    const auto given = options.constFind(name);
    return given == options.cend() ? std::nullopt : std::optional{given->toUInt()};
}

/// Sealed, so that reading it neither waits nor changes.
Result<UniqueFd> takeContent(const QDBusUnixFileDescriptor& given)
{
    auto content = TRY(takeReadableFile(given, "the content"));
    if (!os::isSealed(content.borrow()))
        return failure(ErrorKind::InvalidArgument, "the content is no sealed memory file");
    if (TRY(os::status(content.borrow(), "the content")).st_size > kLongestContent)
        return failure(ErrorKind::LimitExceeded,
                       std::format("no more than {} bytes are written at a time", kLongestContent));
    return content;
}

Result<container::FileContent> contentOptions(const QVariantMap& options)
{
    container::FileContent content;
    content.mode = TRY(modeOption(options));
    content.mustBeNew = options.value(u"new"_s).toBool();
    content.replaces = options.value(u"replaces"_s).toString().toStdString();
    if (!content.replaces.empty() && !layer::isDigest(content.replaces))
        return failure(ErrorKind::InvalidArgument, std::format("'{}' is no digest", content.replaces));
    if (const auto offset = options.constFind(u"offset"_s); offset != options.cend()) {
        content.offset = offset->toULongLong();
        if (*content.offset > std::uint64_t{INT64_MAX} - kLongestContent)
            return failure(ErrorKind::InvalidArgument, "no file is as long as the offset says");
        if (content.mode || content.mustBeNew)
            return failure(ErrorKind::InvalidArgument,
                           "what is written at an offset is in a file that is there: it "
                           "is not new, and keeps its mode");
    }
    if (content.mustBeNew && !content.replaces.empty())
        return failure(ErrorKind::InvalidArgument, "a new file replaces nothing");
    return content;
}

Result<container::FileAttributes> attributeOptions(const QVariantMap& options)
{
    container::FileAttributes attributes;
    attributes.mode = TRY(modeOption(options));
    attributes.uid = idOption(options, u"uid"_s);
    attributes.gid = idOption(options, u"gid"_s);
    if (const auto time = options.constFind(u"mtime_usec"_s); time != options.cend()) {
        constexpr qint64 kSecond = 1'000'000;
        const qint64 usec = time->toLongLong();
        const qint64 rest = (usec % kSecond + kSecond) % kSecond;
        attributes.mtime = timespec{usec / kSecond - (usec % kSecond < 0 ? 1 : 0), long(rest * 1000)};
    }
    return attributes;
}

Result<std::string> linkTarget(const QByteArray& target)
{
    if (target.isEmpty() || target.size() >= PATH_MAX || target.contains('\0'))
        return failure(ErrorKind::InvalidArgument, "this is nothing that a link can lead to");
    return target.toStdString();
}

} // namespace

Result<std::shared_ptr<const void>> ContainerObject::holdForWriting()
{
    if (runs() && m_container.pid <= 0)
        return failure(ErrorKind::Busy, "the container is not known well enough yet: try again");
    return m_services.containers.hold(m_container.id, "its files are being changed");
}

void ContainerObject::changeFiles(std::function<Result<void>(const container::WritableTree& tree)> change)
{
    auto place = m_services.writers.take(caller().uid);
    if (!place)
        return refuse(place.error());
    auto held = holdForWriting();
    if (!held)
        return refuse(held.error());
    m_services.changes.run(
        [target = treeTarget(), change = std::move(change)]() -> Result<void> {
            const auto tree = TRY(container::WritableTree::open(target));
            return change(tree);
        },
        [call = takeCall(), place = *place, held = std::move(*held)](const Result<void>& done) mutable {
            held.reset(); // before the caller hears of it, who may go on at once
            call.finish(done);
        });
}

void ContainerObject::WriteFile(const QByteArray& path, const QDBusUnixFileDescriptor& content,
                                const QVariantMap& options)
{
    auto inside = insidePath(path);
    if (!inside)
        return refuse(inside.error());
    auto settings = contentOptions(options);
    if (!settings)
        return refuse(settings.error());
    auto bytes = takeContent(content);
    if (!bytes)
        return refuse(bytes.error());
    // std::function wants what it holds to be copyable.
    auto shared = std::make_shared<UniqueFd>(std::move(*bytes));
    settings->bytes = shared->borrow();
    changeFiles([path = std::move(*inside), settings = std::move(*settings),
                 shared](const container::WritableTree& tree) { return container::writeFile(tree, path, settings); });
}

void ContainerObject::MakeDirectory(const QByteArray& path, const QVariantMap& options)
{
    auto inside = insidePath(path);
    if (!inside)
        return refuse(inside.error());
    const auto mode = modeOption(options);
    if (!mode)
        return refuse(mode.error());
    constexpr mode_t kUsual = 0755;
    changeFiles([path = std::move(*inside), mode = mode->value_or(kUsual)](const container::WritableTree& tree) {
        return container::makeDirectory(tree, path, mode);
    });
}

void ContainerObject::MakeSymlink(const QByteArray& path, const QByteArray& target, const QVariantMap&)
{
    auto inside = insidePath(path);
    if (!inside)
        return refuse(inside.error());
    auto leadsTo = linkTarget(target);
    if (!leadsTo)
        return refuse(leadsTo.error());
    changeFiles([path = std::move(*inside), target = std::move(*leadsTo)](const container::WritableTree& tree) {
        return container::makeSymlink(tree, path, target);
    });
}

void ContainerObject::MoveFile(const QByteArray& from, const QByteArray& to, const QVariantMap& options)
{
    auto source = insidePath(from);
    if (!source)
        return refuse(source.error());
    auto target = insidePath(to);
    if (!target)
        return refuse(target.error());
    const bool replace = options.value(u"replace"_s).toBool();
    changeFiles([from = std::move(*source), to = std::move(*target), replace](const container::WritableTree& tree) {
        return container::moveFile(tree, from, to, replace);
    });
}

void ContainerObject::SetFileAttributes(const QByteArray& path, const QVariantMap& options)
{
    auto inside = insidePath(path);
    if (!inside)
        return refuse(inside.error());
    const auto attributes = attributeOptions(options);
    if (!attributes)
        return refuse(attributes.error());
    changeFiles([path = std::move(*inside), attributes = *attributes](const container::WritableTree& tree) {
        return container::setAttributes(tree, path, attributes);
    });
}

QDBusObjectPath ContainerObject::beginChange(const QString& operation, Work::Function work)
{
    auto held = holdForWriting();
    if (!held)
        return refuse(held.error()), QDBusObjectPath();
    const auto job = m_services.jobs.start(operation, caller().uid, {path()}, std::move(work), [held = *held] { });
    if (!job)
        return refuse(job.error()), QDBusObjectPath();
    return QDBusObjectPath((*job)->path());
}

QDBusObjectPath ContainerObject::SetAttributesBelow(const QByteArrayList& paths, const QVariantMap& options)
{
    auto inside = insidePaths(paths);
    if (!inside)
        return refuse(inside.error()), QDBusObjectPath();
    const auto attributes = attributeOptions(options);
    if (!attributes)
        return refuse(attributes.error()), QDBusObjectPath();
    return beginChange(u"set-attributes"_s, setAttributesBelow(treeTarget(), std::move(*inside), *attributes));
}

QDBusObjectPath ContainerObject::RemoveFiles(const QByteArrayList& paths, const QVariantMap&)
{
    auto inside = insidePaths(paths);
    if (!inside)
        return refuse(inside.error()), QDBusObjectPath();
    return beginChange(u"remove-files"_s, removeFiles(treeTarget(), std::move(*inside)));
}

} // namespace lamella::helper
