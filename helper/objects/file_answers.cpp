// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/file_answers.h"

#include "helper/objects/answer_reading.h"
#include "helper/objects/file_version.h"
#include "helper/objects/requests.h"

#include <format>

using namespace Qt::StringLiterals;

namespace lamella::helper {

using Version = layer::OverlayTree::Version;

namespace {

Result<layer::ListingRequest> listingRequest(const QByteArray& path, Version version, const QVariantMap& options)
{
    layer::ListingRequest request;
    request.path = TRY(insidePath(path));
    request.version = version;
    request.after = options.value(u"after"_s).toByteArray().toStdString();
    const auto most = options.value(u"limit"_s, qulonglong(request.most)).toULongLong();
    if (most == 0 || most > request.most)
        return failure(ErrorKind::InvalidArgument, std::format("limit is not from 1 to {}", request.most));
    request.most = most;
    return request;
}

Result<FileRequest> fileRequest(const QByteArray& path, Version version, const QVariantMap& options)
{
    FileRequest request;
    request.path = TRY(insidePath(path));
    request.version = version;
    request.offset = options.value(u"offset"_s).toULongLong();
    request.length = options.value(u"length"_s, qulonglong{FileRequest::kUsual}).toULongLong();
    request.digest = options.value(u"digest"_s).toBool();
    if (request.length > FileRequest::kLongest || request.offset > std::uint64_t{INT64_MAX})
        return failure(ErrorKind::InvalidArgument,
                       std::format("no more than {} bytes are read at a time", FileRequest::kLongest));
    return request;
}

} // namespace

void answerDirectory(Services& services, const Call& call, FileOpener open, const QByteArray& path, Version version,
                     const QVariantMap& options)
{
    auto request = listingRequest(path, version, options);
    if (!request)
        return call.fail(request.error());
    answerReading(
        services, services.readers, call,
        [open = std::move(open), request = std::move(*request)](const std::stop_source& stop) -> Result<FileList> {
            const auto files = TRY(open(stop.get_token()));
            return listFiles(files.source, files.mounted, request, stop.get_token());
        },
        [](FileList list) {
            return QVariantList{'/' + QByteArray::fromStdString(list.path),
                                QVariant::fromValue(toDbus(std::move(list.files))),
                                QByteArray::fromStdString(list.next)};
        });
}

void answerFile(Services& services, const Call& call, FileOpener open, const QByteArray& path, Version version,
                const QVariantMap& options)
{
    auto request = fileRequest(path, version, options);
    if (!request)
        return call.fail(request.error());
    answerReading(
        services, services.readers, call,
        [open = std::move(open), request = std::move(*request)](const std::stop_source& stop) -> Result<FileVersion> {
            const auto files = TRY(open(stop.get_token()));
            return readVersion(files.source, request, stop.get_token());
        },
        [](FileVersion file) {
            return QVariantList{QVariant::fromValue(file.info), QVariant::fromValue(toDbus(std::move(file.content)))};
        });
}

} // namespace lamella::helper
