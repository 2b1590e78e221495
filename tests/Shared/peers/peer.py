"""A libzmq socket that obeys lines on its standard input and answers each with one line.

usage: peer.py TYPE bind|connect ENDPOINT [ENDPOINT...]
TYPE-PLAIN and TYPE-CURVE ask for that mechanism.
Frames are hex, '-' for an empty one. Everything it can do is in `obey` below.
"""
import sys
import time

import zmq


def frame(text):
    return b"" if text == "-" else bytes.fromhex(text)


def show(parts):
    return " ".join(part.hex() or "-" for part in parts)


def obey(sock, words):
    verb = words[0]
    if verb == "send":
        sock.send_multipart([frame(word) for word in words[1:]])
        return "sent"
    if verb == "burst":  # burst COUNT SIZE: a topic, then a payload that begins with its number
        count, size = int(words[1]), int(words[2])
        filler = b"x" * (size - 8)
        for number in range(count):
            sock.send_multipart([b"topic", b"%08d" % number + filler])
        return "burst"
    if verb == "big":  # big SIZE
        sock.send(b"B" * int(words[1]))
        return "sent"
    if verb == "subscribe":
        sock.setsockopt(zmq.SUBSCRIBE, frame(words[1]))
        return "subscribed"
    if verb == "unsubscribe":
        sock.setsockopt(zmq.UNSUBSCRIBE, frame(words[1]))
        return "unsubscribed"
    if verb == "receive":  # receive MILLISECONDS
        if not sock.poll(int(words[1])):
            return "nothing"
        return "got " + show(sock.recv_multipart())
    if verb == "count":  # count UP_TO MILLISECONDS: how many came, and whether their numbers were in order
        wanted, until = int(words[1]), time.monotonic() + int(words[2]) / 1000
        count, expected, in_order = 0, 0, True
        while count < wanted:
            if not sock.poll(max(0, int((until - time.monotonic()) * 1000))):
                break
            while count < wanted:
                try:
                    parts = sock.recv_multipart(zmq.NOBLOCK)
                except zmq.Again:
                    break
                in_order = in_order and int(parts[-1][:8]) == expected
                expected += 1
                count += 1
        return f"count {count} {'in-order' if in_order else 'gaps'}"
    if verb == "size":  # size MILLISECONDS: of one large message
        return f"size {len(sock.recv())}" if sock.poll(int(words[1])) else "nothing"
    return "unknown " + verb


def main():
    kind, action, *endpoints = sys.argv[1:]
    kind, _, mechanism = kind.partition("-")
    sock = zmq.Context().socket(getattr(zmq, kind))
    if mechanism == "PLAIN":
        sock.plain_username, sock.plain_password = b"agent", b"word"
    if mechanism == "CURVE":
        sock.curve_publickey, sock.curve_secretkey = zmq.curve_keypair()
        sock.curve_serverkey = zmq.curve_keypair()[0]
    sock.set_hwm(0)
    sock.linger = 0
    sock.reconnect_ivl = 50
    for endpoint in endpoints:
        getattr(sock, action)(endpoint)
    real = sock.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode()
    print("ready " + real, flush=True)
    for line in sys.stdin:
        print(obey(sock, line.split()), flush=True)


main()
