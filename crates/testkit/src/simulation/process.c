/* A process whose time is simulated and whose randomness follows from a seed, to be preloaded into a
 * simulation (see simulation.rs).
 *
 * Time stands still while the process works. When it waits for sockets and timers with nothing to do, the
 * wait is over at once and the clock has moved by what it would have waited. Every thread draws from
 * random numbers of its own; what one thread does alone comes again.
 *
 *   SIMULATION_SEED=N    where the random numbers begin
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <time.h>

/* Noon of 2 November 2026, in seconds since 1970. */
enum { BEGIN = 1793620800, NANOS = 1000000000 };

/* After so long without a timer and without an event a process is stuck, in milliseconds of real time. */
enum { STUCK_MS = 120000 };

static atomic_llong passed_ms;
static uint64_t seed;
static __thread uint64_t state;
static int (*real_epoll_wait)(int, struct epoll_event *, int, int);

__attribute__((constructor)) static void start(void) {
    const char *text = getenv("SIMULATION_SEED");
    seed = text ? strtoull(text, NULL, 10) : 0;
    real_epoll_wait =
        (int (*)(int, struct epoll_event *, int, int))dlsym(RTLD_NEXT, "epoll_wait");
}

/* SplitMix64 */
static uint64_t next(void) {
    if (!state) state = seed * 2 + 1;
    uint64_t mixed = (state += 0x9E3779B97F4A7C15u);
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31);
}

ssize_t getrandom(void *buffer, size_t length, unsigned flags) {
    (void)flags;
    unsigned char *out = buffer;
    for (size_t done = 0; done < length; done += sizeof(uint64_t)) {
        uint64_t number = next();
        size_t left = length - done;
        memcpy(out + done, &number, left < sizeof number ? left : sizeof number);
    }
    return (ssize_t)length;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    long long ms = atomic_load(&passed_ms);
    (void)clock;
    now->tv_sec = BEGIN + ms / 1000;
    now->tv_nsec = ms % 1000 * (NANOS / 1000);
    return 0;
}

int epoll_wait(int set, struct epoll_event *events, int count, int timeout_ms) {
    if (timeout_ms < 0) {
        /* No timer runs: a thread has something to do, or nobody ever will. */
        int woken = real_epoll_wait(set, events, count, STUCK_MS);
        if (woken == 0) abort();
        return woken;
    }
    int ready = real_epoll_wait(set, events, count, 0);
    if (ready == 0 && timeout_ms > 0) atomic_fetch_add(&passed_ms, timeout_ms);
    return ready;
}
