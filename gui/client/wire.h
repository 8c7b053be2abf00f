// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QVariantMap>

namespace lamella::dbus {
struct FileInfo;
}

/// Private to this folder: properties of the contract into plain values. A property that is absent, or of another type,
/// leaves the value as it is.
namespace lamella::client {

void read(const QVariantMap& properties, ManagerData& data);
void read(const QVariantMap& properties, ContainerData& data);
void read(const QVariantMap& properties, TrashedData& data);
void read(const QVariantMap& properties, ImageData& data);
void read(const QVariantMap& properties, JobData& data);
void read(const QVariantMap& properties, SessionData& data);

/// One file as ReadFile has it, with the content that came with it.
FileVersion fileVersion(const dbus::FileInfo& info, QByteArray content);

/// The options of CreateContainer and Exec: only what differs from the helper's default.
QVariantMap toWire(const CreateOptions& options);
QVariantMap toWire(const ExecOptions& options);
/// Those of PullImage, ListTags, CheckLogin, Push, SaveImages, ImportImage and Commit.
QVariantMap toWire(const RegistryOptions& options);
QVariantMap toWire(const SaveOptions& options);
QVariantMap toWire(const NewImage& image);
/// Those of SetFileAttributes and SetAttributesBelow.
QVariantMap toWire(const FileAttributes& attributes);

} // namespace lamella::client
