"""What the README shows is what the program does."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(mark: str) -> str:
    found = re.search(rf"<!-- {mark} -->\n```\w*\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "seeds").symlink_to(ROOT / "seeds")
    return tmp_path


def test_the_console_session_prints_what_the_readme_shows(folder):
    scripts = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}
    parts = re.split(r"^\$ (.*)\n", block("console"), flags=re.MULTILINE)[1:]
    for command, shown in zip(parts[::2], parts[1::2], strict=True):
        ran = subprocess.run(
            command, shell=True, cwd=folder, env=environment, capture_output=True, text=True
        )
        assert ran.stdout == shown, command
        assert ran.stderr == ""


def test_the_script_runs_as_it_stands(folder):
    ran = subprocess.run(
        [sys.executable, "-c", block("script")], cwd=folder, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    assert "the bearing of its left arm had run dry" in ran.stdout


def test_the_script_that_writes_a_report_runs_as_it_stands(folder):
    script = block("report script")
    ran = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr, ran.stdout) == (0, "", "2 of 3 answered\n")
    assert len([line for line in script.splitlines() if line]) <= 10
    with zipfile.ZipFile(folder / "report.docx") as report:
        notes = report.read("word/footnotes.xml").decode()
    assert "About 410 people were evacuated." in notes
