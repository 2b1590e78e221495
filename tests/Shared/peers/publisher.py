"""A PUB on libzmq. Usage: publisher.py (bind|connect) ENDPOINT [default-hwm]

Reads commands, one a line:
  send COUNT FIRST [RATE]   numbered standard messages, FIRST..FIRST+COUNT-1, at most RATE a second; answers "sent COUNT"
  raw HEX [HEX ...]         one message of these frames; answers "sent raw"
  big BYTES                 one message of a payload of that size; answers "sent big"
Bound, it says "ready" when a subscriber has subscribed to everything; connected, at once.
"""
import json
import sys
import time

import zmq

mode, endpoint = sys.argv[1], sys.argv[2]
context = zmq.Context()
socket = context.socket(zmq.XPUB if mode == "bind" else zmq.PUB)
if "default-hwm" not in sys.argv:
    socket.set_hwm(0)
socket.setsockopt(zmq.LINGER, -1)
if mode == "bind":
    socket.bind(endpoint)
    while socket.recv()[:1] != b"\x01":
        pass
else:
    socket.connect(endpoint)
    # A PUB learns of its subscribers from the broker, and drops until then.
    time.sleep(0.5)
print("ready", flush=True)

for line in sys.stdin:
    words = line.split()
    if words[0] == "send":
        count, first = int(words[1]), int(words[2])
        rate = float(words[3]) if len(words) > 3 else 0
        began = time.monotonic()
        for i in range(first, first + count):
            payload = {
                "message_id": f"m-{i}", "timestamp": "2025-11-30T10:00:00.123", "sender_id": "claude_code",
                "context_id": "ctx-1", "content": {"message": f"Message {i}: we decided on Redis. " + "x" * 600},
                "metadata": {"sender_role": "Agent", "number": i},
            }
            socket.send_multipart([b"gemini_cli", json.dumps(payload).encode()])
            if rate:
                wait = began + (i - first + 1) / rate - time.monotonic()
                if wait > 0:
                    time.sleep(wait)
        print(f"sent {count}", flush=True)
    elif words[0] == "raw":
        socket.send_multipart([bytes.fromhex(w) if w != "-" else b"" for w in words[1:]])
        print("sent raw", flush=True)
    elif words[0] == "big":
        socket.send_multipart([b"t", b"\xff" + b"a" * (int(words[1]) - 1)])
        print("sent big", flush=True)
socket.close()
context.term()
