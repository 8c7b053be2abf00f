// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QDBusMessage>
#include <QMap>
#include <QString>
#include <QVariantMap>

#include <optional>

namespace lamella::test {

/// The files of a container or an image that is not there: answers the methods of the contract about them.
class FakeTree {
public:
    struct File {
        QString type; ///< as the contract has it
        quint32 mode = 0644;
        QByteArray content = {}; ///< of a symlink: its target
        QString change = {};
        quint32 uid = 0;
        quint32 gid = 0;
        qint64 mtimeUsec = 1'700'000'000'000'000;
        bool isCopiedUp = false;
        bool isMounted = false;
    };

    /// Absolute paths; "/" is there.
    QMap<QByteArray, File> files{{"/", {QStringLiteral("directory"), 0755}}};
    /// Names that are listed at a time.
    qsizetype most = 10'000;

    /// What a small system has, with changes of each kind.
    void fill();

    QString layer; ///< diffID that every file is of; empty: none is said

    /// The same as an image has it, of one layer.
    void fillImage(const QString& diffId);

    /// The answer, where the method is one of those; a failure may be an answer.
    std::optional<QDBusMessage> answer(const QDBusMessage& message);
    void remove(const QByteArray& path);
    /// Sets the attributes of a path and of all below it.
    void setBelow(const QByteArray& path, const QVariantMap& attributes);

private:
    QDBusMessage list(const QDBusMessage& message) const;
    QDBusMessage read(const QDBusMessage& message) const;
    QDBusMessage write(const QDBusMessage& message);
    QDBusMessage make(const QDBusMessage& message, const QByteArray& path, const File& file);
    QDBusMessage move(const QDBusMessage& message);
    QDBusMessage setAttributes(const QDBusMessage& message);
};

} // namespace lamella::test
