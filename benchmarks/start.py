"""How long a newcomer waits: from clone to page, cold and warm, and from start to answer.

    python benchmarks/start.py

Clones this repository into an empty folder with an empty cache and runs `make chat` twice there:
cold makes the environment, installs, prepares the model and indexes the demo documents; warm only
starts. Then `footnote ask` in fresh processes, beside importing the two libraries it cannot do
without. Needs what `make chat` needs; the installation's time depends on the network.
"""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
PORT = "7989"
LIMIT = 900.0
RUNS = 5


def page_seconds(folder: Path, environment: dict[str, str]) -> float:
    """Seconds from `make chat` until the page is served."""
    began = time.perf_counter()
    with subprocess.Popen(
        ["make", "chat"],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    ) as chat:
        try:
            while time.perf_counter() - began < LIMIT:
                if chat.poll() is not None:
                    raise SystemExit("make chat ended by itself")
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=5):
                        return time.perf_counter() - began
                except (urllib.error.URLError, OSError):
                    time.sleep(0.1)
            raise SystemExit("no page within the limit")
        finally:
            os.killpg(chat.pid, signal.SIGINT)


def median_seconds(command: Sequence[str], folder: Path, environment: dict[str, str]) -> float:
    """The median of some fresh processes."""
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as scratch:
        clone = Path(scratch) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("VIRTUAL_ENV")},
            "XDG_CACHE_HOME": f"{scratch}/cache",
            "FOOTNOTE_PORT": PORT,
            "BROWSER": "true",
        }
        print(f"clone to page, cold   {page_seconds(clone, environment):7.1f} s")
        print(f"start to page, warm   {page_seconds(clone, environment):7.1f} s")
        footnote = str(clone / ".venv/bin/footnote")
        python = str(clone / ".venv/bin/python")
        store = ["--store", ".footnote-demo"]
        ask = [footnote, "ask", "Why did Gate 3 fail?", *store]
        answer = median_seconds(ask, clone, environment)
        imports = median_seconds([python, "-c", "import chromadb, onnxruntime"], clone, environment)
        print(f"footnote ask          {answer:7.2f} s")
        print(
            f"importing Chroma and onnxruntime alone {imports:.2f} s, ratio {answer / imports:.2f}"
        )


if __name__ == "__main__":
    sys.exit(main())
