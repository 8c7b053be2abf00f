/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program that the live bench runs in a container: change_files WORK DIRECTORY changes files in a new directory for as
   long as somebody reads how far it is: a line every ten milliseconds with the time, the time that it has used of a CPU
   (ns), and how often it has done its work. Without arguments it waits to be killed. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Files that there are at a time: the directory stays as large as it is. */
enum { FILES = 2000 };

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
    unlink(name);
    const struct timespec times[2] = {{1, 0}, {1, 0}};
    const int file = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);
    const int failed = file < 0 || write(file, content, sizeof content) < 0 || fchown(file, 0, 0) != 0
        || fchmod(file, 0644) != 0 || futimens(file, times) != 0;
    return failed || close(file) != 0;
}

static int create(const char *name)
{
    unlink(name);
    const int file = open(name, O_WRONLY | O_CREAT | O_EXCL, 0644);
    return file < 0 || write(file, content, 100) < 0 || close(file) != 0;
}

/* As a program writes its log, which is cut when it has become large. */
static int append(int log, int i)
{
    if (i % 1000000 == 0 && ftruncate(log, 0) != 0)
        return 1;
    return write(log, content, 100) < 0;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        pause();
        return 0;
    }
    if (mkdir(argv[2], 0755) != 0 || chdir(argv[2]) != 0)
        return 1;
    const int log = open("log", O_WRONLY | O_CREAT | O_APPEND, 0644);
    long long told = 0;
    for (int i = 0;; ++i) {
        char name[32];
        snprintf(name, sizeof name, "file-%d", i % FILES);
        const int failed = strcmp(argv[1], "unpack") == 0 ? unpack(name)
            : strcmp(argv[1], "create") == 0              ? create(name)
                                                          : append(log, i);
        if (failed)
            return 1;
        const long long now = nanoseconds(CLOCK_MONOTONIC);
        if (now - told < 10000000)
            continue;
        told = now;
        if (printf("%lld %lld %d\n", now, nanoseconds(CLOCK_PROCESS_CPUTIME_ID), i + 1) < 0 || fflush(stdout) != 0)
            return 0;
    }
}
