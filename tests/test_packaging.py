"""The wheel holds what the program needs where it is installed."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_wheel_holds_all_files_of_both_packages_and_says_that_they_are_typed(tmp_path: Path):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=120,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        inside = set(packed.namelist())
    for package in ("assistant", "index"):
        files = (path for path in (ROOT / package).rglob("*") if path.is_file())
        there = {path.relative_to(ROOT) for path in files}
        assert {str(path) for path in there if "__pycache__" not in path.parts} <= inside
    assert {"assistant/py.typed", "index/py.typed"} <= inside
