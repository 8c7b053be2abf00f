// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <map>
#include <string>

namespace lamella::runtime {

/// Moves network devices of the caller's network namespace into another one, each under its new name in one step, gives
/// them their lasting addresses back, which the kernel takes from a device that moves, and brings them up
/// (config-linux.md, "Network Devices"). Nothing is moved where one of them is not there. Needs CAP_NET_ADMIN in both.
/// Errors: NotFound (no such device), AlreadyExists (the name is taken inside).
Result<void> moveNetDevices(const std::map<std::string, std::string>& devices, BorrowedFd networkNamespace);

} // namespace lamella::runtime
