// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/file_paths.h"

#include <QList>

namespace lamella::models {

QString modeWords(quint32 mode)
{
    QString words;
    for (int shift = 6; shift >= 0; shift -= 3) {
        const quint32 bits = mode >> shift;
        const bool isSpecial = (mode & (shift == 6 ? 04000U : shift == 3 ? 02000U : 01000U)) != 0;
        words += (bits & 4) != 0 ? u'r' : u'-';
        words += (bits & 2) != 0 ? u'w' : u'-';
        const bool runs = (bits & 1) != 0;
        if (isSpecial)
            words += shift == 0 ? (runs ? u't' : u'T') : (runs ? u's' : u'S');
        else
            words += runs ? u'x' : u'-';
    }
    return words;
}

QString textOf(const QByteArray& bytes)
{
    return QString::fromUtf8(bytes);
}

QByteArray childPath(const QByteArray& directory, const QByteArray& name)
{
    return directory == "/" ? '/' + name : directory + '/' + name;
}

QByteArray parentPath(const QByteArray& path)
{
    return path.lastIndexOf('/') > 0 ? path.first(path.lastIndexOf('/')) : QByteArrayLiteral("/");
}

QByteArray lastName(const QByteArray& path)
{
    return path.sliced(path.lastIndexOf('/') + 1);
}

QByteArray cleanPath(const QByteArray& path)
{
    QByteArrayList parts;
    for (const QByteArray& part : path.split('/')) {
        if (part == "..") {
            if (!parts.isEmpty())
                parts.removeLast();
        } else if (!part.isEmpty() && part != ".") {
            parts.append(part);
        }
    }
    return '/' + parts.join('/');
}

QByteArray linkedPath(const QByteArray& link, const QByteArray& target)
{
    return cleanPath(target.startsWith('/') ? target : childPath(parentPath(link), target));
}

} // namespace lamella::models
