// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/models/copy_out.h"

#include <QList>
#include <QObject>
#include <QTemporaryDir>
#include <QUrl>

#include <deque>
#include <memory>
#include <vector>

namespace lamella::pages {

class CopyBar;

/// Copies of files of a container or an image for other programs. The last few last as long as this does.
class TemporaryCopies final : public QObject {
    Q_OBJECT
public:
    /// `bar` tells of the copying, and can stop it.
    TemporaryCopies(CopyBar* bar, QObject* parent);

    /// For what has just been dropped on another program, which wants an answer now: returns when they have been
    /// copied, and the window goes on meanwhile. Where they are then; what could not be copied is not among it, and
    /// nothing is where the copying was stopped.
    QList<QUrl> copyNow(client::FileSource* source, const std::vector<models::CopyOut::Source>& files);
    /// Copies a file, takes away the rights to write and to run the copy, and opens it with the desktop's program. What
    /// that program may run instead of showing it (models::runnableKind()) is refused: it is not this machine's.
    void open(client::FileSource* source, const models::CopyOut::Source& file);

Q_SIGNALS:
    /// A sentence.
    void failed(const QString& sentence);

private:
    using Directory = std::shared_ptr<QTemporaryDir>;
    static Directory makeDirectory();
    static QString pathOf(const Directory& directory, const models::CopyOut::Source& file);
    void openCopy(const Directory& directory, const QString& path);
    void keep(const Directory& directory);

    CopyBar* m_bar;
    std::deque<Directory> m_directories; ///< the newest is the last
};

} // namespace lamella::pages
