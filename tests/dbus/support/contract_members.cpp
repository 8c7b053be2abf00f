// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/dbus/support/contract_members.h"

#include "tests/dbus/support/client.h"

#include <QFile>
#include <QXmlStreamReader>

using namespace Qt::StringLiterals;

namespace lamella::test {

QStringList contractMembers()
{
    QFile file(qEnvironmentVariable("LAMELLA_SOURCE") + u"/resources/dbus/org.lamella.Lamella1.xml"_s);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QStringList members;
    QString interface;
    QXmlStreamReader reader(&file);
    while (!reader.atEnd()) {
        if (reader.readNext() != QXmlStreamReader::StartElement)
            continue;
        const QString name = reader.attributes().value("name"_L1).toString();
        if (reader.name() == "interface"_L1)
            interface = name.section(u'.', -1);
        else if (reader.name() == "method"_L1 || reader.name() == "property"_L1)
            members.append(interface + u'.' + name);
    }
    return members;
}

QStringList imageMembers()
{
    return {u"Manager.SaveImages"_s, u"Manager.ImportImage"_s, u"Manager.GetDiskUsage"_s, u"Manager.PruneImages"_s,
            u"Image.Tag"_s,          u"Image.Untag"_s,         u"Image.GetHistory"_s,     u"Image.Inspect"_s,
            u"Container.Commit"_s,   u"Container.Export"_s};
}

QStringList imageFileMembers()
{
    return {u"Image.ListDirectory"_s, u"Image.ReadFile"_s};
}

QStringList changeMembers()
{
    return {u"Container.SummarizeChanges"_s, u"Container.CompareContent"_s, u"Container.ReadFile"_s,
            u"Container.UndoChanges"_s, u"Container.SaveChanges"_s};
}

QStringList layerMembers()
{
    return {u"Container.OpenLayers"_s, u"Image.OpenLayers"_s};
}

QStringList trashMembers()
{
    return {u"Manager.TrashDays"_s,
            u"Manager.EmptyTrash"_s,
            u"TrashedContainer.Id"_s,
            u"TrashedContainer.Name"_s,
            u"TrashedContainer.Owner"_s,
            u"TrashedContainer.ImageId"_s,
            u"TrashedContainer.ImageName"_s,
            u"TrashedContainer.CreatedUsec"_s,
            u"TrashedContainer.RemovedUsec"_s,
            u"TrashedContainer.ExpiresUsec"_s,
            u"TrashedContainer.Changes"_s,
            u"TrashedContainer.SizeBytes"_s,
            u"TrashedContainer.Restore"_s,
            u"TrashedContainer.Delete"_s,
            u"TrashedContainer.SummarizeChanges"_s};
}

QStringList liveMembers()
{
    return {u"Container.WatchChanges"_s};
}

QStringList fileMembers()
{
    return {u"Container.ListDirectory"_s,     u"Container.WriteFile"_s,         u"Container.MakeDirectory"_s,
            u"Container.MakeSymlink"_s,       u"Container.MoveFile"_s,          u"Container.RemoveFiles"_s,
            u"Container.SetFileAttributes"_s, u"Container.SetAttributesBelow"_s};
}

QStringList registryMembers()
{
    return {u"Manager.ResolveReference"_s,
            u"Manager.PullImage"_s,
            u"Manager.ListTags"_s,
            u"Manager.CheckLogin"_s,
            u"Image.UsedBy"_s,
            u"Image.Push"_s,
            u"Job.Parts"_s};
}

QStringList forgotten(const QStringList& members)
{
    QStringList left;
    for (const QString& member : members) {
        if (!Client::used().contains(member))
            left.append(member);
    }
    return left;
}

} // namespace lamella::test
