// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/local_files.h"

#include <QRandomGenerator>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lamella::models {

using client::Descriptor;

namespace {

QString systemWords()
{
    return QString::fromLocal8Bit(std::strerror(errno));
}

SharedDescriptor share(int fd)
{
    return std::make_shared<Descriptor>(fd);
}

QByteArrayList namesIn(const Descriptor& directory)
{
    QByteArrayList names;
    const int copy = ::openat(directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR* stream = copy < 0 ? nullptr : ::fdopendir(copy);
    while (const dirent* entry = stream ? ::readdir(stream) : nullptr) {
        const QByteArray name(entry->d_name);
        if (name != "." && name != "..")
            names.append(name);
    }
    if (stream)
        ::closedir(stream);
    return names;
}

/// Moves what is finished to its name; a directory is never replaced.
bool moveToName(int directory, const QByteArray& from, const QByteArray& to, bool replace)
{
    return ::renameat2(directory, from.constData(), directory, to.constData(), replace ? 0 : RENAME_NOREPLACE) == 0;
}

} // namespace

LocalFile lookAtLocal(const QByteArray& path)
{
    LocalFile found;
    const Descriptor place(::open(path.constData(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat status{};
    if (!place.isValid() || ::fstat(place.get(), &status) != 0) {
        found.problem = systemWords();
        return found;
    }
    found.mode = status.st_mode & 0777;
    found.size = static_cast<quint64>(std::max<off_t>(status.st_size, 0));
    if (S_ISLNK(status.st_mode)) {
        found.kind = LocalFile::Kind::Symlink;
        found.target.resize(PATH_MAX);
        found.target.truncate(std::max<ssize_t>(0, ::readlinkat(place.get(), "", found.target.data(), PATH_MAX)));
        return found;
    }
    if (!S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode)) {
        found.kind = LocalFile::Kind::Other; // a device may do something when it is opened, a pipe waits
        return found;
    }
    found.kind = S_ISDIR(status.st_mode) ? LocalFile::Kind::Directory : LocalFile::Kind::File;
    // Through the place: what was looked at, whatever has its name by now.
    const QByteArray same = "/proc/self/fd/" + QByteArray::number(place.get());
    auto opened = share(::open(same.constData(), O_RDONLY | O_CLOEXEC));
    if (!opened->isValid())
        found.problem = systemWords();
    else if (found.kind == LocalFile::Kind::Directory)
        found.names = namesIn(*opened);
    else
        found.file = std::move(opened);
    return found;
}

std::optional<QByteArray> readLocal(const SharedDescriptor& file, qint64 offset, qint64 length)
{
    QByteArray bytes(length, '\0');
    qint64 count = 0;
    while (count < length) {
        const ssize_t got
            = ::pread(file->get(), bytes.data() + count, static_cast<std::size_t>(length - count), offset + count);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return std::nullopt;
        if (got == 0)
            break;
        count += got;
    }
    bytes.truncate(count);
    return bytes;
}

LocalDirectory openLocalDirectory(const QByteArray& path)
{
    LocalDirectory opened{share(::open(path.constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), {}};
    if (!opened.directory->isValid())
        opened = {{}, systemWords()};
    return opened;
}

LocalDirectory makeLocalDirectory(const SharedDescriptor& parent, const QByteArray& name, quint32 mode)
{
    // It must be possible to write into it until it is full; who may more than the umask says was never asked for.
    if (::mkdirat(parent->get(), name.constData(), (mode & 0777) | 0700) != 0 && errno != EEXIST)
        return {{}, systemWords()};
    LocalDirectory made{
        share(::openat(parent->get(), name.constData(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)), {}};
    if (!made.directory->isValid())
        made = {{}, systemWords()};
    return made;
}

bool existsLocally(const SharedDescriptor& directory, const QByteArray& name)
{
    struct stat status{};
    return ::fstatat(directory->get(), name.constData(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

QString makeLocalSymlink(const SharedDescriptor& directory, const QByteArray& name, const QByteArray& target,
                         bool replace)
{
    const QByteArray part = ".lamella-link-" + QByteArray::number(QRandomGenerator::global()->generate(), 16);
    if (::symlinkat(target.constData(), directory->get(), part.constData()) != 0)
        return systemWords();
    if (moveToName(directory->get(), part, name, replace))
        return {};
    const QString problem = systemWords();
    ::unlinkat(directory->get(), part.constData(), 0);
    return problem;
}

LocalPart::LocalPart(SharedDescriptor directory, QByteArray name)
    : m_directory(std::move(directory))
    , m_name(std::move(name))
{
}

LocalPart::~LocalPart()
{
    if (!m_part.isEmpty())
        ::unlinkat(m_directory->get(), m_part.constData(), 0);
}

QString LocalPart::open()
{
    const QByteArray part = ".lamella-part-" + QByteArray::number(QRandomGenerator::global()->generate(), 16);
    m_file = Descriptor(
        ::openat(m_directory->get(), part.constData(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!m_file.isValid())
        return systemWords();
    m_part = part;
    return {};
}

QString LocalPart::append(const QByteArray& bytes)
{
    if (m_part.isEmpty()) {
        if (const QString problem = open(); !problem.isEmpty())
            return problem;
    }
    for (qsizetype done = 0; done < bytes.size();) {
        const ssize_t written
            = ::write(m_file.get(), bytes.constData() + done, static_cast<std::size_t>(bytes.size() - done));
        if (written < 0 && errno != EINTR)
            return systemWords();
        done += std::max<ssize_t>(written, 0);
    }
    return {};
}

QString LocalPart::finish(quint32 mode, bool replace)
{
    // Set-id bits say nothing outside of the container, where the file has another owner.
    if (::fchmod(m_file.get(), mode & 0777) != 0 || !moveToName(m_directory->get(), m_part, m_name, replace))
        return systemWords();
    m_part.clear();
    return {};
}

} // namespace lamella::models
