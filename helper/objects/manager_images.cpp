// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/registry/name.h"
#include "helper/background.h"
#include "helper/jobs/image_archives.h"
#include "helper/jobs/jobs.h"
#include "helper/jobs/pull_image.h"
#include "helper/objects/descriptors.h"
#include "helper/objects/image_catalog.h"
#include "helper/objects/manager_object.h"
#include "helper/objects/paths.h"
#include "helper/objects/registry_options.h"
#include "helper/objects/requests.h"
#include "helper/objects/text.h"

#include <fcntl.h>

using namespace Qt::StringLiterals;

// The methods of org.lamella.Lamella1.Manager that are about images.
namespace lamella::helper {

namespace {

/// More than anybody has at once.
constexpr qsizetype kMaxNames = 1024;

/// The IDs of the images that are meant. Errors: NotFound, InvalidArgument, LimitExceeded.
Result<std::vector<std::string>> namesOf(const image::ImageStore& store, uid_t owner, const QStringList& images)
{
    if (images.isEmpty())
        return failure(ErrorKind::InvalidArgument, "no image was named");
    if (images.size() > kMaxNames)
        return failure(ErrorKind::LimitExceeded, "too many images were named");
    std::vector<std::string> names;
    for (const QString& image : images) {
        names.push_back(image.toStdString());
        TRY(store.find(owner, names.back()));
    }
    return names;
}

/// Whether the format goes with what was opened for it. Errors: InvalidArgument.
Result<void> checkFormat(const QVariantMap& options, BorrowedFd target)
{
    const QString format = options.value(u"format"_s, u"oci-archive"_s).toString();
    if (format != "oci-archive"_L1 && format != "docker-archive"_L1 && format != "oci-dir"_L1)
        return failure(ErrorKind::InvalidArgument, "the format is none of oci-archive, docker-archive and oci-dir");
    const bool isFile = (::fcntl(target.get(), F_GETFL) & O_ACCMODE) != O_RDONLY; // a directory is only ever read
    if (isFile == (format == "oci-dir"_L1))
        return failure(ErrorKind::InvalidArgument,
                       isFile ? "the format oci-dir needs a directory" : "an archive needs a regular file");
    return {};
}

/// Errors: InvalidArgument.
Result<layer::Compression> archiveCompression(const QVariantMap& options)
{
    const QString compression = options.value(u"compression"_s, u"none"_s).toString();
    if (compression == "none"_L1)
        return layer::Compression::None;
    if (compression == "gzip"_L1)
        return layer::Compression::Gzip;
    if (compression == "zstd"_L1)
        return layer::Compression::Zstd;
    return failure(ErrorKind::InvalidArgument, "the compression is none of none, gzip and zstd");
}

} // namespace

QDBusObjectPath ManagerObject::begin(const QString& operation, const QStringList& items, Work::Function work,
                                     std::function<void()> ended)
{
    const auto job = m_services.jobs.start(operation, caller().uid, items, std::move(work), std::move(ended));
    if (!job)
        return refuse(job.error()), QDBusObjectPath();
    return QDBusObjectPath((*job)->path());
}

std::function<void()> ManagerObject::refreshing(uid_t owner) const
{
    return [&catalog = m_services.catalog, owner] { catalog.refresh(owner); };
}

QString ManagerObject::ResolveReference(const QString& name, const QVariantMap&)
{
    const auto parsed = registry::parseName(name.toStdString());
    if (!parsed)
        return refuse(parsed.error()), QString();
    return fromEngine(registry::canonicalText(*parsed));
}

QDBusObjectPath ManagerObject::LoadImage(const QDBusUnixFileDescriptor& source, const QVariantMap& options)
{
    auto opened = takeSource(source, "the image to load");
    if (!opened)
        return refuse(opened.error()), QDBusObjectPath();
    auto platform = platformOption(options);
    if (!platform)
        return refuse(platform.error()), QDBusObjectPath();
    const uid_t owner = caller().uid;
    return begin(u"load-image"_s, {}, loadImage(m_services.images, std::move(*opened), owner, std::move(*platform)),
                 refreshing(owner));
}

QDBusObjectPath ManagerObject::PullImage(const QString& reference, const QVariantMap& options)
{
    const uid_t owner = caller().uid;
    auto request = registryRequest(m_services, reference, options);
    if (!request)
        return refuse(request.error()), QDBusObjectPath();
    auto platform = platformOption(options);
    if (!platform)
        return refuse(platform.error()), QDBusObjectPath();
    auto place = m_services.transfers.take(owner);
    if (!place)
        return refuse(place.error()), QDBusObjectPath();
    const QString canonical = fromEngine(registry::canonicalText(request->name));
    return begin(u"pull-image"_s, {canonical},
                 pullImage(m_services.images, std::move(*request), std::move(*platform), owner),
                 [refresh = refreshing(owner), place = *place] { refresh(); });
}

QDBusObjectPath ManagerObject::ListTags(const QString& repository, const QVariantMap& options)
{
    auto request = registryRequest(m_services, repository, options);
    if (!request)
        return refuse(request.error()), QDBusObjectPath();
    auto place = m_services.transfers.take(caller().uid);
    if (!place)
        return refuse(place.error()), QDBusObjectPath();
    return begin(u"list-tags"_s, {repository}, listTags(std::move(*request)), [place = *place] { });
}

QDBusObjectPath ManagerObject::CheckLogin(const QString& registry, const QVariantMap& options)
{
    auto access = registryAccess(options, m_services.patience);
    if (!access)
        return refuse(access.error()), QDBusObjectPath();
    auto name = registry::parseRegistry(registry.toStdString());
    if (!name)
        return refuse(name.error()), QDBusObjectPath();
    if (access->registry.credentials.empty())
        return refuse(Error::of(ErrorKind::InvalidArgument, "there is no login to check")), QDBusObjectPath();
    auto place = m_services.transfers.take(caller().uid);
    if (!place)
        return refuse(place.error()), QDBusObjectPath();
    const QString host = fromEngine(name->registry);
    return begin(u"check-login"_s, {host}, checkLogin({m_services.fetcher, std::move(*name), std::move(*access)}),
                 [place = *place] { });
}

QDBusObjectPath ManagerObject::SaveImages(const QStringList& images, const QDBusUnixFileDescriptor& file,
                                          const QVariantMap& options)
{
    const uid_t owner = caller().uid;
    auto opened = takeTarget(file, "what the images are saved to");
    if (!opened)
        return refuse(opened.error()), QDBusObjectPath();
    if (const auto checked = checkFormat(options, opened->borrow()); !checked)
        return refuse(checked.error()), QDBusObjectPath();
    auto names = namesOf(m_services.images, owner, images);
    if (!names)
        return refuse(names.error()), QDBusObjectPath();
    const auto compression = archiveCompression(options);
    if (!compression)
        return refuse(compression.error()), QDBusObjectPath();
    auto place = m_services.archives.take(owner);
    if (!place)
        return refuse(place.error()), QDBusObjectPath();
    return begin(u"save-images"_s, images,
                 saveImages(m_services.images, owner, std::move(*names), *compression, std::move(*opened)),
                 [place = *place] { });
}

QDBusObjectPath ManagerObject::ImportImage(const QDBusUnixFileDescriptor& archive, const QString& reference,
                                           const QVariantMap& options)
{
    const uid_t owner = caller().uid;
    auto opened = takeReadableFile(archive, "the archive");
    if (!opened)
        return refuse(opened.error()), QDBusObjectPath();
    auto settings = newImageSettings(reference, options);
    if (!settings)
        return refuse(settings.error()), QDBusObjectPath();
    return begin(u"import-image"_s, {}, importImage(m_services.images, owner, std::move(*opened), std::move(*settings)),
                 refreshing(owner));
}

qulonglong ManagerObject::GetDiskUsage(const QVariantMap&, dbus::DiskUsage&)
{
    auto place = m_services.readers.take(caller().uid);
    if (!place)
        return refuse(place.error()), 0;
    m_services.background.run([&images = m_services.images, owner = caller().uid] { return images.usage(owner); },
                              [call = takeCall(), place = *place](const Result<image::Usage>& usage) {
                                  if (!usage)
                                      return call.fail(usage.error());
                                  dbus::DiskUsage rows;
                                  for (const auto& one : usage->images) {
                                      rows.append(
                                          {QDBusObjectPath(imagePath(one.id)), one.unique.value, one.shared.value});
                                  }
                                  call.reply({qulonglong(usage->total.value), QVariant::fromValue(rows)});
                              });
    return 0;
}

dbus::ObjectPaths ManagerObject::PruneImages(const QVariantMap& options, qulonglong&)
{
    const auto what = options.value(u"all"_s).toBool() ? image::PruneWhat::Unused : image::PruneWhat::Nameless;
    const bool dryRun = options.value(u"dry_run"_s).toBool();
    const uid_t owner = caller().uid;
    // Layers that go may be large.
    m_services.removals.run([&images = m_services.images, owner, what,
                             dryRun] { return dryRun ? images.prunable(owner, what) : images.prune(owner, what); },
                            [call = takeCall(), refresh = refreshing(owner)](const Result<image::Prunable>& pruned) {
                                refresh();
                                if (!pruned)
                                    return call.fail(pruned.error());
                                dbus::ObjectPaths paths;
                                for (const image::Image& image : pruned->images)
                                    paths.append(QDBusObjectPath(imagePath(image.id)));
                                call.reply({QVariant::fromValue(paths), qulonglong(pruned->bytes.value)});
                            });
    return {};
}

} // namespace lamella::helper
