// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/file_attributes.h"

#include <sys/xattr.h>

#include <algorithm>
#include <array>
#include <format>

namespace lamella::layer {

namespace {

constexpr std::string_view kAccessAcl = "system.posix_acl_access";
constexpr std::string_view kDefaultAcl = "system.posix_acl_default";
constexpr std::string_view kCapability = "security.capability";
constexpr std::size_t kLongest = 64u << 10; // XATTR_SIZE_MAX, XATTR_LIST_MAX

std::uint32_t numberAt(std::string_view text, std::size_t at)
{
    std::uint32_t number = 0;
    for (std::size_t i = 4; i > 0; --i)
        number = number << 8 | static_cast<unsigned char>(text[at + i - 1]);
    return number;
}

void putNumber(std::string& text, std::size_t at, std::uint32_t number)
{
    for (std::size_t i = 0; i < 4; ++i, number >>= 8)
        text[at + i] = static_cast<char>(number & 0xff);
}

// linux/posix_acl_xattr.h: a version, then entries of tag:2 permissions:2 id:4; users' tag is 2, groups' 8.
void shiftAcl(std::string& value, const IdShift& ids)
{
    constexpr std::size_t kHead = 4;
    constexpr std::size_t kEntry = 8;
    for (std::size_t at = kHead; at + kEntry <= value.size(); at += kEntry) {
        if (value[at] == 2 || value[at] == 8)
            putNumber(value, at + 4, ids.inside(numberAt(value, at + 4)));
    }
}

// linux/capability.h: version 3 is version 2 with the id of the user namespace's root behind it, which the container
// does not see.
void unshiftCapability(std::string& value)
{
    constexpr std::uint32_t kVersionMask = 0xff000000;
    constexpr std::uint32_t kVersion2 = 0x02000000;
    constexpr std::uint32_t kVersion3 = 0x03000000;
    constexpr std::size_t kSize3 = 24;
    if (value.size() != kSize3 || (numberAt(value, 0) & kVersionMask) != kVersion3)
        return;
    putNumber(value, 0, (numberAt(value, 0) & ~kVersionMask) | kVersion2);
    value.resize(kSize3 - 4);
}

} // namespace

bool isLayerXattr(std::string_view name)
{
    return name == kCapability || name == kAccessAcl || name == kDefaultAcl
        || (name.starts_with("user.") && !name.starts_with("user.overlay."));
}

Result<Xattrs> layerXattrs(BorrowedFd file, const std::string& path, const IdShift& ids)
{
    Xattrs xattrs;
    std::array<char, 4096> few{};
    auto size = ::flistxattr(file.get(), few.data(), few.size());
    std::string list{few.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
    if (size < 0 && errno == ERANGE) {
        list.resize(kLongest);
        size = ::flistxattr(file.get(), list.data(), list.size());
        list.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    }
    if (size < 0)
        return errno == ENOTSUP ? Result<Xattrs>{xattrs}
                                : systemFailure(std::format("cannot read the attributes of {}", path));
    for (std::string_view rest{list}; !rest.empty();) {
        const std::string name{rest.substr(0, rest.find('\0'))};
        rest.remove_prefix(std::min(rest.size(), name.size() + 1));
        if (!isLayerXattr(name))
            continue;
        std::string value(kLongest, '\0');
        const auto length = ::fgetxattr(file.get(), name.c_str(), value.data(), value.size());
        if (length < 0 && errno == ENODATA)
            continue; // it went meanwhile
        if (length < 0)
            return systemFailure(std::format("cannot read {} of {}", name, path));
        value.resize(static_cast<std::size_t>(length));
        if (name == kCapability)
            unshiftCapability(value);
        else if (!name.starts_with("user."))
            shiftAcl(value, ids);
        xattrs.emplace_back(name, std::move(value));
    }
    std::ranges::sort(xattrs);
    return xattrs;
}

} // namespace lamella::layer
