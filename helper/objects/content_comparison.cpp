// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/content_comparison.h"

#include "engine/layer/differing_bytes.h"
#include "resources/dbus/types.h"

namespace lamella::helper {

Result<std::vector<std::uint64_t>> compareContent(const ChangeSource& source, const std::vector<std::string>& paths,
                                                  const std::stop_token& stop, Bytes mostRead)
{
    const auto tree = TRY(layer::OverlayTree::open(source.directories));
    std::vector<std::uint64_t> differing;
    Bytes budget = mostRead;
    for (const std::string& path : paths) {
        const auto counted = layer::differingBytes(tree, path, budget, stop);
        if (!counted && counted.error().kind == ErrorKind::Cancelled)
            return std::unexpected(counted.error());
        // What is too long for the rest may not be too long for a call of its own.
        if (!counted && counted.error().kind == ErrorKind::LimitExceeded && !differing.empty())
            break;
        differing.push_back(counted ? *counted : dbus::kNotKnown);
    }
    return differing;
}

} // namespace lamella::helper
