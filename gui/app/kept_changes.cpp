// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/kept_changes.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

namespace lamella::app {

namespace {

struct KeptChanges {
    Q_DECLARE_TR_FUNCTIONS(KeptChanges)
};

constexpr int kMostTries = 1000;
constexpr qsizetype kMostNotKept = 4; ///< a sentence is read, a list of hundreds is not

QString notKeptWords(const QString& item)
{
    const QString path = item.mid(2);
    if (item.startsWith(u'D'))
        return KeptChanges::tr("%1 (deleted)").arg(path);
    if (item.startsWith(u'O'))
        return KeptChanges::tr("%1 (what the image has in it was deleted)").arg(path);
    return KeptChanges::tr("%1 (no file)").arg(path);
}

} // namespace

NewDirectory makeDirectoryFor(const QString& parent, const QString& name)
{
    const QString wanted = QDir(parent).filePath(KeptChanges::tr("%1-changes").arg(name));
    for (int number = 1; number <= kMostTries; ++number) {
        const QString path = number == 1 ? wanted : QStringLiteral("%1-%2").arg(wanted).arg(number);
        const QByteArray encoded = QFile::encodeName(path);
        if (::mkdir(encoded.constData(), S_IRWXU) == 0)
            return {path,
                    client::Descriptor(::open(encoded.constData(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))};
        if (errno != EEXIST)
            break;
    }
    return {wanted, {}};
}

QString keptSentence(const QString& directory, const QStringList& notKept)
{
    const QString where = KeptChanges::tr("The changes are in %1.").arg(QDir::toNativeSeparators(directory));
    if (notKept.isEmpty())
        return where;
    QStringList words;
    for (const QString& item : notKept.first(std::min(notKept.size(), kMostNotKept)))
        words.append(notKeptWords(item));
    const auto more = static_cast<int>(notKept.size() - words.size());
    QString sentence = where + u' ' + KeptChanges::tr("Not there: %1").arg(words.join(QStringLiteral(", ")));
    return sentence + (more > 0 ? KeptChanges::tr(" and %n more.", nullptr, more) : QStringLiteral("."));
}

} // namespace lamella::app
