"""How long a newcomer waits: from clone to page, cold and warm, and from start to answer.

    python benchmarks/start.py

Clones this repository into an empty folder with an empty cache and runs `make chat` twice there:
cold makes the environment, installs, prepares the model and indexes the demo documents; warm only
starts. Then `footnote ask` and imports in fresh processes, beside importing the two libraries that
asking cannot do without. Needs what `make chat` needs; the installation's time depends on the
network.
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
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
PORT = "7989"
LIMIT = 900.0
RUNS = 9


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


def median_seconds(
    commands: Mapping[str, Sequence[str]], folder: Path, environment: dict[str, str]
) -> dict[str, float]:
    """By name the median of some fresh processes of each command, which take turns."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            began = time.perf_counter()
            subprocess.run(
                command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL
            )
            seconds[name].append(time.perf_counter() - began)
    return {name: statistics.median(times) for name, times in seconds.items()}


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
        python = str(clone / ".venv/bin/python")
        footnote = str(clone / ".venv/bin/footnote")
        commands = {
            "footnote ask": [footnote, "ask", "Why did Gate 3 fail?", "--store", ".footnote-demo"],
            "import chromadb, onnxruntime": [python, "-c", "import chromadb, onnxruntime"],
            "import assistant": [python, "-c", "import assistant"],
            "from assistant import Assistant": [python, "-c", "from assistant import Assistant"],
        }
        medians = median_seconds(commands, clone, environment)
        alone = medians["import chromadb, onnxruntime"]
        for name, seconds in medians.items():
            print(f"{name:32} {seconds:5.2f} s, {seconds / alone:.2f} of Chroma and onnxruntime")


if __name__ == "__main__":
    sys.exit(main())
