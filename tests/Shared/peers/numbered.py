"""A publisher that numbers its messages. Usage: numbered.py (bind|connect) ENDPOINT NAME [push]

Reads commands, one a line, and answers each with "said":
  say RUN FIRST LAST [RATE]  messages with these numbers, at most RATE a second
  same RUN NUMBER            one message with that number, whose id tells it from all others
  beat RUN LAST              a heartbeat: the last number was LAST
  end RUN LAST               the last word: the last number was LAST
  plain                      a message without a number
Bound, it says "ready" when a subscriber has subscribed to everything; connected, at once.
"""
import json
import sys
import time

import zmq

mode, endpoint, name = sys.argv[1:4]
context = zmq.Context()
socket = context.socket(zmq.PUSH if "push" in sys.argv else zmq.XPUB if mode == "bind" else zmq.PUB)
socket.setsockopt(zmq.LINGER, -1)
if mode == "bind":
    socket.bind(endpoint)
    while socket.recv()[:1] != b"\x01":
        pass
else:
    socket.connect(endpoint)
    time.sleep(0.5)  # a PUB drops what it says before it knows its subscribers
print("ready", flush=True)


def say(metadata, message_id=None, text="We keep count. " + "x" * 500):
    message = {"sender_id": name, "content": {"message": text}, "metadata": metadata}
    if message_id:
        message["message_id"] = message_id
    socket.send_multipart([b"everyone", json.dumps(message).encode()])


for line in sys.stdin:
    words = line.split()
    numbers = [float(w) if "." in w else int(w) for w in words[2:]]
    if words[0] == "say":
        began = time.monotonic()
        for i in range(numbers[0], numbers[1] + 1):
            say({"publisher_run": words[1], "publisher_seq": i})
            if len(numbers) > 2:
                time.sleep(max(0, began + (i - numbers[0] + 1) / numbers[2] - time.monotonic()))
    elif words[0] == "same":
        say({"publisher_run": words[1], "publisher_seq": numbers[0]}, f"{words[1]}-{numbers[0]}")
    elif words[0] == "beat":
        say({"publisher_run": words[1], "publisher_last": numbers[0]}, text="")
    elif words[0] == "end":
        say({"publisher_run": words[1], "publisher_last": numbers[0], "publisher_end": True}, text="")
    else:
        say({"sender_role": "Agent"})
    print("said", flush=True)
socket.close()
context.term()
