// SPDX-License-Identifier: GPL-3.0-or-later
#include "detached.h"

#include <QFile>
#include <QJsonDocument>

namespace lamella::test {

Detached::Detached(Bundle& bundle, const QString& command, const QStringList& options)
    : m_bundle(bundle)
{
    bundle.write();
    QStringList arguments{command, QStringLiteral("--bundle"), bundle.directory()};
    if (command == QStringLiteral("run"))
        arguments << QStringLiteral("--detach");
    QProcess process;
    process.setStandardInputFile(QProcess::nullDevice());
    process.setStandardOutputFile(bundle.directory() + QStringLiteral("/out"));
    process.setStandardErrorFile(bundle.directory() + QStringLiteral("/err"));
    process.start(runtimeProgram(), bundle.runtimeArguments(arguments + options + QStringList{bundle.id()}));
    if (process.waitForFinished())
        m_status = process.exitCode();
}

QJsonObject Detached::state() const
{
    return QJsonDocument::fromJson(run(QStringLiteral("state")).out).object();
}

Outcome Detached::run(const QString& command, const QStringList& arguments, const QStringList& options) const
{
    return m_bundle.runtime(QStringList{command} + options + QStringList{m_bundle.id()} + arguments);
}

QByteArray Detached::contents(const QString& name) const
{
    QFile file{m_bundle.directory() + u'/' + name};
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray{};
}

} // namespace lamella::test
