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
// linux/capability.h: vfs_ns_cap_data, VFS_CAP_REVISION_2 and _3
constexpr std::uint32_t kVersionMask = 0xff000000;
constexpr std::uint32_t kVersion2 = 0x02000000;
constexpr std::uint32_t kVersion3 = 0x03000000;
constexpr std::size_t kSize3 = 24;
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
template <class Shift>
void shiftAcl(std::string& value, const Shift& shift)
{
    constexpr std::size_t kHead = 4;
    constexpr std::size_t kEntry = 8;
    for (std::size_t at = kHead; at + kEntry <= value.size(); at += kEntry) {
        if (value[at] == 2 || value[at] == 8)
            putNumber(value, at + 4, shift(numberAt(value, at + 4)));
    }
}

// linux/capability.h: version 3 is version 2 with the id of the user namespace's root behind it, which the container
// does not see.
void unshiftCapability(std::string& value)
{
    if (value.size() != kSize3 || (numberAt(value, 0) & kVersionMask) != kVersion3)
        return;
    putNumber(value, 0, (numberAt(value, 0) & ~kVersionMask) | kVersion2);
    value.resize(kSize3 - 4);
}

void shiftCapability(std::string& value, std::uint32_t base)
{
    if (base == 0 || value.size() != kSize3 - 4 || (numberAt(value, 0) & kVersionMask) != kVersion2)
        return;
    putNumber(value, 0, (numberAt(value, 0) & ~kVersionMask) | kVersion3);
    value.resize(kSize3);
    putNumber(value, kSize3 - 4, base);
}

// Nothing where the file system has no attributes.
Result<std::string> attributeNames(BorrowedFd file, const std::string& path)
{
    std::array<char, 4096> few{};
    auto size = ::flistxattr(file.get(), few.data(), few.size());
    std::string list{few.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
    if (size < 0 && errno == ERANGE) {
        list.resize(kLongest);
        size = ::flistxattr(file.get(), list.data(), list.size());
        list.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    }
    if (size < 0 && errno != ENOTSUP)
        return systemFailure(std::format("cannot read the attributes of {}", path));
    return list;
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
    const auto list = TRY(attributeNames(file, path));
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
            shiftAcl(value, [&ids](std::uint32_t id) { return ids.inside(id); });
        xattrs.emplace_back(name, std::move(value));
    }
    std::ranges::sort(xattrs);
    return xattrs;
}

Result<void> setLayerXattrs(BorrowedFd file, const std::string& path, const Xattrs& xattrs, std::uint32_t base)
{
    const auto list = TRY(attributeNames(file, path));
    for (std::string_view rest{list}; !rest.empty();) {
        const std::string name{rest.substr(0, rest.find('\0'))};
        rest.remove_prefix(std::min(rest.size(), name.size() + 1));
        const bool isWanted = std::ranges::contains(xattrs, name, &Xattrs::value_type::first);
        if (isLayerXattr(name) && !isWanted && ::fremovexattr(file.get(), name.c_str()) != 0 && errno != ENODATA)
            return systemFailure(std::format("cannot remove {} from {}", name, path));
    }
    for (auto [name, value] : xattrs) {
        if (name == kCapability)
            shiftCapability(value, base);
        else if (!name.starts_with("user."))
            shiftAcl(value, [base](std::uint32_t id) { return id + base; });
        if (::fsetxattr(file.get(), name.c_str(), value.data(), value.size(), 0) != 0)
            return systemFailure(std::format("cannot set {} of {}", name, path));
    }
    return {};
}

} // namespace lamella::layer
