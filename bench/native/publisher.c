/*
 * Publishes numbered messages as fast as it can, or at a steady rate.
 *
 *   publisher bind|connect ENDPOINT CORPUS COUNT RATE HWM
 *
 * RATE: messages per second, 0 for full speed. HWM: the send high-water mark; 0 lifts it. It never drops: at the
 * mark it waits. It says, a line each:
 *
 *   endpoint E      where it is bound or connected to
 *   ready           a subscription has arrived; it now waits for a line on standard input
 *   started NS      just before the first message
 *   sent NS         the last message is handed to libzmq; it then stays until all are delivered
 */
#include <errno.h>
#include <string.h>
#include <zmq.h>

#include "common.h"

enum { NUMBER_DIGITS = 10, SENT_DIGITS = 19 };

/* A message as the benchmark wrote it, with the places of its number and of its time of sending. */
struct template_message {
    uint32_t topic_length, length, number_at, sent_at;
    char *topic, *payload;
};

static struct template_message *corpus;
static uint32_t corpus_length;

static void check(int result, const char *what)
{
    if (result < 0) fail(what, zmq_strerror(zmq_errno()));
}

static void read_exactly(FILE *file, void *target, size_t length)
{
    if (fread(target, 1, length, file) != length) fail("corpus", "too short");
}

static void load_corpus(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) fail(path, strerror(errno));
    read_exactly(file, &corpus_length, sizeof corpus_length);
    corpus = calloc(corpus_length, sizeof *corpus);
    for (uint32_t i = 0; i < corpus_length; i++) {
        struct template_message *m = &corpus[i];
        read_exactly(file, m, 4 * sizeof(uint32_t));
        m->topic = malloc(m->topic_length);
        m->payload = malloc(m->length);
        read_exactly(file, m->topic, m->topic_length);
        read_exactly(file, m->payload, m->length);
    }
    fclose(file);
}

static void write_digits(char *target, int64_t value, int digits)
{
    while (digits > 0) {
        target[--digits] = (char)('0' + value % 10);
        value /= 10;
    }
}

static void wait_for_subscription(void *socket)
{
    zmq_msg_t message;
    zmq_msg_init(&message);
    for (;;) {
        check(zmq_msg_recv(&message, socket, 0), "waiting for a subscriber");
        if (zmq_msg_size(&message) > 0 && *(char *)zmq_msg_data(&message) == 1) break;
    }
    zmq_msg_close(&message);
}

static void sleep_until(int64_t ns)
{
    struct timespec t = { ns / 1000000000, ns % 1000000000 };
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR) {
    }
}

static void send_numbered(void *socket, int64_t number)
{
    const struct template_message *m = &corpus[number % corpus_length];
    zmq_msg_t message;
    check(zmq_msg_init_size(&message, m->length), "allocating");
    char *payload = zmq_msg_data(&message);
    memcpy(payload, m->payload, m->length);
    write_digits(payload + m->number_at, number, NUMBER_DIGITS);
    write_digits(payload + m->sent_at, now_ns(), SENT_DIGITS);
    check(zmq_send(socket, m->topic, m->topic_length, ZMQ_SNDMORE), "sending");
    check(zmq_msg_send(&message, socket, 0), "sending");
}

int main(int argc, char **argv)
{
    if (argc != 7) fail("usage", "publisher bind|connect ENDPOINT CORPUS COUNT RATE HWM");
    int64_t count = atoll(argv[4]), rate = atoll(argv[5]);
    int high_water_mark = atoi(argv[6]), no_drop = 1;
    load_corpus(argv[3]);
    setvbuf(stdout, NULL, _IOLBF, 0);

    void *context = zmq_ctx_new();
    /* XPUB sends as PUB does, and hears who subscribes: nothing is sent into the void. */
    void *socket = zmq_socket(context, ZMQ_XPUB);
    check(zmq_setsockopt(socket, ZMQ_SNDHWM, &high_water_mark, sizeof high_water_mark), "ZMQ_SNDHWM");
    check(zmq_setsockopt(socket, ZMQ_XPUB_NODROP, &no_drop, sizeof no_drop), "ZMQ_XPUB_NODROP");
    int binds = strcmp(argv[1], "bind") == 0;
    check(binds ? zmq_bind(socket, argv[2]) : zmq_connect(socket, argv[2]), argv[2]);
    char endpoint[256];
    size_t length = sizeof endpoint;
    check(zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &length), "ZMQ_LAST_ENDPOINT");
    printf("endpoint %s\n", endpoint);

    wait_for_subscription(socket);
    puts("ready");
    if (getchar() == EOF) return 0;

    int64_t started = now_ns();
    printf("started %" PRId64 "\n", started);
    for (int64_t number = 0; number < count; number++) {
        if (rate > 0) sleep_until(started + number * (1000000000 / rate));
        send_numbered(socket, number);
    }
    printf("sent %" PRId64 "\n", now_ns());

    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
