// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/net_devices.h"

#include "engine/base/compose.h"
#include "engine/os/route_socket.h"
#include "engine/runtime/namespace_visit.h"

#include <cstring>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <optional>
#include <vector>

namespace lamella::runtime {

namespace {

/// A lasting address of global scope, with the attributes to make it again.
struct Address {
    ifaddrmsg header{};
    std::vector<std::pair<std::uint16_t, std::string>> attributes;
};

struct Device {
    std::string from, to;
    unsigned index = 0;
    std::vector<Address> addresses;
};

std::optional<Address> addressIn(std::string_view body, unsigned index)
{
    Address address;
    if (body.size() < sizeof address.header)
        return std::nullopt;
    std::memcpy(&address.header, body.data(), sizeof address.header);
    // What the kernel or a DHCP client made is made anew inside; what ends with time is not ours to keep.
    const bool lasting = (address.header.ifa_flags & IFA_F_PERMANENT) != 0;
    if (address.header.ifa_index != index || address.header.ifa_scope != RT_SCOPE_UNIVERSE || !lasting)
        return std::nullopt;
    os::forEachAttribute(body, sizeof address.header, [&](std::uint16_t type, std::string_view data) {
        if (type == IFA_LOCAL || type == IFA_ADDRESS || type == IFA_BROADCAST)
            address.attributes.emplace_back(type, data);
    });
    return address;
}

Result<Device> findDevice(const std::string& from, const std::string& to, os::RouteSocket& route)
{
    Device device{from, to, ::if_nametoindex(from.c_str()), {}};
    if (device.index == 0)
        return systemFailure(compose("cannot find the network device {}", from));
    const os::RouteMessage question{RTM_GETADDR, NLM_F_DUMP, ifaddrmsg{}};
    TRY(route.dump(question, compose("cannot read the addresses of the network device {}", from),
                   [&](std::string_view body) {
                       if (auto address = addressIn(body, device.index))
                           device.addresses.push_back(std::move(*address));
                   }));
    return device;
}

/// The kernel moves first and renames then: a device whose name is taken would be lost with the container.
Result<void> needFreeNames(const std::vector<Device>& devices, BorrowedFd space)
{
    const NamespaceVisit visit = TRY(NamespaceVisit::enterNetworkNamespace(space));
    for (const Device& device : devices) {
        if (::if_nametoindex(device.to.c_str()) != 0)
            return failure(ErrorKind::AlreadyExists,
                           compose("cannot move the network device {} into the container: it has a device {} already",
                                   device.from, device.to));
    }
    return {};
}

Result<void> move(const Device& device, BorrowedFd space, os::RouteSocket& route)
{
    ifinfomsg header{};
    header.ifi_index = static_cast<int>(device.index);
    os::RouteMessage message{RTM_NEWLINK, NLM_F_ACK, header};
    const int descriptor = space.get();
    TRY(message.add(IFLA_NET_NS_FD, {reinterpret_cast<const char*>(&descriptor), sizeof descriptor}));
    TRY(message.add(IFLA_IFNAME, {device.to.c_str(), device.to.size() + 1}));
    return route.change(message,
                        compose("cannot move the network device {} into the container as {}", device.from, device.to));
}

Result<void> restoreAddress(const Address& address, unsigned index, const std::string& name, os::RouteSocket& route)
{
    ifaddrmsg header = address.header;
    header.ifa_index = index;
    header.ifa_flags = IFA_F_PERMANENT;
    os::RouteMessage message{RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, header};
    for (const auto& [type, data] : address.attributes)
        TRY(message.add(type, data));
    return route.change(message, compose("cannot give the network device {} its address back", name));
}

Result<void> bringUp(const Device& device, os::RouteSocket& route)
{
    const unsigned index = ::if_nametoindex(device.to.c_str());
    if (index == 0)
        return systemFailure(compose("cannot find the network device {} in the container", device.to));
    for (const Address& address : device.addresses)
        TRY(restoreAddress(address, index, device.to, route));
    ifinfomsg header{};
    header.ifi_index = static_cast<int>(index);
    header.ifi_flags = header.ifi_change = IFF_UP;
    return route.change(os::RouteMessage{RTM_NEWLINK, NLM_F_ACK, header},
                        compose("cannot bring up the network device {}", device.to));
}

} // namespace

Result<void> moveNetDevices(const std::map<std::string, std::string>& devices, BorrowedFd networkNamespace)
{
    os::RouteSocket outside = TRY(os::RouteSocket::open());
    std::vector<Device> found;
    for (const auto& [from, to] : devices)
        found.push_back(TRY(findDevice(from, to, outside)));
    TRY(needFreeNames(found, networkNamespace));
    for (const Device& device : found)
        TRY(move(device, networkNamespace, outside));
    const NamespaceVisit visit = TRY(NamespaceVisit::enterNetworkNamespace(networkNamespace));
    os::RouteSocket inside = TRY(os::RouteSocket::open());
    for (const Device& device : found)
        TRY(bringUp(device, inside));
    return {};
}

} // namespace lamella::runtime
