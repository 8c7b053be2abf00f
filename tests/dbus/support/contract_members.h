// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

namespace lamella::test {

/// The members of the contract: "Container.Start", "Container.Pid".
QStringList contractMembers();

/// Those of them that tst_changes uses, tst_file_changes, tst_layers, tst_trash, tst_live, tst_images,
/// tst_image_files, and tst_registries; tst_interface uses all others.
QStringList changeMembers();
QStringList fileMembers();
QStringList layerMembers();
QStringList trashMembers();
QStringList liveMembers();
QStringList imageMembers();
QStringList imageFileMembers();
QStringList registryMembers();

/// Those of `members` that no client of this process has called or read.
QStringList forgotten(const QStringList& members);

} // namespace lamella::test
