// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/copy_in.h"

#include "gui/client/container_client.h"
#include "gui/client/job_client.h"
#include "gui/models/file_paths.h"

#include <QFile>
#include <QFileInfo>
#include <QRandomGenerator>
#include <QtConcurrentRun>

namespace lamella::models {

using client::ErrorKind;

CopyIn::CopyIn(client::ContainerClient* container, const QStringList& files, const QByteArray& directory,
               QObject* parent)
    : FileCopy(container, parent)
    , m_container(container)
{
    for (const QString& file : files) {
        const QByteArray local = QFile::encodeName(QFileInfo(file).absoluteFilePath());
        m_items.push_back({local, childPath(directory, lastName(local))});
    }
}

void CopyIn::copyNext()
{
    if (m_items.empty()) {
        finish();
        return;
    }
    m_item = m_items.back();
    m_items.pop_back();
    tell(textOf(lastName(m_item.path)));
    QtConcurrent::run(lookAtLocal, m_item.local).then(this, [this](LocalFile found) { take(std::move(found)); });
}

void CopyIn::take(LocalFile found)
{
    m_found = std::move(found);
    if (isCancelled() || !container()) {
        finish();
    } else if (!m_found.problem.isEmpty()) {
        fail(problemOf(m_found.problem));
    } else if (m_found.kind == LocalFile::Kind::Directory) {
        makeDirectory();
    } else if (m_found.kind == LocalFile::Kind::Symlink) {
        makeSymlink(mayReplace());
    } else if (m_found.kind == LocalFile::Kind::File) {
        begin(mayReplace());
    } else {
        fail(problemOf(tr("it is neither a file nor a directory nor a link.")));
    }
}

void CopyIn::makeDirectory()
{
    container()->makeDirectory(m_item.path, m_found.mode).then(this, [this](const client::Outcome<void>& outcome) {
        // One that is there gets what is in this one as well.
        if (!outcome && outcome.error().kind != ErrorKind::AlreadyExists)
            return fail(problemOf(outcome.error().sentence));
        for (const QByteArray& name : std::as_const(m_found.names))
            m_items.push_back({childPath(m_item.local, name), childPath(m_item.path, name)});
        done(outcome.has_value());
    });
}

void CopyIn::makeSymlink(bool replace)
{
    const auto make = [this] {
        container()->makeSymlink(m_item.path, m_found.target).then(this, [this](const client::Outcome<void>& outcome) {
            if (outcome)
                done(true);
            else if (outcome.error().kind == ErrorKind::AlreadyExists)
                ask(textOf(m_item.path));
            else
                fail(problemOf(outcome.error().sentence));
        });
    };
    if (!replace)
        return make();
    container()
        ->removeFiles({m_item.path})
        .then(this, [this, make](const client::Outcome<QPointer<client::JobClient>>& job) {
            if (!job || !*job)
                return fail(problemOf(job ? tr("what is there was not removed.") : job.error().sentence));
            (*job)->wait().then(this, [this, make](const client::Outcome<QStringList>& ended) {
                if (!ended || !container())
                    return fail(problemOf(ended ? QString() : ended.error().sentence));
                make();
            });
        });
}

void CopyIn::begin(bool replace)
{
    if (m_found.size <= quint64{kPiece})
        return writePiece(0, replace);
    // Asked before, not after, the long copying.
    container()
        ->readPart(m_item.path, 0, 0)
        .then(this, [this, replace](const client::Outcome<client::FileVersion>& there) {
            if (!there)
                return fail(problemOf(there.error().sentence));
            if (there->exists && !replace)
                return ask(textOf(m_item.path));
            m_part = childPath(parentPath(m_item.path),
                               ".lamella-part-" + QByteArray::number(QRandomGenerator::global()->generate(), 16));
            writePiece(0, replace);
        });
}

void CopyIn::writePiece(qint64 offset, bool replace)
{
    const auto write = [this, offset, replace](const std::optional<QByteArray>& bytes) {
        if (isCancelled() || !container())
            return dropUnfinished();
        if (!bytes)
            return fail(problemOf(tr("it cannot be read.")));
        const bool isPart = !m_part.isEmpty();
        client::WriteOptions options{.mode = m_found.mode, .isNew = offset == 0 && (isPart || !replace)};
        if (offset > 0)
            options.offset = static_cast<quint64>(offset);
        container()
            ->writeFile(isPart ? m_part : m_item.path, *bytes, options)
            .then(this, [this, offset, replace, size = bytes->size()](const client::Outcome<void>& outcome) {
                if (outcome)
                    wrote(offset, size, replace);
                else if (outcome.error().kind == ErrorKind::AlreadyExists && m_part.isEmpty())
                    ask(textOf(m_item.path));
                else
                    fail(problemOf(outcome.error().sentence));
            });
    };
    QtConcurrent::run(readLocal, m_found.file, offset, kPiece).then(this, write);
}

void CopyIn::wrote(qint64 offset, qsizetype size, bool replace)
{
    count(static_cast<quint64>(size));
    tell(textOf(lastName(m_item.path)));
    if (m_part.isEmpty())
        done(true);
    else if (isCancelled())
        dropUnfinished();
    else if (size == kPiece)
        writePiece(offset + size, replace);
    else
        moveIntoPlace(replace);
}

void CopyIn::moveIntoPlace(bool replace)
{
    if (!container())
        return dropUnfinished();
    container()->moveFile(m_part, m_item.path, replace).then(this, [this](const client::Outcome<void>& outcome) {
        if (!outcome)
            return fail(problemOf(outcome.error().sentence));
        m_part.clear();
        done(true);
    });
}

void CopyIn::replaceCurrent()
{
    if (!container())
        finish();
    else if (m_found.kind == LocalFile::Kind::Symlink)
        makeSymlink(true);
    else
        begin(true);
}

void CopyIn::dropUnfinished()
{
    if (!m_part.isEmpty() && container())
        container()->removeFiles({std::exchange(m_part, {})});
    m_found = {};
    done(false);
}

QString CopyIn::problemOf(const QString& words) const
{
    return tr("%1: %2").arg(textOf(m_item.local), words);
}

} // namespace lamella::models
