// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bundle.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>

namespace lamella::test {

/// `create` of a written bundle; what it said. The container's own output goes to /dev/null: its streams must not be
/// the test's pipes.
inline Outcome createOf(const Bundle& bundle)
{
    const QString errors = bundle.directory() + QStringLiteral("/err");
    QProcess process;
    process.setStandardOutputFile(QProcess::nullDevice());
    process.setStandardErrorFile(errors);
    process.start(
        runtimeProgram(),
        bundle.runtimeArguments({QStringLiteral("create"), QStringLiteral("-b"), bundle.directory(), bundle.id()}));
    process.waitForFinished();
    QFile file{errors};
    return {process.exitCode(), {}, file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray{}};
}

/// Writes, creates and starts a container that sleeps; its PID as the host sees it, 0 where that failed.
inline int startSleeping(Bundle& bundle)
{
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("sleep"), QStringLiteral("100")});
    bundle.write();
    const Outcome created = createOf(bundle);
    const Outcome started = bundle.runtime({QStringLiteral("start"), bundle.id()});
    if (created.status != 0 || started.status != 0)
        qWarning("%s%s", created.err.constData(), started.err.constData());
    const Outcome state = bundle.runtime({QStringLiteral("state"), bundle.id()});
    return QJsonDocument::fromJson(state.out).object().value(u"pid").toInt();
}

} // namespace lamella::test
