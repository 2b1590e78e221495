"""Something at a port that is no broker for Steno. Usage: stranger.py KIND tcp://127.0.0.1:PORT; prints "ready".

  http, ssh, tls   answer or greet as such a server does
  silent           accepts, and says nothing
  closing          accepts, and hangs up
  deaf             listens, and never accepts: its backlog is full
  zmtp1            greets as ZeroMQ before 3.0 did
  endless          greets as an XPUB of ZMTP 3.0, which knows no PING, and begins a message of 1 GiB
  plain, curve     a libzmq broker's door that asks for that mechanism
  XSUB, SUB, ...   a libzmq socket of that type
"""
import socket
import sys
import time

import zmq

GREETINGS = {
    "http": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "ssh": b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n",
    "tls": b"\x15\x03\x01\x00\x02\x02\x46",
    "zmtp1": b"\x01\x00",
    "endless": b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(48)
    + b"\x04\x1a\x05READY\x0bSocket-Type\x00\x00\x00\x04XPUB" + b"\x02\x00\x00\x00\x00\x40\x00\x00\x00begun",
    "silent": b"",
    "closing": None,
}


def listen(port, backlog):
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind(("127.0.0.1", port))
    door.listen(backlog)
    return door


def serve(kind, port):
    door = listen(port, 64)
    print("ready", flush=True)
    callers = []
    while True:
        caller, _ = door.accept()
        greeting = GREETINGS[kind]
        if greeting is None:
            caller.close()
            continue
        caller.sendall(greeting)
        callers.append(caller)


def ignore(port):
    door = listen(port, 0)
    callers = []
    for _ in range(4):
        caller = socket.socket()
        caller.setblocking(False)
        caller.connect_ex(("127.0.0.1", port))
        callers.append(caller)
    time.sleep(0.3)
    print("ready", flush=True)
    time.sleep(600)
    door.close()


def speak(kind, endpoint):
    door = zmq.Context().socket(getattr(zmq, "XPUB" if kind in ("plain", "curve") else kind))
    if kind == "plain":
        door.plain_server = True
    if kind == "curve":
        door.curve_publickey, door.curve_secretkey = zmq.curve_keypair()
        door.curve_server = True
    door.bind(endpoint)
    print("ready", flush=True)
    time.sleep(600)


def main():
    kind, endpoint = sys.argv[1:]
    port = int(endpoint.rsplit(":", 1)[1])
    if kind in GREETINGS:
        serve(kind, port)
    elif kind == "deaf":
        ignore(port)
    else:
        speak(kind, endpoint)


main()
