// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <filesystem>
#include <format>
#include <fstream>
#include <map>
#include <string>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <vector>

namespace lamella::test {

/// The attributes of a file, sorted, their values in hexadecimal.
inline std::string describedXattrs(const std::filesystem::path& path)
{
    std::string list(64u << 10, '\0');
    const auto size = ::llistxattr(path.c_str(), list.data(), list.size());
    list.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    std::vector<std::string> attributes;
    for (std::size_t at = 0; at < list.size();) {
        const std::string name = list.c_str() + at;
        at += name.size() + 1;
        std::string value(64u << 10, '\0');
        const auto length = ::lgetxattr(path.c_str(), name.c_str(), value.data(), value.size());
        auto text = name + '=';
        for (ssize_t i = 0; i < length; ++i)
            text += std::format("{:02x}",
                                static_cast<unsigned>(static_cast<unsigned char>(value[static_cast<std::size_t>(i)])));
        attributes.push_back(std::move(text));
    }
    std::ranges::sort(attributes);
    std::string text;
    for (const auto& attribute : attributes)
        text += " [" + attribute + ']';
    return text;
}

/// Everything below a directory that an archive can carry, one line each: type and mode, owner, device, time, size,
/// whether it has holes, attributes, where it leads, the first name of the same file, and a sum of its bytes.
inline std::string describedTree(const std::filesystem::path& root)
{
    namespace fs = std::filesystem;
    std::vector<fs::path> paths;
    for (const auto& entry : fs::recursive_directory_iterator{root})
        paths.push_back(entry.path());
    std::ranges::sort(paths, {}, &fs::path::native);
    std::map<ino_t, std::string> first;
    std::string text;
    for (const auto& path : paths) {
        struct stat status{};
        ::lstat(path.c_str(), &status);
        const auto name = path.lexically_relative(root).native();
        text += std::format("{} {:o} {}:{} {},{} {}.{:09}", name, status.st_mode, status.st_uid, status.st_gid,
                            ::major(status.st_rdev), ::minor(status.st_rdev), status.st_mtim.tv_sec,
                            status.st_mtim.tv_nsec);
        if (S_ISREG(status.st_mode)) {
            std::ifstream stream{path, std::ios::binary};
            const std::string data{std::istreambuf_iterator<char>{stream}, {}};
            text += std::format(" {} {} {:x}", status.st_size,
                                status.st_blocks * 512 < status.st_size ? "holes" : "full",
                                std::hash<std::string>{}(data));
        }
        if (S_ISLNK(status.st_mode))
            text += " -> " + fs::read_symlink(path).native();
        if (!S_ISDIR(status.st_mode))
            text += " = " + first.try_emplace(status.st_ino, name).first->second;
        text += describedXattrs(path) + '\n';
    }
    return text;
}

} // namespace lamella::test
