// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayList>
#include <QList>

/// What a container reads in its /proc/self/mountinfo (proc_pid_mountinfo(5)).
namespace lamella::test {

struct MountLine {
    QByteArray root; ///< what of the file system is mounted
    QByteArray point;
    QByteArrayList options; ///< of the mount
    QByteArray propagation; ///< "shared:1 master:2"; empty: private
    QByteArray type;
    QByteArray source;
    QByteArrayList systemOptions;

    bool has(const char* option) const { return options.contains(option); }
};

/// All lines, in their order. Blank lines and lines without the separator are left out.
inline QList<MountLine> mountLines(const QByteArray& text)
{
    constexpr qsizetype kFixed = 6;
    QList<MountLine> lines;
    for (const QByteArray& line : text.split('\n')) {
        const QByteArrayList words = line.split(' ');
        const qsizetype separator = words.indexOf("-");
        if (separator < kFixed || words.size() < separator + 4)
            continue;
        lines.append({words[3], words[4], words[5].split(','), words.mid(kFixed, separator - kFixed).join(' '),
                      words[separator + 1], words[separator + 2], words[separator + 3].split(',')});
    }
    return lines;
}

/// The topmost mount on `point`; with an empty point where there is none.
inline MountLine topmostAt(const QByteArray& text, const QByteArray& point)
{
    MountLine found;
    for (const MountLine& line : mountLines(text)) {
        if (line.point == point)
            found = line;
    }
    return found;
}

} // namespace lamella::test
