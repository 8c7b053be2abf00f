// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/container/container_manager.h"

/// Freezing a container for the moment in which its files are read. A mark in its directory says so meanwhile: a helper
/// that comes back after it was killed lets the container go on. On the manager's thread.
namespace lamella::container {

/// Errors: WrongState, those of ContainerManager::pause().
void freezeBriefly(ContainerManager& containers, const std::string& id, Reply<void> reply);

/// Lets it go on, unless that has happened already: a pause that somebody else asked for stays.
void thaw(ContainerManager& containers, const std::string& id);

/// Lets all go on that a helper before this one has left frozen. Called once, after recover().
void thawForgotten(ContainerManager& containers);

} // namespace lamella::container
