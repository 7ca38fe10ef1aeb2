"""The examples in docs/ run as they stand and print what the page shows."""

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [one for one in sorted((ROOT / "docs").glob("*.md")) if "```python" in one.read_text()]
EXAMPLE = re.compile(
    r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.DOTALL | re.MULTILINE
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_of_a_page_print_what_it_shows(page: Path, tmp_path, monkeypatch):
    for name in os.environ:
        if name.startswith(("FOOTNOTE_", "OPENAI_")):
            monkeypatch.delenv(name)
    (tmp_path / "seeds").symlink_to(ROOT / "seeds")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "__main__"}
    text = page.read_text(encoding="utf-8")
    examples = [*EXAMPLE.finditer(text)]
    assert len(examples) == text.count("```python")
    for example in examples:
        line = text[: example.start(1)].count("\n")
        code = compile("\n" * line + example[1], str(page), "exec")
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(code, names)
        assert printed.getvalue() == (example[2] or "")


def test_the_tables_of_modules_are_those_of_their_docstrings():
    stale = subprocess.run([sys.executable, ROOT / "docs" / "modules.py", "--check"], check=False)
    assert stale.returncode == 0, "run: make docs"


def test_there_are_such_pages():
    assert "scripting" in {page.stem for page in PAGES}
