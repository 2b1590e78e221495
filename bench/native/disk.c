/*
 * How fast the disk takes a file written in order, each block synced: the limit of a journal.
 *
 *   disk FILE BLOCK_BYTES BLOCKS
 *
 * Says `wrote BYTES NS`.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common.h"

int main(int argc, char **argv)
{
    if (argc != 4) fail("usage", "disk FILE BLOCK_BYTES BLOCKS");
    size_t block_bytes = (size_t)atoll(argv[2]);
    int64_t blocks = atoll(argv[3]);
    char *block = malloc(block_bytes);
    uint64_t noise = 88172645463325252u;
    for (size_t i = 0; i < block_bytes; i++) {
        /* xorshift: nothing below may compress it away. */
        noise ^= noise << 13, noise ^= noise >> 7, noise ^= noise << 17;
        block[i] = (char)noise;
    }

    int file = open(argv[1], O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (file < 0) fail(argv[1], strerror(errno));
    int64_t started = now_ns();
    for (int64_t i = 0; i < blocks; i++) {
        for (size_t at = 0; at < block_bytes;) {
            ssize_t written = write(file, block + at, block_bytes - at);
            if (written < 0) fail("write", strerror(errno));
            at += (size_t)written;
        }
        if (fdatasync(file) != 0) fail("fdatasync", strerror(errno));
    }
    printf("wrote %" PRId64 " %" PRId64 "\n", (int64_t)block_bytes * blocks, now_ns() - started);
    return 0;
}
