"""A real nginx that serves a server below a path, as docs/http.md says."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "http.md").read_text(encoding="utf-8")
FOUND = re.search(r"^```nginx\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
UNBUFFERED = "proxy_buffering off;"

needed = pytest.mark.skipif(shutil.which("nginx") is None, reason="there is no nginx")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def nginx(folder: Path, upstream: str, port: int, *, buffers: bool = False) -> Iterator[str]:
    """Where it listens; it holds back what is sent, as it does unless it is told, if it `buffers`.

    Args:
        folder: for its own files.
        upstream: the address of the server behind it.
        port: where it listens.
        buffers: whether the line is left out that forbids it.
    """
    assert FOUND is not None
    location = FOUND[1].replace("http://127.0.0.1:7860", upstream)
    assert UNBUFFERED in location
    if buffers:
        location = location.replace(UNBUFFERED, "")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    root = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{root} daemon off; pid {folder}/pid; error_log stderr;\nevents {{}}\n"
        f"http {{ access_log off; {temporary}\nserver {{ listen 127.0.0.1:{port};\n"
        f"{location}}}}}\n",
        encoding="utf-8",
    )
    command = ["nginx", "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]
    process = subprocess.Popen(command)
    try:
        for _ in range(200):
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)
