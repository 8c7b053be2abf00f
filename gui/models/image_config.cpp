// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/image_config.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace lamella::models {

using namespace Qt::StringLiterals;

namespace {

QStringList texts(const QJsonValue& list)
{
    QStringList words;
    const QJsonArray array = list.toArray();
    for (const QJsonValue& one : array)
        words.append(one.toString());
    return words;
}

} // namespace

ImageConfig imageConfig(const QString& document)
{
    const QJsonObject run = QJsonDocument::fromJson(document.toUtf8()).object().value("config"_L1).toObject();
    ImageConfig config{.entrypoint = texts(run.value("Entrypoint"_L1)),
                       .command = texts(run.value("Cmd"_L1)),
                       .workingDir = run.value("WorkingDir"_L1).toString(),
                       .user = run.value("User"_L1).toString(),
                       .stopSignal = run.value("StopSignal"_L1).toString(),
                       .exposedPorts = run.value("ExposedPorts"_L1).toObject().keys(),
                       .volumes = run.value("Volumes"_L1).toObject().keys()};
    const QJsonObject labels = run.value("Labels"_L1).toObject();
    for (const QString& name : labels.keys())
        config.labels.append(name + u'=' + labels.value(name).toString());
    return config;
}

} // namespace lamella::models
