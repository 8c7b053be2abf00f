// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/requests.h"

#include "engine/layer/tree.h"

#include "engine/image/new_image_request.h"
#include "helper/objects/text.h"

#include <chrono>
#include <cmath>

using namespace Qt::StringLiterals;

namespace lamella::helper {

namespace {

/// Command and environment together: far below what execve(2) takes, and they pass through the shim's messages.
constexpr qsizetype kMaxTextBytes = 128 * 1024;

std::optional<std::string> text(const QVariantMap& options, const QString& name)
{
    const auto found = options.constFind(name);
    return found == options.cend() ? std::nullopt : std::optional(found->toString().toStdString());
}

std::vector<std::string> list(const QVariantMap& options, const QString& name)
{
    return toEngine(options.value(name).toStringList());
}

Result<void> checkSize(const QStringList& command, const QVariantMap& options)
{
    qsizetype bytes = 0;
    for (const QString& argument : command)
        bytes += argument.toUtf8().size() + 1;
    for (const QVariant& option : options) {
        for (const QString& value : option.toStringList()) // of a text: the text alone
            bytes += value.toUtf8().size() + 1;
    }
    if (bytes > kMaxTextBytes)
        return failure(
            ErrorKind::LimitExceeded,
            std::format("the command and its environment have {} bytes: more than {}", bytes, kMaxTextBytes));
    return {};
}

} // namespace

Result<image::NewImageSettings> newImageSettings(const QString& reference, const QVariantMap& options)
{
    TRY(checkSize({}, options));
    image::NewImageSettings settings;
    settings.reference = reference.toStdString();
    settings.entrypoint = list(options, u"entrypoint"_s);
    settings.cmd = list(options, u"command"_s);
    settings.env = list(options, u"env"_s);
    settings.unsetEnv = list(options, u"unset_env"_s);
    settings.workingDir = text(options, u"working_dir"_s).value_or("");
    settings.user = text(options, u"user"_s).value_or("");
    settings.stopSignal = text(options, u"stop_signal"_s).value_or("");
    settings.labels = list(options, u"labels"_s);
    settings.exposedPorts = list(options, u"exposed_ports"_s);
    settings.volumes = list(options, u"volumes"_s);
    settings.author = text(options, u"author"_s).value_or("");
    settings.message = text(options, u"message"_s).value_or("");
    settings.created
        = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch());
    TRY(image::checkSettings(settings));
    return settings;
}

Result<container::CreateRequest> createRequest(uid_t owner, const QString& image, const QString& name,
                                               const QStringList& command, const QVariantMap& options)
{
    TRY(checkSize(command, options));
    container::CreateRequest request;
    request.owner = owner;
    request.image = image.toStdString();
    request.name = name.toStdString();
    request.command = toEngine(command);
    request.env = list(options, u"env"_s);
    request.workingDir = text(options, u"working_dir"_s);
    request.user = text(options, u"user"_s);
    request.hostname = text(options, u"hostname"_s);
    request.terminal = options.value(u"terminal"_s).toBool();
    request.init = options.value(u"init"_s).toBool();
    request.memoryLimit = {options.value(u"memory_bytes"_s).toULongLong()};
    request.cpuQuota = options.value(u"cpu_quota"_s).toDouble();
    request.cpuWeight = options.value(u"cpu_weight"_s, qulonglong(request.cpuWeight)).toULongLong();
    request.pidsMax = options.value(u"pids_max"_s, qulonglong(request.pidsMax)).toULongLong();
    if (!std::isfinite(request.cpuQuota))
        return failure(ErrorKind::InvalidArgument, "cpu_quota is no number");
    return request;
}

Result<container::ExecRequest> execRequest(const QStringList& command, const QVariantMap& options)
{
    TRY(checkSize(command, options));
    if (command.isEmpty() || command.constFirst().isEmpty())
        return failure(ErrorKind::InvalidArgument, "there is no command to run");
    container::ExecRequest request;
    request.command = toEngine(command);
    request.env = list(options, u"env"_s);
    request.workingDir = text(options, u"working_dir"_s);
    request.user = text(options, u"user"_s);
    request.terminal = options.value(u"terminal"_s).toBool();
    request.rows = options.value(u"rows"_s, request.rows).value<ushort>();
    request.columns = options.value(u"columns"_s, request.columns).value<ushort>();
    return request;
}

Result<std::string> insidePath(const QByteArray& path)
{
    if (!path.startsWith('/'))
        return failure(ErrorKind::InvalidArgument, std::format("'{}' is no absolute path", path.toStdString()));
    auto inside = layer::insidePath(path.toStdString());
    if (!inside)
        return failure(ErrorKind::InvalidArgument, std::format("'{}' is no path without \"..\"", path.toStdString()));
    return inside;
}

Result<layer::OverlayTree::Version> treeVersion(const QString& version)
{
    using Version = layer::OverlayTree::Version;
    if (version != "container"_L1 && version != "image"_L1)
        return failure(ErrorKind::InvalidArgument,
                       std::format("'{}' is neither \"container\" nor \"image\"", version.toStdString()));
    return version == "image"_L1 ? Version::Image : Version::Container;
}

Result<std::vector<std::string>> insidePaths(const QByteArrayList& paths)
{
    if (paths.isEmpty())
        return failure(ErrorKind::InvalidArgument, "no path was named");
    constexpr qsizetype kMostPaths = 100'000;
    if (paths.size() > kMostPaths)
        return failure(ErrorKind::LimitExceeded,
                       std::format("more than {} paths: name the directories that they are in", kMostPaths));
    std::vector<std::string> inside;
    for (const QByteArray& path : paths)
        inside.push_back(TRY(insidePath(path)));
    return inside;
}

} // namespace lamella::helper
