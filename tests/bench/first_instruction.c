/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program that the start bench runs in a container: it says when its first instruction ran (CLOCK_MONOTONIC, ns) and
   stays for a moment, so that what started it can be measured while it is there. */
#include <stdio.h>
#include <time.h>

int main(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    printf("%lld\n", (long long)now.tv_sec * 1000000000LL + now.tv_nsec);
    fflush(stdout);
    const struct timespec moment = {0, 30000000};
    nanosleep(&moment, NULL);
    return 0;
}
