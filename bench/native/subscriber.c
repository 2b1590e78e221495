/*
 * The bare subscriber: receives and counts, nothing else. It is the limit that the recorder is held against.
 *
 *   subscriber ENDPOINT COUNT IDLE_MS EVERY
 *
 * Its receive queue is lifted, so that what is lost to it is lost to any reader. It ends when COUNT messages have
 * come, or when none came for IDLE_MS after the first. It says, a line each:
 *
 *   ready                          connected, the handshake is done
 *   at N NOW                       so many have come; after each EVERY messages, never with 0
 *   received N FIRST LAST CPU_US   messages, when the first and the last came, CPU time of the process
 */
#include <string.h>
#include <sys/resource.h>
#include <zmq.h>

#include "common.h"

static void check(int result, const char *what)
{
    if (result < 0) fail(what, zmq_strerror(zmq_errno()));
}

static void wait_for_handshake(void *monitor)
{
    for (;;) {
        zmq_msg_t event, address;
        zmq_msg_init(&event);
        zmq_msg_init(&address);
        check(zmq_msg_recv(&event, monitor, 0), "connecting");
        check(zmq_msg_recv(&address, monitor, 0), "connecting");
        uint16_t kind;
        memcpy(&kind, zmq_msg_data(&event), sizeof kind);
        zmq_msg_close(&event);
        zmq_msg_close(&address);
        if (kind == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) return;
    }
}

static int64_t cpu_us(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000)
        + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

int main(int argc, char **argv)
{
    if (argc != 5) fail("usage", "subscriber ENDPOINT COUNT IDLE_MS EVERY");
    int64_t count = atoll(argv[2]), every = atoll(argv[4]);
    int idle_ms = atoi(argv[3]), lifted = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);

    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_SUB);
    check(zmq_socket_monitor(socket, "inproc://monitor", ZMQ_EVENT_HANDSHAKE_SUCCEEDED), "monitor");
    void *monitor = zmq_socket(context, ZMQ_PAIR);
    check(zmq_connect(monitor, "inproc://monitor"), "monitor");
    check(zmq_setsockopt(socket, ZMQ_RCVHWM, &lifted, sizeof lifted), "ZMQ_RCVHWM");
    check(zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0), "ZMQ_SUBSCRIBE");
    check(zmq_connect(socket, argv[1]), argv[1]);
    wait_for_handshake(monitor);
    puts("ready");

    int64_t received = 0, first = 0, last = 0;
    zmq_msg_t message;
    zmq_msg_init(&message);
    while (received < count && zmq_msg_recv(&message, socket, 0) >= 0) {
        if (zmq_msg_more(&message)) continue;
        last = now_ns();
        received++;
        if (every > 0 && received % every == 0) printf("at %" PRId64 " %" PRId64 "\n", received, last);
        if (received > 1) continue;
        first = last;
        check(zmq_setsockopt(socket, ZMQ_RCVTIMEO, &idle_ms, sizeof idle_ms), "ZMQ_RCVTIMEO");
    }
    printf("received %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n", received, first, last, cpu_us());
    fflush(stdout);
    /* Nothing is left to say: what still comes is not wanted. */
    _Exit(0);
}
