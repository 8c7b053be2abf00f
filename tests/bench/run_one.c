/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_one COMMAND...: runs a command from a process that is small itself, because what a process was before its exec counts
   in its peak memory (getrusage(2), ru_maxrss). On descriptor 3 it says: when it spawned (CLOCK_MONOTONIC, ns), CPU time (us)
   and peak memory (KiB) of the command and all it waited for, and its wait status. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char** argv)
{
    struct timespec before;
    struct rusage usage;
    int status = 0;
    if (argc < 2)
        return 2;
    clock_gettime(CLOCK_MONOTONIC, &before);
    const pid_t pid = vfork();
    if (pid == 0) {
        close(3);
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
        return 1;
    dprintf(3, "%lld %lld %ld %d\n", (long long)before.tv_sec * 1000000000LL + before.tv_nsec,
            (long long)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec,
            usage.ru_maxrss, status);
    return 0;
}
