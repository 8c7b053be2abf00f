// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/error.h"

#include <QObject>
#include <QPointer>
#include <QStringList>

namespace lamella::client {
class FileSource;
}

namespace lamella::models {

/// Files on their way into a container, or out of it or an image, one after another. What cannot be copied is passed
/// over, and told at the end; where the container or image is removed meanwhile, it is as if it had been cancelled. It
/// lives until it has ended, and deletes itself then.
class FileCopy : public QObject {
    Q_OBJECT
public:
    enum class Answer { Replace, Skip, Cancel };
    /// Bytes that are read or written at a time.
    static constexpr qint64 kPiece = 8 << 20;

    FileCopy(client::FileSource* other, QObject* parent);

    void start() { next(); }
    /// What has been copied stays; of the file that is under way nothing does.
    void cancel();
    /// What happens with what is there already, after conflict(); `all`: with all that follow, too.
    void decide(Answer answer, bool all);

Q_SIGNALS:
    /// What is copied now, and how many bytes have been altogether.
    void progressed(const QString& name, quint64 bytes);
    void conflict(const QString& path);
    /// `problems`: sentences.
    void ended(int files, const QStringList& problems, bool isCancelled);

protected:
    /// Copies the next one, and calls done() when it is; or finish(), when there is none.
    virtual void copyNext() = 0;
    /// After decide(): the same one again, which may replace what is there.
    virtual void replaceCurrent() = 0;
    /// Takes away what there is of an unfinished file, and calls done().
    virtual void dropUnfinished() = 0;

    /// The container or image at the other end; nullptr once it has gone.
    client::FileSource* other() const;
    bool mayReplace() const { return m_all == Answer::Replace; }
    bool isCancelled() const { return m_isCancelled; }
    void tell(const QString& name) { Q_EMIT progressed(name, m_bytes); }
    void count(quint64 bytes) { m_bytes += bytes; }
    void ask(const QString& path);
    void done(bool isCopied);
    void fail(const QString& sentence);
    void finish();

private:
    void next();

    QPointer<client::FileSource> m_other;
    quint64 m_bytes = 0;
    int m_files = 0;
    QStringList m_problems;
    int m_moreProblems = 0;
    Answer m_all = Answer::Cancel; ///< Cancel: each is asked for
    bool m_isCancelled = false;
    bool m_isAsking = false;
};

} // namespace lamella::models
