// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>
#include <vector>

/// The words of config.json that are recognized, from the tables that they are read with: what the features document
/// lists (features.md, features-linux.md). The options of mounts are mountOptionNames().
namespace lamella::oci {

std::vector<std::string_view> knownHooks();
std::vector<std::string_view> knownNamespaces();
std::vector<std::string_view> knownCapabilities();
std::vector<std::string_view> knownSeccompActions();
std::vector<std::string_view> knownSeccompOperators();

} // namespace lamella::oci
