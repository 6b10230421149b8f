/* Preloaded before the C library: while the file $FLUISTER_FAULT is there, syncing a file whose path contains the file's text fails as a
   broken disk does. Each sync of such a file is noted in $FLUISTER_FAULT.log, from the first failure on. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int failed;

static int fails(int file)
{
    char link[64], path[4096], name[4096], text[256];
    const char *fault = getenv("FLUISTER_FAULT");
    if (!fault)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    int given = open(fault, O_RDONLY | O_CLOEXEC), now = 0;
    if (given >= 0) {
        length = read(given, text, sizeof text - 1);
        close(given);
        if (length > 0) {
            text[length] = 0;
            now = strstr(path, text) != NULL;
        }
    }
    if (now)
        failed = 1;
    if (failed) {
        snprintf(name, sizeof name, "%s.log", fault);
        int log = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (log >= 0) {
            dprintf(log, "%s %s\n", now ? "failed" : "synced", path);
            close(log);
        }
    }
    if (now)
        errno = EIO;
    return now;
}

int fsync(int file)
{
    static int (*real)(int);
    if (!real)
        real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    return fails(file) ? -1 : real(file);
}

int fdatasync(int file)
{
    static int (*real)(int);
    if (!real)
        real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    return fails(file) ? -1 : real(file);
}
