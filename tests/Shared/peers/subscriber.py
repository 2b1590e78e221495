"""A SUB on libzmq that counts. Usage: subscriber.py ENDPOINT; prints "ready", then "got N" for each message."""
import sys

import zmq

context = zmq.Context()
socket = context.socket(zmq.SUB)
socket.set_hwm(0)
socket.setsockopt(zmq.SUBSCRIBE, b"")
monitor = socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
socket.connect(sys.argv[1])
monitor.recv_multipart()
print("ready", flush=True)
count = 0
while True:
    socket.recv_multipart()
    count += 1
    print(f"got {count}", flush=True)
