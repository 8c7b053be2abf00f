// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/option_table.h"

#include "helper/objects/paths.h"

#include <QStringList>

using namespace Qt::StringLiterals;

namespace lamella::helper {

OptionTable optionTable()
{
    const auto boolean = QMetaType::fromType<bool>();
    const auto string = QMetaType::fromType<QString>();
    const auto strings = QMetaType::fromType<QStringList>();
    const auto number = QMetaType::fromType<qulonglong>();
    const auto small = QMetaType::fromType<ushort>();
    const auto real = QMetaType::fromType<double>();
    return {
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
        {interfaceNamed("Container.Remove"_L1), {{u"force"_s, boolean}}},
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
