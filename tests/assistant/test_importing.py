"""What importing costs: heavy parts are loaded when they are first used."""

import base64
import json
import os
import subprocess
import sys

import pytest

HEAVY = (
    "chromadb",
    "onnxruntime",
    "llama_index",
    "openai",
    "gradio",
    "typer",
    "index.ingesting.ingest",
)


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh process has loaded after some code."""
    shown = f"{code}\nimport sys\nprint(*sorted(sys.modules), sep='\\n')"
    ran = subprocess.run(
        [sys.executable, "-c", shown], capture_output=True, text=True, check=True, timeout=60
    )
    return set(ran.stdout.split())


def test_importing_the_package_loads_the_errors_and_no_library():
    loaded = loaded_by("import assistant")
    assert {"index", "index.errors"} <= loaded
    assert loaded.isdisjoint({*HEAVY, "numpy", "pydantic", "sqlalchemy", "httpx"})


def test_importing_what_answers_does_not_load_what_is_used_later():
    loaded = loaded_by("from assistant import Answer, Assistant, query")
    assert "assistant.assistant" in loaded
    assert loaded.isdisjoint({*HEAVY, "httpx", "rich", "index.readers"})


def test_asking_does_not_load_llama_index(demo):
    asked = f"from assistant import query\nquery('Why did Gate 3 fail?', store={str(demo.store)!r})"
    loaded = loaded_by(asked)
    assert {"chromadb", "onnxruntime"} <= loaded
    assert loaded.isdisjoint({"llama_index", "openai", "gradio", "index.ingesting.ingest"})


def test_the_months_of_all_languages_are_loaded_by_the_first_date():
    code = """
import assistant.assistant, index.dates
from index.calendar_names import month_numbers
before = month_numbers.cache_info().currsize
index.dates.iso_date("2 mars 2023")
print(before, month_numbers.cache_info().currsize)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["0", "1"]


def test_every_public_name_is_there():
    import assistant

    for name in assistant.__all__:
        assert getattr(assistant, name).__name__ == name
    with pytest.raises(AttributeError, match="'nothing'"):
        _ = assistant.nothing


STATE = """
import codecs, csv, importlib, json, locale, logging, os, pkgutil, signal, socket, sys, threading
import warnings

def codec(name):
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None

def state():
    return {
        "codecs": [codec(n) for n in ("utf-8", "windows-950", "windows-31j", "x-mac", "nonsense")],
        "csv": [csv.field_size_limit(), csv.list_dialects()],
        # A library may say how its own warnings are to be treated.
        "warnings": [str(f) for f in warnings.filters if f[2].__module__ == "builtins"],
        "shown by": str(warnings.showwarning),
        "environment": dict(os.environ),
        "signals": [str(signal.getsignal(n)) for n in signal.valid_signals()],
        "logging": [
            str(logging.root), str(logging.root.handlers), logging.root.manager.disable,
            str(logging.lastResort), str(logging.getLoggerClass()),
        ],
        "loggers": {
            name: [str(log.handlers), log.level]
            for name, log in logging.root.manager.loggerDict.items()
            if isinstance(log, logging.Logger) and name.startswith(("assistant", "index"))
        },
        "hooks": [str(sys.excepthook), str(threading.excepthook), str(sys.unraisablehook)],
        "recursion": sys.getrecursionlimit(),
        "locale": locale.setlocale(locale.LC_ALL),
        "timeout": socket.getdefaulttimeout(),
        "path": sys.path[:],
        "folder": os.getcwd(),
    }
"""


def test_importing_every_module_leaves_the_process_as_it_was():
    code = """
import numpy  # which says how some warnings are to be treated
before = state()
import assistant, index
names = [
    module.name
    for package in (index, assistant)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if module.name != "index.sandbox.worker"  # a program, not imported
]
changed = {}
for name in names:
    importlib.import_module(name)
    for what, now in state().items():
        if what != "loggers" and now != before[what] and what not in changed:
            changed[what] = name
ours = {n: v for n, v in state()["loggers"].items() if v != ["[]", 0]}
print(json.dumps([len(names), changed, ours]))
"""
    ran = subprocess.run(
        [sys.executable, "-c", STATE + code],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"},
    )
    count, changed, ours = json.loads(ran.stdout)
    assert count > 150
    assert changed == {}
    assert ours == {}


def test_reading_files_leaves_the_process_as_it_was(tmp_path):
    wide = "x" * 400_000
    (tmp_path / "a.csv").write_text(f"gate,keeper\n{wide},Ida\n3,Ola\n")
    (tmp_path / "b.eml").write_bytes(
        b"From: a@b.example\nSubject: =?windows-950?B?"
        + base64.b64encode("閘門".encode("cp950"))
        + b'?=\nMIME-Version: 1.0\nContent-Type: text/plain; charset="windows-950"\n'
        + b"Content-Transfer-Encoding: 8bit\n\n"
        + "閘門二十一時開啟。".encode("cp950")
    )
    (tmp_path / "c.html").write_text("<html><title>Gate</title><p>It closed.</p></html>")
    code = f"""
from pathlib import Path
from index.readers import read
import index.readers.html, index.readers.mail, index.readers.csv
csv.field_size_limit(1000)
before = state()
logs = str(logging.getLogger("trafilatura").handlers)
texts = [read(path).text for path in sorted(Path({str(tmp_path)!r}).glob("*.*"))]
after = state()
print(json.dumps([
    [what for what in before if before[what] != after[what]],
    logs == str(logging.getLogger("trafilatura").handlers),
    [len(texts[0]), texts[1], texts[2]],
]))
"""
    ran = subprocess.run(
        [sys.executable, "-c", STATE + code], capture_output=True, text=True, check=True, timeout=60
    )
    changed, same, (length, mail, page) = json.loads(ran.stdout)
    assert changed == []
    assert same
    assert length > len(wide)
    assert "Subject: 閘門\n" in mail
    assert "閘門二十一時開啟。" in mail
    assert page == "It closed."
    assert ran.stderr == ""
