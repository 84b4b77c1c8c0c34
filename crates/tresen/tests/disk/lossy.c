/* A disk that keeps only what was synced, to be preloaded into a server (see `tresen check kill`).
 *
 * Every successful fsync copies the file, as it is then, from LOSSY_ROOT to LOSSY_SHADOW; that of a
 * directory takes over the names in it. What was never synced is in LOSSY_ROOT alone, and whoever
 * restores the shadow after a kill has what a loss of power would have left.
 *
 *   LOSSY_FILE=NAME      only files of this name have one of these faults:
 *   LOSSY_IGNORE=1       an fsync succeeds and keeps nothing
 *   LOSSY_FAIL_EVERY=N   every Nth fsync fails with EIO and keeps nothing
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KNOWN_MAX = 65536, COPY_BYTES = 1 << 16 };

static const char *root, *shadow, *faulty;
static int ignores, fail_every;
static unsigned long syncs;
static int (*real_fsync)(int), (*real_fdatasync)(int);
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Which file stood under a name when it was copied last. */
static struct { char *path; ino_t inode; } known[KNOWN_MAX];
static int known_count;

static ino_t *inode_of(const char *path) {
    for (int at = 0; at < known_count; at++)
        if (strcmp(known[at].path, path) == 0) return &known[at].inode;
    if (known_count == KNOWN_MAX) abort();
    known[known_count].path = strdup(path);
    return &known[known_count++].inode;
}

static void to_shadow(const char *path, char *out) {
    if (snprintf(out, PATH_MAX, "%s%s", shadow, path + strlen(root)) >= PATH_MAX) abort();
}

static void make_parents(char *path) {
    for (char *slash = path + strlen(shadow) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        mkdir(path, 0700);
        *slash = '/';
    }
}

/* Copies the data of a file, holes left out, beside its place and moves it there. */
static void copy_file(const char *path) {
    char target[PATH_MAX], temporary[PATH_MAX + 8];
    static char buffer[COPY_BYTES];
    struct stat status;
    int from = open(path, O_RDONLY | O_CLOEXEC);
    if (from < 0 || fstat(from, &status) != 0) { if (from >= 0) close(from); return; }
    to_shadow(path, target);
    make_parents(target);
    snprintf(temporary, sizeof temporary, "%s.lossy", target);
    int to = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (to < 0 || ftruncate(to, status.st_size) != 0) abort();
    off_t data = 0;
    while (data < status.st_size && (data = lseek(from, data, SEEK_DATA)) >= 0) {
        off_t end = lseek(from, data, SEEK_HOLE);
        while (data < end) {
            size_t wanted = end - data < COPY_BYTES ? (size_t)(end - data) : COPY_BYTES;
            ssize_t count = pread(from, buffer, wanted, data);
            if (count <= 0) break;
            if (pwrite(to, buffer, (size_t)count, data) != count) abort();
            data += count;
        }
        if (data < end) break;
    }
    close(from);
    close(to);
    if (rename(temporary, target) != 0) abort();
    *inode_of(path) = status.st_ino;
}

/* Calls `visit` for each name in a directory. */
static void each_name(const char *path, void (*visit)(const char *path, int is_directory)) {
    DIR *directory = opendir(path);
    if (!directory) return;
    for (struct dirent *entry; (entry = readdir(directory));) {
        char name[PATH_MAX];
        struct stat status;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (snprintf(name, sizeof name, "%s/%s", path, entry->d_name) >= (int)sizeof name) abort();
        if (lstat(name, &status) == 0) visit(name, S_ISDIR(status.st_mode));
    }
    closedir(directory);
}

/* Removes from the shadow what is gone. */
static void prune(const char *path, int is_directory) {
    char original[PATH_MAX];
    if (snprintf(original, sizeof original, "%s%s", root, path + strlen(shadow)) >= PATH_MAX) abort();
    if (is_directory) each_name(path, prune);
    if (access(original, F_OK) == 0) return;
    if (is_directory) rmdir(path); else unlink(path);
}

/* A name of a synced directory: takes over a file that came to it since. */
static void take_name(const char *path, int is_directory) {
    char target[PATH_MAX];
    struct stat status;
    to_shadow(path, target);
    if (is_directory) { make_parents(target); mkdir(target, 0700); return; }
    if (lstat(path, &status) == 0 && *inode_of(path) != status.st_ino) copy_file(path);
}

static void remember(const char *path, int is_directory) {
    struct stat status;
    if (is_directory) { each_name(path, remember); return; }
    if (lstat(path, &status) == 0) *inode_of(path) = status.st_ino;
}

__attribute__((constructor)) static void start(void) {
    real_fsync = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    root = getenv("LOSSY_ROOT");
    shadow = getenv("LOSSY_SHADOW");
    faulty = getenv("LOSSY_FILE");
    ignores = getenv("LOSSY_IGNORE") != NULL;
    const char *every = getenv("LOSSY_FAIL_EVERY");
    fail_every = every ? atoi(every) : 0;
    if (root) each_name(root, remember);
}

static int synced(int fd, int (*real)(int)) {
    char link[64], path[PATH_MAX];
    struct stat status;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (!root || !shadow || length < 0) return real(fd);
    path[length] = 0;
    if (strncmp(path, root, strlen(root)) != 0) return real(fd);
    const char *name = strrchr(path, '/');
    int is_faulty = faulty && name && strcmp(name + 1, faulty) == 0;
    if (is_faulty && ignores) return 0;
    pthread_mutex_lock(&lock);
    int result = 0;
    if (is_faulty && fail_every && ++syncs % (unsigned long)fail_every == 0) {
        errno = EIO;
        result = -1;
    } else if (fstat(fd, &status) == 0) {
        if (S_ISDIR(status.st_mode)) each_name(path, take_name);
        else if (access(path, F_OK) == 0) copy_file(path);
        each_name(shadow, prune);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

int fsync(int fd) { return synced(fd, real_fsync); }
int fdatasync(int fd) { return synced(fd, real_fdatasync); }
