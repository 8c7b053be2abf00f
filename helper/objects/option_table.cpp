// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/option_table.h"

#include "helper/objects/paths.h"

#include <QDBusObjectPath>
#include <QStringList>

using namespace Qt::StringLiterals;

namespace lamella::helper {

OptionTable optionTable()
{
    const auto boolean = QMetaType::fromType<bool>();
    const auto string = QMetaType::fromType<QString>();
    const auto strings = QMetaType::fromType<QStringList>();
    const auto byteArrays = QMetaType::fromType<QByteArrayList>();
    const auto bytes = QMetaType::fromType<QByteArray>();
    const auto number = QMetaType::fromType<qulonglong>();
    const auto natural = QMetaType::fromType<uint>();
    const auto time = QMetaType::fromType<qlonglong>();
    const auto small = QMetaType::fromType<ushort>();
    const auto real = QMetaType::fromType<double>();
    const QList<Option> login{{u"user"_s, string},        {u"password"_s, string},        {u"identity_token"_s, string},
                              {u"plain_http"_s, boolean}, {u"ca_certificates"_s, string}, {u"http_proxy"_s, string},
                              {u"https_proxy"_s, string}, {u"no_proxy"_s, string}};
    const QList<Option> registry = login + QList<Option>{{u"mirrors"_s, strings}};
    const QList<Option> pull = registry + QList<Option>{{u"platform"_s, string}};
    const QList<Option> newImage{{u"author"_s, string},         {u"message"_s, string},     {u"command"_s, strings},
                                 {u"entrypoint"_s, strings},    {u"env"_s, strings},        {u"working_dir"_s, string},
                                 {u"user"_s, string},           {u"stop_signal"_s, string}, {u"labels"_s, strings},
                                 {u"exposed_ports"_s, strings}, {u"volumes"_s, strings},    {u"unset_env"_s, strings}};
    const QList<Option> reading{{u"offset"_s, number}, {u"length"_s, number}, {u"digest"_s, boolean}};
    const QList<Option> listing{{u"after"_s, bytes}, {u"limit"_s, number}};
    const QList<Option> layers{{u"compare_with"_s, QMetaType::fromType<QDBusObjectPath>()}};
    return {
        {interfaceNamed("Manager.LoadImage"_L1), {{u"platform"_s, string}}},
        {interfaceNamed("Manager.PullImage"_L1), pull},
        {interfaceNamed("Manager.ListTags"_L1), registry},
        {interfaceNamed("Manager.CheckLogin"_L1), login},
        {interfaceNamed("Manager.SaveImages"_L1), {{u"format"_s, string}, {u"compression"_s, string}}},
        {interfaceNamed("Manager.ImportImage"_L1), newImage},
        {interfaceNamed("Manager.PruneImages"_L1), {{u"all"_s, boolean}, {u"dry_run"_s, boolean}}},
        {interfaceNamed("Image.Push"_L1), registry},
        {interfaceNamed("Image.OpenLayers"_L1), layers},
        {interfaceNamed("Image.ListDirectory"_L1), listing},
        {interfaceNamed("Image.ReadFile"_L1), reading},
        {interfaceNamed("Container.OpenLayers"_L1), layers},
        {interfaceNamed("Container.Commit"_L1),
         newImage + QList<Option>{{u"pause"_s, boolean}, {u"paths"_s, byteArrays}}},
        {interfaceNamed("Manager.CreateContainer"_L1),
         {{u"start"_s, boolean},
          {u"env"_s, strings},
          {u"working_dir"_s, string},
          {u"user"_s, string},
          {u"hostname"_s, string},
          {u"terminal"_s, boolean},
          {u"init"_s, boolean},
          {u"memory_bytes"_s, number},
          {u"cpu_quota"_s, real},
          {u"cpu_weight"_s, number},
          {u"pids_max"_s, number}}},
        {interfaceNamed("Container.Kill"_L1), {{u"all"_s, boolean}}},
        {interfaceNamed("Container.Remove"_L1), {{u"force"_s, boolean}, {u"permanently"_s, boolean}}},
        {interfaceNamed("Container.ListChanges"_L1), {{u"limit"_s, number}}},
        {interfaceNamed("Container.ReadFile"_L1), reading},
        {interfaceNamed("Container.ListDirectory"_L1), listing + QList<Option>{{u"version"_s, string}}},
        {interfaceNamed("Container.WriteFile"_L1),
         {{u"mode"_s, natural}, {u"new"_s, boolean}, {u"replaces"_s, string}, {u"offset"_s, number}}},
        {interfaceNamed("Container.MakeDirectory"_L1), {{u"mode"_s, natural}}},
        {interfaceNamed("Container.MoveFile"_L1), {{u"replace"_s, boolean}}},
        {interfaceNamed("Container.SetFileAttributes"_L1),
         {{u"mode"_s, natural}, {u"uid"_s, natural}, {u"gid"_s, natural}, {u"mtime_usec"_s, time}}},
        {interfaceNamed("Container.SetAttributesBelow"_L1),
         {{u"mode"_s, natural}, {u"uid"_s, natural}, {u"gid"_s, natural}}},
        {interfaceNamed("Container.Exec"_L1),
         {{u"terminal"_s, boolean},
          {u"env"_s, strings},
          {u"working_dir"_s, string},
          {u"user"_s, string},
          {u"rows"_s, small},
          {u"columns"_s, small}}},
    };
}

} // namespace lamella::helper
