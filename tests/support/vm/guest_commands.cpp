// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/unique_fd.h"
#include "tests/support/vm/guest.h"

#include <array>
#include <fcntl.h>
#include <linux/module.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace lamella::test {

namespace {

std::string readToEnd(BorrowedFd file)
{
    std::string text;
    std::array<char, 4096> buffer;
    for (ssize_t n = 0; (n = ::read(file.get(), buffer.data(), buffer.size())) > 0;)
        text.append(buffer.data(), static_cast<std::size_t>(n));
    return text;
}

} // namespace

std::string slurp(const std::string& path)
{
    const UniqueFd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    return file ? readToEnd(file.borrow()) : std::string{};
}

Outcome runProgram(const std::vector<std::string>& command)
{
    std::vector<char*> arguments;
    for (const std::string& word : command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    // A file and not a pipe: what a program leaves running may hold it open.
    const UniqueFd out{::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)};
    const pid_t pid = ::fork();
    if (pid == 0) {
        const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        ::dup2(null, STDIN_FILENO);
        ::dup2(out.get(), STDOUT_FILENO);
        ::dup2(out.get(), STDERR_FILENO);
        ::execv(arguments[0], arguments.data());
        ::_exit(127);
    }
    int status = 0;
    if (pid < 0 || ::waitpid(pid, &status, 0) != pid)
        return {};
    ::lseek(out.get(), 0, SEEK_SET);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), readToEnd(out.borrow())};
}

Result<void> loadModule(const std::string& file)
{
    const UniqueFd module{::open(("/modules/" + file).c_str(), O_RDONLY | O_CLOEXEC)};
    // Debian's kernel reads its compressed modules itself (CONFIG_MODULE_DECOMPRESS).
    const int flags = file.ends_with(".ko") ? 0 : MODULE_INIT_COMPRESSED_FILE;
    if (!module || ::syscall(SYS_finit_module, module.get(), "", flags) != 0)
        return systemFailure(std::format("cannot load the module {}", file));
    return {};
}

} // namespace lamella::test
