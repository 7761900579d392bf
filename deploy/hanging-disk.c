/* SPDX-License-Identifier: Apache-2.0
 *
 * Preloaded into the bridge by deploy/disturb: as long as the file DISTURB_HANG exists, no sync of a file whose path begins with
 * DISTURB_STORE comes back.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void wait_for_disk(int file) {
    const char *hang = getenv("DISTURB_HANG"), *store = getenv("DISTURB_STORE");
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (!hang || !store || length < 0) return;
    path[length] = 0;
    if (strncmp(path, store, strlen(store)) != 0) return;
    const struct timespec pause = {0, 5000000};
    while (access(hang, F_OK) == 0) nanosleep(&pause, NULL);
}

int fdatasync(int file) { wait_for_disk(file); return (int)syscall(SYS_fdatasync, file); }
int fsync(int file) { wait_for_disk(file); return (int)syscall(SYS_fsync, file); }
