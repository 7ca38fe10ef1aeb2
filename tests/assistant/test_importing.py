"""What importing costs: heavy parts are loaded when they are first used."""

import subprocess
import sys

import pytest

HEAVY = ("chromadb", "onnxruntime", "llama_index", "openai", "gradio", "typer", "index.ingest")


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
    assert loaded.isdisjoint({"llama_index", "openai", "gradio", "index.ingest"})


def test_every_public_name_is_there():
    import assistant

    for name in assistant.__all__:
        assert getattr(assistant, name).__name__ == name
    with pytest.raises(AttributeError, match="'nothing'"):
        _ = assistant.nothing
