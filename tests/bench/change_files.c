/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program that the live bench runs in a container: change_files WORK COUNT DIRECTORY changes that many files in a new
   directory, and prints what it took (ns), elapsed and of CPU. Without arguments it waits to be killed. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char content[16384];

static long long nanoseconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (long long)now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* As tar does it. */
static int unpack(const char *name)
{
    const struct timespec times[2] = {{1, 0}, {1, 0}};
    const int file = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);
    const int failed = file < 0 || write(file, content, sizeof content) < 0 || fchown(file, 0, 0) != 0
        || fchmod(file, 0644) != 0 || futimens(file, times) != 0;
    return failed || close(file) != 0;
}

static int create(const char *name)
{
    const int file = open(name, O_WRONLY | O_CREAT | O_EXCL, 0644);
    return file < 0 || write(file, content, 100) < 0 || close(file) != 0;
}

/* As a program writes its log. */
static int append(int log)
{
    return write(log, content, 100) < 0;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        pause();
        return 0;
    }
    const int count = atoi(argv[2]);
    if (mkdir(argv[3], 0755) != 0 || chdir(argv[3]) != 0)
        return 1;
    const int log = open("log", O_WRONLY | O_CREAT | O_APPEND, 0644);
    const long long start = nanoseconds(CLOCK_MONOTONIC);
    const long long startCpu = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < count; ++i) {
        char name[32];
        snprintf(name, sizeof name, "file-%d", i);
        const int failed = strcmp(argv[1], "unpack") == 0 ? unpack(name)
            : strcmp(argv[1], "create") == 0              ? create(name)
                                                          : append(log);
        if (failed)
            return 1;
    }
    printf("%lld %lld\n", nanoseconds(CLOCK_MONOTONIC) - start, nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - startCpu);
    return 0;
}
