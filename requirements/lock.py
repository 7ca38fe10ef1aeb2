"""Write the .txt files here anew: every version pinned and hashed, no host named."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PROJECT = HERE.parent / "pyproject.toml"


def compiled(*arguments: str) -> str:
    """The locked lines for one set of requirements."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--universal"]
    command += [
        "--python-version",
        "3.11",
        "--generate-hashes",
        "--no-header",
        "--no-annotate",
        "--quiet",
        *arguments,
    ]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main() -> None:
    """Resolve in an order that keeps the test tools on the product's versions."""
    product, build, dev = HERE / "product.txt", HERE / "build.txt", HERE / "dev.txt"
    server = HERE / "server.txt"
    upgrade = ["--upgrade"] if "--upgrade" in sys.argv else []
    locked = compiled(str(PROJECT), *upgrade) + compiled(str(HERE / "weights.in"), "--no-deps")
    product.write_text(locked)
    build.write_text(compiled(str(HERE / "build.in"), "-c", str(product), *upgrade))
    dev.write_text(compiled("--group", f"{PROJECT}:dev", "-c", str(product), *upgrade))
    shared = compiled(str(HERE / "shared.in"), "-c", str(product), *upgrade)
    (HERE / "shared.txt").write_text(shared)
    tools = ["-c", str(product), "-c", str(dev)]
    locked = compiled(str(HERE / "server.in"), *tools, *upgrade)
    server.write_text(locked + compiled(str(HERE / "model.in"), "--no-deps", *upgrade))


if __name__ == "__main__":
    main()
