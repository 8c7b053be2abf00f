// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/oci/parse.h"
#include "engine/oci/paths.h"

namespace lamella::oci {

namespace {

Result<std::string> readPath(const Node& node)
{
    std::string path;
    TRY(read(node, path));
    if (path.empty())
        return node.wrong("is missing");
    return cleanPath(path);
}

Result<Mount> parseMount(const Node& node)
{
    TRY(node.mustBeObject());
    Mount mount;
    mount.destination = TRY(readPath(node["destination"]));
    TRY(read(node["type"], mount.type));
    TRY(read(node["source"], mount.source));
    TRY(read(node["options"], mount.options));
    TRY(parseIdMappings(node["uidMappings"], mount.uidMappings));
    TRY(parseIdMappings(node["gidMappings"], mount.gidMappings));
    return mount;
}

Result<unsigned> readNumber(const Node& node, const Device& device, unsigned limit)
{
    unsigned number = 0;
    TRY(read(node, number));
    if (!node.present() && device.type != "p")
        return node.wrong("is missing");
    if (number > limit)
        return node.wrong(compose("{} is too large", number));
    return number;
}

Result<Device> parseDevice(const Node& node)
{
    // makedev(3): 12 bits and 20 are what the kernel keeps.
    constexpr unsigned kMaxMajor = 0xfff;
    constexpr unsigned kMaxMinor = 0xfffff;
    TRY(node.mustBeObject());
    Device device;
    device.path = TRY(readPath(node["path"]));
    TRY(read(node["type"], device.type));
    device.major = TRY(readNumber(node["major"], device, kMaxMajor));
    device.minor = TRY(readNumber(node["minor"], device, kMaxMinor));
    TRY(read(node["fileMode"], device.fileMode));
    TRY(read(node["uid"], device.uid));
    TRY(read(node["gid"], device.gid));
    return device;
}

Result<void> readPaths(const Node& node, std::vector<std::string>& into)
{
    for (const Node& element : TRY(node.elements()))
        into.push_back(TRY(readPath(element)));
    return {};
}

} // namespace

Result<std::vector<Mount>> parseMountsNode(const Node& node)
{
    std::vector<Mount> mounts;
    for (const Node& element : TRY(node.elements()))
        mounts.push_back(TRY(parseMount(element)));
    return mounts;
}

Result<void> parseRootParts(const Node& node, Linux& into)
{
    for (const Node& element : TRY(node["devices"].elements()))
        into.devices.push_back(TRY(parseDevice(element)));
    TRY(readPaths(node["maskedPaths"], into.maskedPaths));
    TRY(readPaths(node["readonlyPaths"], into.readonlyPaths));
    return read(node["rootfsPropagation"], into.rootfsPropagation);
}

} // namespace lamella::oci
