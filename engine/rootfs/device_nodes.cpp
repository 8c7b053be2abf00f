// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/id_map.h"
#include "engine/rootfs/devices.h"

#include <algorithm>
#include <array>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace lamella::rootfs {

namespace {

constexpr mode_t kForAll = 0666;

struct DefaultNode {
    const char* path;
    unsigned major;
    unsigned minor;
};

constexpr std::array kDefaults{DefaultNode{"dev/null", 1, 3},    DefaultNode{"dev/zero", 1, 5},
                               DefaultNode{"dev/full", 1, 7},    DefaultNode{"dev/random", 1, 8},
                               DefaultNode{"dev/urandom", 1, 9}, DefaultNode{"dev/tty", 5, 0}};

mode_t typeOf(const oci::Device& device)
{
    return device.type == "b" ? S_IFBLK : device.type == "p" ? S_IFIFO : S_IFCHR;
}

DeviceNode nodeOf(const oci::Device& device, const oci::Spec& spec)
{
    const Owner owner{oci::hostId(spec.linux.uidMappings, device.uid.value_or(0)),
                      oci::hostId(spec.linux.gidMappings, device.gid.value_or(0))};
    return {.path = device.path.substr(1),
            .mode = typeOf(device) | (device.fileMode.value_or(kForAll) & 07777),
            .number = device.type == "p" ? 0 : makedev(device.major, device.minor),
            .owner = owner};
}

} // namespace

Owner containerRoot(const oci::Spec& spec)
{
    return {oci::hostId(spec.linux.uidMappings, 0), oci::hostId(spec.linux.gidMappings, 0)};
}

std::vector<DeviceNode> deviceNodes(const oci::Spec& spec)
{
    std::vector<DeviceNode> nodes;
    const auto add = [&](DeviceNode node) {
        if (!std::ranges::contains(nodes, node.path, &DeviceNode::path))
            nodes.push_back(std::move(node));
    };
    for (const oci::Device& device : spec.linux.devices) {
        // Engines list the host's devices for a privileged container; /dev/ptmx is the container's own
        // (makeDevLinks()).
        if (device.path != "/dev/ptmx")
            add(nodeOf(device, spec));
    }
    for (const DefaultNode& node : kDefaults) {
        add({.path = node.path,
             .mode = S_IFCHR | kForAll,
             .number = makedev(node.major, node.minor),
             .owner = containerRoot(spec),
             .byDefault = true});
    }
    return nodes;
}

} // namespace lamella::rootfs
