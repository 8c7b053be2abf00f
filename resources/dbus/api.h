// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// The names of the D-Bus interface, shared by the helper and the window (org.lamella.Lamella1.xml beside this file).
namespace lamella::dbus {

inline constexpr char kBusName[] = "org.lamella.Lamella1";
inline constexpr char kRootPath[] = "/org/lamella/Lamella1";
inline constexpr char kErrorPrefix[] = "org.lamella.Lamella1.Error.";

/// Manager.ApiVersion: raised whenever an older window or helper would misunderstand the other.
inline constexpr unsigned kApiVersion = 5;

} // namespace lamella::dbus
