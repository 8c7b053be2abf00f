// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/base/unique_fd.h"
#include "engine/runtime/seccomp.h"

#include <array>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <seccomp.h>
#include <sys/stat.h>

namespace lamella::runtime {

namespace {

constexpr std::size_t kLongestEntry = 1u << 20;
constexpr std::size_t kUsualKey = 16u << 10; // of Docker's profile: 8 KB
constexpr std::uint32_t kMagic = 0x3243534c; // "LSC2"

// An entry is this, the key's text, the program.
struct Header {
    std::uint32_t magic;
    std::uint32_t keyLength;
    std::uint32_t instructions;
    std::uint32_t reserved;
};

// FNV-1a. It only names the file: what counts is that the whole key stands inside.
std::uint64_t hash(std::string_view text)
{
    std::uint64_t value = 0xcbf29ce484222325;
    for (const char c : text)
        value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return value;
}

bool isOurs(const struct stat& info, mode_t type, mode_t forbidden)
{
    return (info.st_mode & S_IFMT) == type && info.st_uid == ::geteuid() && (info.st_mode & forbidden) == 0;
}

// Not a directory of ours alone: no descriptor.
UniqueFd openCache(const std::filesystem::path& directory)
{
    if (::mkdir(directory.c_str(), 0700) != 0 && errno == ENOENT) {
        ::mkdir(directory.parent_path().c_str(), 0700);
        ::mkdir(directory.c_str(), 0700);
    }
    UniqueFd fd{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    struct stat info = {};
    if (!fd || ::fstat(fd.get(), &info) != 0 || !isOurs(info, S_IFDIR, 077))
        return UniqueFd{};
    return fd;
}

std::string readEntry(BorrowedFd directory, const std::string& name)
{
    const UniqueFd fd{::openat(directory.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
    struct stat info = {};
    if (!fd || ::fstat(fd.get(), &info) != 0 || !isOurs(info, S_IFREG, 077) || info.st_nlink != 1)
        return {};
    const auto size = static_cast<std::size_t>(info.st_size);
    if (size < sizeof(Header) || size > kLongestEntry)
        return {};
    std::string entry(size, '\0');
    if (::read(fd.get(), entry.data(), size) != static_cast<ssize_t>(size))
        return {};
    return entry;
}

std::vector<sock_filter> programOf(const std::string& entry, std::string_view key)
{
    Header header = {};
    if (entry.size() < sizeof header)
        return {};
    std::memcpy(&header, entry.data(), sizeof header);
    if (header.magic != kMagic || header.keyLength != key.size() || header.instructions == 0
        || header.instructions > BPF_MAXINSNS
        || entry.size() != sizeof header + key.size() + header.instructions * sizeof(sock_filter))
        return {};
    if (std::string_view{entry}.substr(sizeof header, key.size()) != key)
        return {};
    std::vector<sock_filter> program(header.instructions);
    std::memcpy(program.data(), entry.data() + sizeof header + key.size(), program.size() * sizeof(sock_filter));
    return program;
}

// Written beside it and renamed, so that a reader sees a whole entry or none. The name is this process's own.
void writeEntry(BorrowedFd directory, const std::string& name, std::string_view key,
                const std::vector<sock_filter>& program)
{
    const Header header{kMagic, static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(program.size()), 0};
    std::string entry(reinterpret_cast<const char*>(&header), sizeof header);
    entry.append(key).append(reinterpret_cast<const char*>(program.data()), program.size() * sizeof(sock_filter));
    if (entry.size() > kLongestEntry)
        return;
    const std::string temporary = compose("{}.{}", name, ::getpid());
    ::unlinkat(directory.get(), temporary.c_str(), 0);
    const UniqueFd fd{
        ::openat(directory.get(), temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
    if (!fd)
        return;
    const bool whole = ::write(fd.get(), entry.data(), entry.size()) == static_cast<ssize_t>(entry.size());
    if (!whole || ::renameat(directory.get(), temporary.c_str(), directory.get(), name.c_str()) != 0)
        ::unlinkat(directory.get(), temporary.c_str(), 0);
}

void appendWord(std::string& key, std::string_view word)
{
    key += std::to_string(word.size()); // so that no two profiles have one text
    key += ':';
    key += word;
}

std::string hexadecimal(std::uint64_t number)
{
    std::array<char, 16> digits;
    return {digits.data(), std::to_chars(digits.begin(), digits.end(), number, 16).ptr};
}

} // namespace

std::string seccompKey(const oci::Seccomp& profile)
{
    const scmp_version* version = ::seccomp_version();
    std::string key
        = compose("libseccomp {}.{}.{} {}\n", version->major, version->minor, version->micro, ::seccomp_arch_native());
    key.reserve(kUsualKey);
    appendWord(key, profile.defaultAction);
    key += compose(" {} {}\n", profile.defaultErrnoRet.has_value(), profile.defaultErrnoRet.value_or(0));
    for (const auto& architecture : profile.architectures)
        appendWord(key, architecture);
    for (const auto& syscalls : profile.syscalls) {
        key += '\n';
        appendWord(key, syscalls.action);
        key += compose(" {} {} {}:", syscalls.errnoRet.has_value(), syscalls.errnoRet.value_or(0),
                       syscalls.args.size());
        for (const auto& argument : syscalls.args) {
            key += compose(" {} {} {} ", argument.index, argument.value, argument.valueTwo);
            appendWord(key, argument.op);
        }
        key += compose(" {}:", syscalls.names.size());
        for (const auto& name : syscalls.names)
            appendWord(key, name);
    }
    return key;
}

Result<std::vector<sock_filter>> cachedSeccomp(const oci::Seccomp& profile, const std::filesystem::path& directory)
{
    const UniqueFd cache = openCache(directory);
    if (!cache)
        return compileSeccomp(profile);
    const std::string key = seccompKey(profile);
    const std::string name = "seccomp-" + hexadecimal(hash(key));
    if (auto program = programOf(readEntry(cache.borrow(), name), key); !program.empty())
        return program;
    auto program = TRY(compileSeccomp(profile));
    writeEntry(cache.borrow(), name, key, program);
    return program;
}

} // namespace lamella::runtime
