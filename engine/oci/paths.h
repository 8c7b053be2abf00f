// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace lamella::oci {

/// `path` of a container as runtimes of the field take it: seen from "/" where it is relative (which specifications
/// before 1.0 allowed), without empty, "." and ".." components and without a trailing slash. Only the text is looked
/// at: what is there may be a symlink.
std::string cleanPath(std::string_view path);

/// True where `path` is `directory` or lies below it; both are clean.
bool isAtOrBelow(std::string_view path, std::string_view directory);

} // namespace lamella::oci
