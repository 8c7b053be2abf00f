// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/cgroup/layout.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

namespace lamella::test {

/// Cgroup trees of ordinary files: a v1 tree for each controller, and "two" for v2, each with the cgroup /lamella/x. A
/// real cgroup file replaces its value; an ordinary one keeps the rest of a longer one, which is why files that are to
/// be written start with "-".
class FakeTrees {
public:
    /// Puts a file into the cgroup: "memory/memory.stat", "two/memory.max".
    void put(const QString& path, const QByteArray& text = "-")
    {
        const QString whole = file(path);
        QVERIFY(QDir().mkpath(QFileInfo(whole).path()));
        QFile out(whole);
        QVERIFY(out.open(QIODevice::WriteOnly | QIODevice::Truncate));
        QCOMPARE(out.write(text), text.size());
    }

    QByteArray get(const QString& path) const
    {
        QFile in(file(path));
        return in.open(QIODevice::ReadOnly) ? in.readAll() : QByteArray("no such file");
    }

    cgroup::TreesPointer v1(const QByteArrayList& controllers) const
    {
        cgroup::Layout layout;
        for (const QByteArray& controller : controllers) {
            const QString root = m_directory.filePath(QString::fromLatin1(controller));
            QDir().mkpath(root + QStringLiteral("/lamella/x"));
            layout.v1.push_back({{controller.toStdString()}, root.toStdString()});
        }
        return cgroup::openTrees(layout).value();
    }

    cgroup::TreesPointer v2() const
    {
        const QString root = m_directory.filePath(QStringLiteral("two"));
        QDir().mkpath(root + QStringLiteral("/lamella/x"));
        return cgroup::openTrees({cgroup::Mode::V2, {}, root.toStdString()}).value();
    }

    QString root() const { return m_directory.path(); }

private:
    QString file(const QString& path) const
    {
        const auto slash = path.indexOf(u'/');
        return m_directory.filePath(path.first(slash) + QStringLiteral("/lamella/x") + path.sliced(slash));
    }
    QTemporaryDir m_directory;
};

} // namespace lamella::test
