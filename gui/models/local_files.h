// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/descriptor.h"

#include <QByteArrayList>
#include <QString>

#include <memory>
#include <optional>
#include <sys/types.h>

/// Files of this machine while they are copied. All of it may wait for a disk or a network: not for the window's
/// thread. No symlink is followed. What fails is told by `problem`, the system's words.
namespace lamella::models {

using SharedDescriptor = std::shared_ptr<client::Descriptor>;

struct LocalFile {
    enum class Kind { None, File, Directory, Symlink, Other };
    Kind kind = Kind::None;
    quint32 mode = 0;
    quint64 size = 0;
    QByteArray target = {}; ///< of a symlink
    QByteArrayList names = {}; ///< in a directory
    SharedDescriptor file = {}; ///< of a file, for reading
    QString problem = {};
};

/// What is at a path.
LocalFile lookAtLocal(const QByteArray& path);

/// Bytes of a file from a position on; nothing where it cannot be read.
std::optional<QByteArray> readLocal(const SharedDescriptor& file, qint64 offset, qint64 length);

/// A directory that files are written into; none, with errno, where it cannot be.
struct LocalDirectory {
    SharedDescriptor directory = {};
    QString problem = {};
};
/// The one at a path, which may be a symlink.
LocalDirectory openLocalDirectory(const QByteArray& path);
/// `name` in another; it is made where it is not there.
LocalDirectory makeLocalDirectory(const SharedDescriptor& parent, const QByteArray& name, quint32 mode);

bool existsLocally(const SharedDescriptor& directory, const QByteArray& name);

/// Makes a symlink; `replace`: in the place of what is there, unless it is a directory. Empty: all is well.
QString makeLocalSymlink(const SharedDescriptor& directory, const QByteArray& name, const QByteArray& target,
                         bool replace);

/// A file under a name of its own until it has all its bytes. What is not finished vanishes with it.
class LocalPart {
public:
    LocalPart(SharedDescriptor directory, QByteArray name);
    ~LocalPart();
    LocalPart(const LocalPart&) = delete;
    LocalPart& operator=(const LocalPart&) = delete;

    QString append(const QByteArray& bytes);
    /// Gives it its name and mode; `replace` as above.
    QString finish(quint32 mode, bool replace);

private:
    QString open();

    SharedDescriptor m_directory;
    QByteArray m_name;
    QByteArray m_part;
    client::Descriptor m_file;
};

} // namespace lamella::models
