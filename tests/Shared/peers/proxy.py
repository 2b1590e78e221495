"""A broker on libzmq: XSUB for publishers, XPUB for subscribers. Usage: proxy.py PUBLISHERS SUBSCRIBERS"""
import sys

import zmq

context = zmq.Context()
xsub = context.socket(zmq.XSUB)
xsub.set_hwm(0)
xsub.bind(sys.argv[1])
xpub = context.socket(zmq.XPUB)
xpub.set_hwm(0)
xpub.bind(sys.argv[2])
print("ready", flush=True)
zmq.proxy(xsub, xpub)
