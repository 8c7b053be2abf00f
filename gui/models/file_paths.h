// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayList>
#include <QString>

/// Paths in a container: bytes, absolute.
namespace lamella::models {

/// "rwxr-xr-x", with set-id and sticky bits as ls(1) has them.
QString modeWords(quint32 mode);
/// Bytes as text; what is no UTF-8 appears as U+FFFD.
QString textOf(const QByteArray& bytes);
/// A name in a directory ("/" for the root).
QByteArray childPath(const QByteArray& directory, const QByteArray& name);
/// The directory that something is in; "/" of itself.
QByteArray parentPath(const QByteArray& path);
/// Empty for "/".
QByteArray lastName(const QByteArray& path);
/// An absolute path with neither "." nor ".." nor doubled slashes; ".." is taken as it stands.
QByteArray cleanPath(const QByteArray& path);
/// Where a symlink at `link` leads, as it stands.
QByteArray linkedPath(const QByteArray& link, const QByteArray& target);

} // namespace lamella::models
