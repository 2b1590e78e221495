"""A python3-zmq PUB as anyone writes it: all defaults, nothing waits for the subscriber's pace.

    stock_publisher.py CORPUS COUNT

Speaks the lines of publisher.c: endpoint, ready, (a line on standard input), started, sent.
"""
import struct
import sys
import time

import zmq
from zmq.utils.monitor import recv_monitor_message


def load(path):
    with open(path, "rb") as corpus:
        for _ in range(*struct.unpack("=I", corpus.read(4))):
            topic_length, length, number_at, sent_at = struct.unpack("=4I", corpus.read(16))
            yield corpus.read(topic_length), corpus.read(length), number_at, sent_at


def numbered(messages, count):
    """All messages beforehand: the burst is then as fast as Python can send."""
    for number in range(count):
        topic, payload, number_at, _ = messages[number % len(messages)]
        yield topic, payload[:number_at] + b"%010d" % number + payload[number_at + 10:]


def say(*words):
    print(*words, flush=True)


def main(corpus, count):
    burst = list(numbered(list(load(corpus)), int(count)))
    publisher = zmq.Context().socket(zmq.PUB)
    monitor = publisher.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
    port = publisher.bind_to_random_port("tcp://127.0.0.1")
    say("endpoint", f"tcp://127.0.0.1:{port}")

    recv_monitor_message(monitor)
    # PUB does not say when the subscription arrives; it follows the handshake by microseconds.
    time.sleep(0.3)
    publisher.disable_monitor()
    say("ready")
    if not sys.stdin.readline():
        return

    say("started", time.monotonic_ns())
    for message in burst:
        publisher.send_multipart(message)
    say("sent", time.monotonic_ns())


main(*sys.argv[1:])
