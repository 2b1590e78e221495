/* Loaded into a process (LD_PRELOAD), it fails the bytes of one file as a disk with a bad sector does: reads end before it, and from it
   on give EIO. The file is known by its inode, as on a disk: whatever name it has, and not what gets its name later.
   BAD_INODE, BAD_FROM and BAD_TO (the first byte that is readable again). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static long number(const char *name) {
    const char *value = getenv(name);
    return value ? atol(value) : 0;
}

/* Bytes that may be read; -1: the first of them is refused. */
static ssize_t allowed(int fd, size_t count, off_t at) {
    struct stat facts;
    long from = number("BAD_FROM"), to = number("BAD_TO");
    if (fstat(fd, &facts) || (long)facts.st_ino != number("BAD_INODE") || at >= to || at + (off_t)count <= from) return (ssize_t)count;
    return at < from ? from - at : -1;
}

static ssize_t checked_pread(int fd, void *buffer, size_t count, off_t at) {
    static ssize_t (*real)(int, void *, size_t, off_t);
    if (!real) real = (ssize_t(*)(int, void *, size_t, off_t))dlsym(RTLD_NEXT, "pread64");
    ssize_t may = allowed(fd, count, at);
    if (may < 0) return errno = EIO, -1;
    return real(fd, buffer, (size_t)may, at);
}

ssize_t pread(int fd, void *buffer, size_t count, off_t at) { return checked_pread(fd, buffer, count, at); }
ssize_t pread64(int fd, void *buffer, size_t count, off_t at) { return checked_pread(fd, buffer, count, at); }

ssize_t read(int fd, void *buffer, size_t count) {
    static ssize_t (*real)(int, void *, size_t);
    if (!real) real = (ssize_t(*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
    off_t at = lseek(fd, 0, SEEK_CUR);
    ssize_t may = at < 0 ? (ssize_t)count : allowed(fd, count, at);
    if (may < 0) return errno = EIO, -1;
    return real(fd, buffer, (size_t)may);
}
