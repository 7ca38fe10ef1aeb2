"""The process that a test starts: it hands its streams to a fork of the loaded one, and waits.

Run by `warm.py` without site packages, so that it costs next to nothing.
"""

import json
import os
import signal
import socket
import sys


def start(address: str, arguments: list[str]) -> int:
    """The exit status of the fork, negative for the signal that ended it."""
    line = socket.socket(socket.AF_UNIX)
    line.connect(address)
    for passed in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(passed, lambda number, _: line.send(bytes([number])))
    surroundings = [arguments, os.getcwd(), dict(os.environ)]  # noqa: PTH109 (pathlib takes longer to load than all else)
    wanted = json.dumps(surroundings).encode()
    socket.send_fds(line, [len(wanted).to_bytes(8, "big")], [0, 1, 2])
    line.sendall(wanted)
    # Else the far end of a pipe would not notice that the fork has closed it.
    for stream in (0, 1, 2):
        os.close(stream)
    told = b""
    while piece := line.recv(64):
        told += piece
    return int(told)


if __name__ == "__main__":
    status = start(sys.argv[1], sys.argv[2:])
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)
