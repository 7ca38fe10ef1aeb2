"""The wheel holds what the program needs where it is installed, and runs there as one command."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.xdist_group("wheel")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=120,
    )
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_all_files_of_both_packages_and_says_that_they_are_typed(wheel: Path):
    with zipfile.ZipFile(wheel) as packed:
        inside = set(packed.namelist())
    for package in ("assistant", "index"):
        files = (path for path in (ROOT / package).rglob("*") if path.is_file())
        there = {path.relative_to(ROOT) for path in files}
        assert {str(path) for path in there if "__pycache__" not in path.parts} <= inside
    assert {"assistant/py.typed", "index/py.typed"} <= inside


def test_where_the_wheel_alone_is_installed_one_command_adds_asks_and_serves(
    wheel: Path, tmp_path: Path
):
    installed, home = tmp_path / "installed", tmp_path / "home"
    venv.create(installed, symlinks=True)
    given = ["--python", str(installed / "bin" / "python"), str(wheel)]
    install = [sys.executable, "-m", "uv", "pip", "install", "--offline", "--no-deps", *given]
    subprocess.run(install, check=True, capture_output=True)
    # What it depends on is that of this environment; of this checkout nothing is to be seen.
    (packages,) = installed.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    home.mkdir()
    command = str(installed / "bin" / "footnote")
    environment = {name: of for name, of in os.environ.items() if name != "PYTHONPATH"}

    def said(*arguments: str) -> str:
        ran = subprocess.run(
            [command, *arguments], cwd=home, env=environment, capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    (home / "pier.md").write_text("# The pier\n\nThe pier of Quill Island fell in March 1931.\n")
    assert said("add", "pier.md") == "1 added\n"
    assert "March 1931" in said("ask", "When did the pier of Quill Island fall?")

    serving = [command, "serve", "--no-browser", "--port", "0"]
    with subprocess.Popen(
        serving, cwd=home, env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            address = next(
                word for line in server.stdout for word in line.split() if word.startswith("http")
            )
            assert httpx.get(f"{address.rstrip('.')}/readyz", timeout=60).status_code == 200
        finally:
            server.kill()
    running = subprocess.run(
        [str(installed / "bin" / "python"), "-c", "import assistant; print(assistant.__file__)"],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert Path(running.stdout.strip()).is_relative_to(installed)
