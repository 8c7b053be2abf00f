// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/id_maps.h"

#include "engine/base/compose.h"
#include "engine/oci/validate.h"
#include "engine/os/file.h"
#include "engine/os/namespace.h"

namespace lamella::rootfs {

namespace {

std::string mapLines(const std::vector<oci::IdMapping>& mappings)
{
    std::string text;
    for (const oci::IdMapping& mapping : mappings)
        text += compose("{} {} {}\n", mapping.containerId, mapping.hostId, mapping.size);
    return text;
}

} // namespace

Result<std::optional<BorrowedFd>> IdMaps::namespaceFor(const oci::Mount& mount, const oci::MountOptions& options)
{
    if (!mount.uidMappings.empty())
        return withMaps(mount.uidMappings, mount.gidMappings);
    if (options.idMap == oci::IdMapScope::None)
        return std::nullopt;
    const oci::Namespace* user = oci::findNamespace(m_spec, oci::NamespaceType::User);
    if (user == nullptr || user->path.empty())
        return withMaps(m_spec.linux.uidMappings, m_spec.linux.gidMappings);
    UniqueFd& joined = m_spaces[{user->path, ""}];
    if (!joined)
        joined = TRY(os::open(user->path, O_RDONLY));
    return joined.borrow();
}

Result<std::optional<BorrowedFd>> IdMaps::withMaps(const std::vector<oci::IdMapping>& uids,
                                                   const std::vector<oci::IdMapping>& gids)
{
    std::pair maps{mapLines(uids), mapLines(gids)};
    UniqueFd& space = m_spaces[maps];
    if (!space)
        space = TRY(os::makeUserNamespace(maps.first, maps.second));
    return space.borrow();
}

} // namespace lamella::rootfs
