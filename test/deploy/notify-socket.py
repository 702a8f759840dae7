"""Plays systemd's end of NOTIFY_SOCKET: binds it at argv[1] and prints each message as a line of JSON."""

import json
import os
import socket
import sys

listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
print(json.dumps("bound"), flush=True)
while True:
    message, descriptors, _, _ = socket.recv_fds(listener, 4096, 8)
    # systemd-notify waits until the descriptor that came with BARRIER=1 is closed.
    for descriptor in descriptors:
        os.close(descriptor)
    print(json.dumps(message.decode()), flush=True)
