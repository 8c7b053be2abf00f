// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/temporarycopies.h"

#include "gui/client/file_source.h"
#include "gui/models/file_paths.h"
#include "gui/models/runnable_files.h"
#include "gui/pages/copybar.h"

#include <QDesktopServices>
#include <QDir>
#include <QEventLoop>
#include <QFileInfo>
#include <QPointer>

namespace lamella::pages {

using models::CopyOut;

namespace {

/// What was opened or dropped before is closed by now, or was taken over.
constexpr std::size_t kMostKept = 8;

} // namespace

TemporaryCopies::TemporaryCopies(CopyBar* bar, QObject* parent)
    : QObject(parent)
    , m_bar(bar)
{
}

TemporaryCopies::Directory TemporaryCopies::makeDirectory()
{
    return std::make_shared<QTemporaryDir>(QDir::temp().filePath(QStringLiteral("lamella-XXXXXX")));
}

QString TemporaryCopies::pathOf(const Directory& directory, const CopyOut::Source& file)
{
    return directory->filePath(QFile::decodeName(models::lastName(file.path)));
}

QList<QUrl> TemporaryCopies::copyNow(client::FileSource* source, const std::vector<CopyOut::Source>& files)
{
    if (!source || m_bar->isBusy())
        return {};
    const Directory directory = makeDirectory();
    if (!directory->isValid())
        return {};
    bool isWhole = false;
    QEventLoop untilCopied;
    connect(m_bar, &CopyBar::ended, &untilCopied, [&](const QString&, bool wasStopped) {
        isWhole = !wasStopped;
        untilCopied.quit();
    });
    connect(this, &QObject::destroyed, &untilCopied, &QEventLoop::quit);
    const QPointer alive(this);
    m_bar->run(new CopyOut(source, files, directory->path(), m_bar), tr("Copying what is dragged"));
    untilCopied.exec();
    if (!alive || !isWhole)
        return {};
    QList<QUrl> urls;
    for (const auto& file : files) {
        const QString path = pathOf(directory, file);
        if (QFileInfo::exists(path) || QFileInfo(path).isSymLink())
            urls.append(QUrl::fromLocalFile(path));
    }
    if (!urls.isEmpty())
        keep(directory);
    return urls;
}

void TemporaryCopies::open(client::FileSource* source, const CopyOut::Source& file)
{
    if (!source)
        return;
    if (m_bar->isBusy()) {
        Q_EMIT failed(tr("Something is being copied already."));
        return;
    }
    const Directory directory = makeDirectory();
    if (!directory->isValid()) {
        Q_EMIT failed(tr("The file could not be copied: %1").arg(directory->errorString()));
        return;
    }
    const QString path = pathOf(directory, file);
    connect(
        m_bar, &CopyBar::ended, this, [this, directory, path] { openCopy(directory, path); }, Qt::SingleShotConnection);
    m_bar->run(new CopyOut(source, {file}, directory->path(), m_bar), tr("Copying %1").arg(models::textOf(file.path)));
}

void TemporaryCopies::openCopy(const Directory& directory, const QString& path)
{
    const QFileInfo copy(path);
    if (!copy.isFile() || copy.isSymLink())
        return; // what went wrong has been told
    const QString kind = models::runnableKind(path);
    if (!kind.isEmpty()) {
        Q_EMIT failed(tr("%1 is not opened, because the desktop may run what is in it on this machine (%2). Look at it "
                         "here, or save it to a directory.")
                          .arg(copy.fileName(), kind));
        return;
    }
    // Nobody shall think that what he writes there reaches the container.
    if (QFile::setPermissions(path, QFileDevice::ReadOwner) && QDesktopServices::openUrl(QUrl::fromLocalFile(path)))
        keep(directory);
    else
        Q_EMIT failed(tr("No program of the desktop opens %1.").arg(copy.fileName()));
}

void TemporaryCopies::keep(const Directory& directory)
{
    if (m_directories.size() == kMostKept)
        m_directories.pop_front();
    m_directories.push_back(directory);
}

} // namespace lamella::pages
