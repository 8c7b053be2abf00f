// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <format>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Writes ustar archives (POSIX.1-2017, pax, "ustar Interchange Format") in memory: the same input gives the same
/// bytes.
namespace lamella::starter {

struct TarMember {
    char type = '0'; ///< '0' file, '2' symlink, '5' directory, …
    std::string name;
    std::string link;
    std::string data;
    unsigned mode = 0644;
    unsigned uid = 0;
    unsigned gid = 0;
    std::int64_t mtime = 0;
    unsigned major = 0;
    unsigned minor = 0;
};

/// Puts the right checksum into a header block.
inline void sealTarHeader(std::string& block)
{
    block.replace(148, 8, 8, ' ');
    unsigned sum = 0;
    for (const char c : block)
        sum += static_cast<unsigned char>(c);
    block.replace(148, 7, std::format("{:06o}", sum) + '\0');
}

/// The header block; `size` is what it says of the data that follows.
inline std::string tarHeader(const TarMember& member, std::uint64_t size)
{
    std::string block(512, '\0');
    const auto put = [&block](std::size_t offset, std::string_view text) { block.replace(offset, text.size(), text); };
    put(0, std::string_view{member.name}.substr(0, 100));
    put(100, std::format("{:07o}", member.mode));
    put(108, std::format("{:07o}", member.uid));
    put(116, std::format("{:07o}", member.gid));
    put(124, std::format("{:011o}", size));
    put(136, std::format("{:011o}", member.mtime));
    block[156] = member.type;
    put(157, std::string_view{member.link}.substr(0, 100));
    put(257,
        std::string_view("ustar\0"
                         "00",
                         8));
    put(329, std::format("{:07o}", member.major));
    put(337, std::format("{:07o}", member.minor));
    sealTarHeader(block);
    return block;
}

/// `data` with what fills its last block.
inline std::string tarPadded(std::string data)
{
    data.resize((data.size() + 511) / 512 * 512);
    return data;
}

inline std::string tarMember(const TarMember& member)
{
    return tarHeader(member, member.data.size()) + tarPadded(member.data);
}

/// An extended header for the member that follows.
inline std::string paxHeader(const std::vector<std::pair<std::string, std::string>>& records, char type = 'x')
{
    std::string text;
    for (const auto& [key, value] : records) {
        // The length counts its own digits.
        const auto rest = key.size() + value.size() + 3;
        auto length = rest + 1;
        while (length != rest + std::to_string(length).size())
            length = rest + std::to_string(length).size();
        text += std::format("{} {}={}\n", length, key, value);
    }
    return tarMember({.type = type, .name = "pax", .link = {}, .data = text});
}

/// The two zero blocks at the end.
inline std::string tarEnd()
{
    return std::string(1024, '\0');
}

} // namespace lamella::starter
