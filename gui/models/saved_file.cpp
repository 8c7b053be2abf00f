// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/saved_file.h"

#include <QFile>
#include <QFileInfo>
#include <QRandomGenerator>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace lamella::models {

using client::Descriptor;

namespace {

constexpr mode_t kMode = 0600;

QString lastError()
{
    return QString::fromLocal8Bit(std::strerror(errno));
}

/// Where a symlink leads to: what it is there for is to stay one.
QByteArray withoutLinks(const QString& path)
{
    const QString leadsTo = QFileInfo(path).canonicalFilePath();
    return QFile::encodeName(leadsTo.isEmpty() ? path : leadsTo);
}

} // namespace

SavedFile::SavedFile(Descriptor file, QByteArray part, QByteArray path)
    : m_file(std::move(file))
    , m_part(std::move(part))
    , m_path(std::move(path))
{
}

SavedFile::~SavedFile()
{
    if (!m_part.isEmpty())
        ::unlink(m_part.constData());
}

std::expected<std::shared_ptr<SavedFile>, QString> SavedFile::begin(const QString& path)
{
    const QByteArray wanted = QFile::encodeName(path);
    struct stat status{};
    const bool isThere = ::stat(wanted.constData(), &status) == 0;
    if (isThere && !S_ISREG(status.st_mode))
        return std::unexpected(tr("%1 is no file that can be written: choose another name.").arg(path));
    // A new name needs leave of the directory alone: what is protected against being written is asked itself.
    if (isThere && ::access(wanted.constData(), W_OK) != 0)
        return std::unexpected(tr("%1 cannot be opened: %2").arg(path, lastError()));
    const QByteArray place = withoutLinks(path);
    const QByteArray directory = place.first(place.lastIndexOf('/') + 1);
    const QByteArray part
        = directory + ".lamella-part-" + QByteArray::number(QRandomGenerator::global()->generate(), 16);
    Descriptor file(::open(part.constData(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kMode));
    if (!file.isValid())
        return std::unexpected(tr("%1 cannot be written, because no file can be made in %2: %3")
                                   .arg(path, QFile::decodeName(directory), lastError()));
    std::shared_ptr<SavedFile> begun(new SavedFile(std::move(file), part, place));
    if (isThere && ::fchmod(begun->m_file.get(), status.st_mode & 0777) != 0)
        return std::unexpected(tr("%1 cannot be written: %2").arg(path, lastError()));
    return begun;
}

Descriptor SavedFile::descriptor() const
{
    return Descriptor(::fcntl(m_file.get(), F_DUPFD_CLOEXEC, 3));
}

QString SavedFile::finish()
{
    const QString path = QFile::decodeName(m_path);
    // What was there is given up only for what is still there after a loss of power.
    if (::fsync(m_file.get()) != 0)
        return tr("%1 was not written to the end: %2").arg(path, lastError());
    const QByteArray part = std::exchange(m_part, {});
    if (::rename(part.constData(), m_path.constData()) != 0)
        return tr("All is written, but %1 cannot be replaced: %2. It is called %3 now.")
            .arg(path, lastError(), QFile::decodeName(part));
    return {};
}

} // namespace lamella::models
