/* SPDX-License-Identifier: Apache-2.0
 *
 * Preloaded into the tests and the programs that they start by `deploy/test --unsteady`: threads pause at random after an unlock or a
 * write and before a read, as on a machine that is busy with something else. A test that waits for time instead of what it
 * means fails there first, and so does code that leaves a moment between two steps.
 *
 * UNSTEADY_SEED and the thread's number say where; one call in UNSTEADY_ONE_IN pauses: mostly for some milliseconds, one pause in
 * five for up to 40 ms, one in fifty for up to 350 ms.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static int applies;
static uint32_t one_in = 100, seed = 1;
static __thread uint64_t state;
static __thread int pauses;

/* Only programs of this package: not the tools that start them. */
__attribute__((constructor)) static void begin(void) {
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0) return;
    path[length] = 0;
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *frequency = getenv("UNSTEADY_ONE_IN"), *start = getenv("UNSTEADY_SEED");
    if (frequency && atoi(frequency) > 0) one_in = (uint32_t)atoi(frequency);
    if (start) seed = (uint32_t)strtoul(start, NULL, 10);
    applies = strstr(name, "PackageTests") || strstr(name, "getnet-bridge") || strstr(name, "-client");
}

static void maybe_pause(void) {
    if (!applies || pauses) return;
    if (!state) state = (((uint64_t)seed << 32) ^ ((uint64_t)syscall(SYS_gettid) * 0x9E3779B97F4A7C15u)) | 1;
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    if ((uint32_t)(state >> 33) % one_in) return;
    uint32_t kind = (uint32_t)(state >> 20) % 100, rest = (uint32_t)(state >> 8);
    long microseconds = kind < 80 ? 200 + rest % 4000 : kind < 98 ? 10000 + rest % 30000 : 150000 + rest % 200000;
    const struct timespec length = {0, microseconds * 1000};
    int error = errno;
    pauses = 1;
    syscall(SYS_nanosleep, &length, NULL);
    pauses = 0;
    errno = error;
}

#define REAL(name)                                      \
    static __typeof__(name) *real;                      \
    if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
#define AFTER(type, name, parameters, arguments)        \
    type name parameters {                              \
        REAL(name);                                     \
        type result = real arguments;                   \
        maybe_pause();                                  \
        return result;                                  \
    }
#define BEFORE(type, name, parameters, arguments)       \
    type name parameters {                              \
        maybe_pause();                                  \
        REAL(name);                                     \
        return real arguments;                          \
    }

AFTER(int, pthread_mutex_unlock, (pthread_mutex_t *mutex), (mutex))
AFTER(ssize_t, write, (int file, const void *bytes, size_t count), (file, bytes, count))
AFTER(ssize_t, writev, (int file, const struct iovec *pieces, int count), (file, pieces, count))
AFTER(ssize_t, send, (int file, const void *bytes, size_t count, int flags), (file, bytes, count, flags))
AFTER(ssize_t, sendmsg, (int file, const struct msghdr *message, int flags), (file, message, flags))
AFTER(int, epoll_wait, (int file, struct epoll_event *events, int count, int timeout), (file, events, count, timeout))
BEFORE(ssize_t, read, (int file, void *bytes, size_t count), (file, bytes, count))
BEFORE(ssize_t, recv, (int file, void *bytes, size_t count, int flags), (file, bytes, count, flags))
