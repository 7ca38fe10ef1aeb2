"""The loaded process: forks once for each connection, until its own input ends.

A fork goes on below the loop as the program would and ends as an interpreter ends.
"""

import gc
import json
import os
import selectors
import signal
import socket
import sys
from contextlib import suppress

# As `assistant.web.server` sets them before Gradio reads them.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

# Not onnxruntime, whose thread would be missing where a fork ends.
import chromadb  # noqa: F401

import assistant.api.app
import assistant.assistant
import assistant.commands
import assistant.reading.reader
import assistant.web.page
import assistant.web.session
import assistant.web.uploads  # noqa: F401
import index.ingesting.ingest  # noqa: F401
from assistant.cli import main


def serve(address: str) -> list[str]:
    """Fork for each connection; returns in the forks only: the arguments of the command."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(64)
    awake, woken = os.pipe()
    for end in (awake, woken):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    waiting = selectors.DefaultSelector()
    for one in (0, awake, listener.fileno()):
        waiting.register(one, selectors.EVENT_READ)
    lines: dict[int, socket.socket] = {}
    children: dict[int, int] = {}  # pid → the connection's number
    sys.stdout.write("loaded\n")
    sys.stdout.flush()
    gc.freeze()
    while True:
        for key, _ in waiting.select():
            if key.fd == 0:
                for pid in children:
                    os.kill(pid, signal.SIGKILL)
                os._exit(0)
            elif key.fd == awake:
                with suppress(BlockingIOError):
                    os.read(awake, 4096)
                for pid, status in ended():
                    number = children.pop(pid)
                    line = lines.pop(number)
                    with suppress(KeyError):
                        waiting.unregister(number)
                    with suppress(OSError):
                        line.sendall(str(os.waitstatus_to_exitcode(status)).encode())
                    line.close()
            elif key.fd == listener.fileno():
                line, _ = listener.accept()
                head, streams, _, _ = socket.recv_fds(line, 8, 3)
                if not head:
                    line.close()  # who would have asked has been killed
                    continue
                size = int.from_bytes(head, "big")
                arguments, folder, environment = json.loads(line.recv(size, socket.MSG_WAITALL))
                pid = os.fork()
                if pid == 0:
                    signal.set_wakeup_fd(-1)
                    waiting.close()
                    listener.close()
                    for other in (line, *lines.values()):
                        other.close()
                    for end in (awake, woken):
                        os.close(end)
                    take(streams, folder, environment)
                    return list(arguments)
                for stream in streams:
                    os.close(stream)
                children[pid] = line.fileno()
                lines[line.fileno()] = line
                waiting.register(line.fileno(), selectors.EVENT_READ, line)
            elif lines.get(key.fd) is key.data:  # and its fork has not just ended
                (pid,) = (pid for pid, number in children.items() if number == key.fd)
                passed = b""
                with suppress(ConnectionResetError):
                    passed = lines[key.fd].recv(1)
                os.kill(pid, passed[0] if passed else signal.SIGKILL)
                if not passed:
                    # Whoever started it was killed, and nobody hears of its end.
                    waiting.unregister(key.fd)


def ended() -> list[tuple[int, int]]:
    """The forks that have ended, each with its status as the system tells it."""
    found = []
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            found.append((pid, status))
    return found


def take(streams: list[int], folder: str, environment: dict[str, str]) -> None:
    """Be where the process is that was started, with what it was given."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number in (signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    reading = open(0, closefd=False)  # noqa: SIM115
    writing = open(1, "w", 1 if os.isatty(1) else -1, closefd=False)  # noqa: SIM115
    complaining = open(2, "w", 1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    sys.stdin, sys.stdout, sys.stderr = reading, writing, complaining
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = reading, writing, complaining


if __name__ == "__main__":
    main(serve(sys.argv[1]))
