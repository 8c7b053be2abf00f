// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/parse.h"

namespace lamella::oci {

Result<std::vector<Mount>> parseMountsNode(const Node& node)
{
    std::vector<Mount> mounts;
    for (const Node& element : TRY(node.elements())) {
        TRY(element.mustBeObject());
        for (const char* key : {"uidMappings", "gidMappings"}) {
            if (element[key].filled())
                return element[key].wrong("is not supported", ErrorKind::Unsupported);
        }
        Mount mount;
        TRY(read(element["destination"], mount.destination));
        TRY(read(element["type"], mount.type));
        TRY(read(element["source"], mount.source));
        TRY(read(element["options"], mount.options));
        mounts.push_back(std::move(mount));
    }
    return mounts;
}

} // namespace lamella::oci
