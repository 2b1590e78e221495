"""Holds one thread of a process, by its name, until its input ends: hold.py PID NAME. Says "held" when it does."""
import ctypes
import os
import sys

SEIZE, INTERRUPT, DETACH, WALL = 0x4206, 0x4207, 17, 0x40000000

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def call(request, thread):
    if libc.ptrace(request, thread, None, None) != 0:
        sys.exit(f"ptrace {request:#x}: {os.strerror(ctypes.get_errno())}")


pid, name = int(sys.argv[1]), sys.argv[2]
tasks = f"/proc/{pid}/task"
thread = next((int(t) for t in os.listdir(tasks) if open(f"{tasks}/{t}/comm").read().strip() == name), None)
if thread is None:
    sys.exit(f"process {pid} has no thread {name}")
call(SEIZE, thread)
call(INTERRUPT, thread)
os.waitpid(thread, WALL)
print("held", flush=True)
sys.stdin.read()
call(DETACH, thread)
