// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/copy_out.h"

#include "gui/client/file_source.h"
#include "gui/models/file_paths.h"

#include <QFile>
#include <QtConcurrentRun>

namespace lamella::models {

using client::FileType;

CopyOut::CopyOut(client::FileSource* source, const std::vector<Source>& files, const QString& directory,
                 QObject* parent)
    : FileCopy(source, parent)
    , m_target(directory)
{
    for (const Source& file : files)
        m_items.push_back(
            {file.path, file.entry.value_or(client::FileEntry{lastName(file.path)}), {}, file.entry.has_value()});
}

void CopyOut::copyNext()
{
    if (m_items.empty()) {
        finish();
        return;
    }
    if (!m_into) {
        QtConcurrent::run(openLocalDirectory, QFile::encodeName(m_target))
            .then(this, [this](const LocalDirectory& opened) {
                m_into = opened.directory;
                // It may have been stopped meanwhile, and the container removed: that is looked at before the first.
                if (m_into)
                    return done(false);
                m_items.clear();
                fail(tr("%1: %2").arg(m_target, opened.problem));
            });
        return;
    }
    m_item = std::move(m_items.back());
    m_items.pop_back();
    if (!m_item.into)
        m_item.into = m_into;
    tell(textOf(m_item.entry.name));
    if (m_item.isKnown)
        copy(mayReplace());
    else
        look();
}

/// Without any of its bytes.
void CopyOut::look()
{
    if (isCancelled() || !other())
        return done(false);
    other()->readPart(m_item.path, 0, 0).then(this, [this](const client::Outcome<client::FileVersion>& file) {
        if (!file)
            return fail(problemOf(file.error().sentence));
        if (!file->exists)
            return fail(problemOf(tr("it is gone.")));
        if (file->linkTarget.contains(QChar::ReplacementCharacter))
            return fail(problemOf(tr("where it leads is no text.")));
        m_item.entry.type = file->type;
        m_item.entry.mode = file->mode;
        m_item.entry.target = file->linkTarget.toUtf8();
        copy(mayReplace());
    });
}

void CopyOut::copy(bool replace)
{
    if (m_item.entry.isMounted)
        return fail(problemOf(tr("something is mounted there.")));
    switch (m_item.entry.type) {
    case FileType::Directory:
        return makeDirectory();
    case FileType::Symlink:
        return makeSymlink(replace);
    case FileType::File:
        return begin(replace);
    default:
        fail(problemOf(tr("it is neither a file nor a directory nor a link.")));
    }
}

void CopyOut::makeDirectory()
{
    QtConcurrent::run(makeLocalDirectory, m_item.into, m_item.entry.name, m_item.entry.mode)
        .then(this, [this](const LocalDirectory& made) {
            if (!made.directory)
                return fail(problemOf(made.problem));
            list({}, made.directory);
        });
}

void CopyOut::list(const QByteArray& after, const SharedDescriptor& directory)
{
    if (isCancelled() || !other())
        return done(false);
    other()
        ->listDirectory(m_item.path, after)
        .then(this, [this, directory](const client::Outcome<client::FileListing>& part) {
            if (!part)
                return fail(problemOf(part.error().sentence));
            for (const client::FileEntry& entry : part->entries)
                m_items.push_back({childPath(m_item.path, entry.name), entry, directory});
            if (part->next.isEmpty())
                done(true);
            else
                list(part->next, directory);
        });
}

void CopyOut::makeSymlink(bool replace)
{
    const auto make = [into = m_item.into, name = m_item.entry.name, target = m_item.entry.target, replace] {
        const bool isThere = !replace && existsLocally(into, name);
        return std::pair{isThere, isThere ? QString() : makeLocalSymlink(into, name, target, replace)};
    };
    QtConcurrent::run(make).then(this, [this](const std::pair<bool, QString>& made) {
        if (made.first)
            ask(textOf(m_item.path));
        else if (!made.second.isEmpty())
            fail(problemOf(made.second));
        else
            done(true);
    });
}

void CopyOut::begin(bool replace)
{
    const auto isThere
        = [into = m_item.into, name = m_item.entry.name, replace] { return !replace && existsLocally(into, name); };
    QtConcurrent::run(isThere).then(this, [this, replace](bool found) {
        if (found)
            return ask(textOf(m_item.path));
        m_part = std::make_shared<LocalPart>(m_item.into, m_item.entry.name);
        readPiece(0, replace);
    });
}

void CopyOut::readPiece(quint64 offset, bool replace)
{
    if (isCancelled() || !other())
        return dropUnfinished();
    other()
        ->readPart(m_item.path, offset, quint64{kPiece})
        .then(this, [this, offset, replace](const client::Outcome<client::FileVersion>& piece) {
            if (!piece)
                return fail(problemOf(piece.error().sentence));
            if (!piece->exists || piece->type != FileType::File)
                return fail(problemOf(tr("it is gone.")));
            writePiece(*piece, offset, replace);
        });
}

void CopyOut::writePiece(const client::FileVersion& piece, quint64 offset, bool replace)
{
    const bool isLast = piece.content.size() < kPiece;
    const auto write = [part = m_part, bytes = piece.content, mode = piece.mode, isLast, replace] {
        const QString problem = part->append(bytes);
        return problem.isEmpty() && isLast ? part->finish(mode, replace) : problem;
    };
    QtConcurrent::run(write).then(this,
                                  [this, isLast, replace, size = piece.content.size(), offset](const QString& problem) {
                                      if (!problem.isEmpty())
                                          return fail(problemOf(problem));
                                      count(static_cast<quint64>(size));
                                      tell(textOf(m_item.entry.name));
                                      if (!isLast)
                                          return readPiece(offset + static_cast<quint64>(size), replace);
                                      m_part.reset();
                                      done(true);
                                  });
}

void CopyOut::replaceCurrent()
{
    copy(true);
}

void CopyOut::dropUnfinished()
{
    m_part.reset();
    done(false);
}

QString CopyOut::problemOf(const QString& words) const
{
    return tr("%1: %2").arg(textOf(m_item.path), words);
}

} // namespace lamella::models
