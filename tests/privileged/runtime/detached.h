// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bundle.h"

#include <QJsonObject>

namespace lamella::test {

/// A container that goes on when the command that made it has ended. Its output goes to a file, so that no pipe of the
/// test is held.
class Detached {
public:
    /// `command` is "create" or "run"; a run is detached. Makes the bundle's config.json.
    explicit Detached(Bundle& bundle, const QString& command = QStringLiteral("run"), const QStringList& options = {});

    /// 0, or how the command failed.
    int status() const { return m_status; }
    QByteArray output() const { return contents(QStringLiteral("out")); }
    QByteArray errors() const { return contents(QStringLiteral("err")); }
    QJsonObject state() const;
    QString statusWord() const { return state().value(u"status").toString(); }
    qint64 pid() const { return state().value(u"pid").toInteger(); }

    /// A command with options, the container's id, and arguments.
    Outcome run(const QString& command, const QStringList& arguments = {}, const QStringList& options = {}) const;

private:
    QByteArray contents(const QString& name) const;

    Bundle& m_bundle;
    int m_status = -1;
};

} // namespace lamella::test
