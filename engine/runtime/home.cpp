// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/home.h"

#include "engine/base/unique_fd.h"

#include <array>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <linux/openat2.h>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Runs between clone3(2) and execve(2): no allocation, no lock.
namespace lamella::runtime {

namespace {

constexpr std::size_t kLongestLine = 4096;
constexpr std::size_t kLongestFile = 1u << 20;

/// The field of a line that ':' separates; empty where there is none.
std::string_view fieldAt(std::string_view line, int index)
{
    for (; index > 0; --index) {
        const std::size_t end = line.find(':');
        if (end == line.npos)
            return {};
        line.remove_prefix(end + 1);
    }
    return line.substr(0, line.find(':'));
}

/// True where the line is this user's (passwd(5)): digits alone, which do not wrap round.
bool isOf(std::string_view line, uid_t uid)
{
    const std::string_view text = fieldAt(line, 2);
    uid_t found = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), found);
    return error == std::errc{} && end == text.data() + text.size() && found == uid;
}

bool takeHome(std::string_view line, uid_t uid, char* home)
{
    if (!isOf(line, uid))
        return false;
    const std::string_view directory = fieldAt(line, 5);
    if (directory.empty() || directory.size() >= kHomeRoom || directory.contains('\0'))
        return true;
    home[directory.copy(home, kHomeRoom - 1)] = '\0';
    return true;
}

/// The root is the container's by now: its symlinks lead nowhere else, but for the magic ones of procfs.
UniqueFd openPasswd()
{
    open_how how{};
    how.flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC;
    how.resolve = RESOLVE_NO_MAGICLINKS;
    UniqueFd file{static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", &how, sizeof how))};
    struct stat info{};
    if (file && (::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)))
        file.reset();
    return file;
}

} // namespace

void findHome(uid_t uid, char* home)
{
    const UniqueFd file = openPasswd();
    std::array<char, kLongestLine> buffer;
    std::size_t filled = 0;
    bool tooLong = false; // the rest of such a line is no line
    for (std::size_t total = 0; file && total < kLongestFile;) {
        const ssize_t n = ::read(file.get(), buffer.data() + filled, buffer.size() - filled);
        const std::size_t size = filled + (n > 0 ? static_cast<std::size_t>(n) : 0);
        std::string_view text{buffer.data(), size};
        for (std::size_t end = text.find('\n'); end != text.npos; end = text.find('\n')) {
            if (!tooLong && takeHome(text.substr(0, end), uid, home))
                return;
            tooLong = false;
            text.remove_prefix(end + 1);
        }
        if (n <= 0) {
            if (!tooLong)
                takeHome(text, uid, home);
            return;
        }
        total += static_cast<std::size_t>(n);
        tooLong = tooLong || text.size() == buffer.size();
        filled = tooLong ? 0 : text.size();
        std::memmove(buffer.data(), text.data(), filled);
    }
}

} // namespace lamella::runtime
