// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/merged_lower.h"

#include "engine/base/units.h"

#include <cstdint>
#include <functional>
#include <stop_token>

namespace lamella::layer {

/// Makes what an image has at a path anew in another tree, at the same path: with its owners (as a container whose root
/// is `idBase` has them), modes, attributes, times and holes. A file takes the place of what is there in one step.
/// Until then it has a name of its own, which `mark` says first: what a killed process left can be found by it. Follows
/// no symlink and enters no mount. Needs CAP_CHOWN, CAP_FOWNER, CAP_DAC_OVERRIDE, CAP_MKNOD, CAP_SETFCAP.
class Restorer {
public:
    struct Options {
        std::uint32_t idBase = 0;
        std::string temporaryName; ///< no other file of the tree has it
        std::function<Result<void>(const std::string& path)> mark; ///< before a file is made at `path`
        std::function<void(Bytes)> copied;
        std::stop_token stop;
    };

    /// `into`: the root of the other tree.
    Restorer(const MergedLower& from, BorrowedFd into, Options options);

    /// The directory above must be there. What ends it early leaves a directory that has a part of its files. Errors:
    /// NotFound (the image has nothing there, or the directory above has gone), InvalidArgument (a symlink stands in
    /// the way), Busy (something is mounted there), NoSpace, Cancelled.
    Result<void> restore(const std::string& path);

    /// Only mode, owner, attributes and time of a directory or file that is there.
    Result<void> restoreAttributes(const std::string& path);

private:
    struct Item {
        std::string path;
        MergedLower::Found found;
    };

    Result<void> makeAll(Item first, std::vector<Item>& directories);
    Result<void> make(const Item& item, std::vector<Item>& next);
    Result<void> makeDirectory(const Item& item, BorrowedFd parent, const std::string& name, std::vector<Item>& next);
    Result<void> makeFile(const Item& item, BorrowedFd parent);
    Result<void> makeOther(const Item& item, BorrowedFd parent);
    Result<void> copy(const Item& item, BorrowedFd from, BorrowedFd to);
    Result<void> setAttributes(const Item& item, BorrowedFd file);
    Result<void> moveIntoPlace(const Item& item, BorrowedFd parent);

    const MergedLower& m_from;
    BorrowedFd m_into;
    Options m_options;
};

} // namespace lamella::layer
