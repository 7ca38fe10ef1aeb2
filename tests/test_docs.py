"""The examples in docs/ run as they stand and print what the page shows."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from chat_server import serving, tells

from assistant.asking.plan import parse_plan
from assistant.endpoints.endpoint import endpoint
from assistant.endpoints.prompts import load_prompts
from assistant.endpoints.wire import (
    ANSWER,
    PLAN,
    RESEARCH,
    REWRITE,
    VERDICTS,
    listed_claims,
    numbered,
)
from assistant.judging.examination import Marks
from assistant.judging.trust import Standing
from assistant.judging.verdicts import parse_verdicts
from assistant.retrieving.fusion import Scores
from assistant.retrieving.retrieval import Retrieved
from assistant.settings import Settings
from assistant.writing.writer import Composition, Writer
from index.store.catalog import DocumentInfo, StoredChunk
from index.tables.columns import Column
from index.tables.query import Condition, TableQuery
from index.tables.sql import read_select

ROOT = Path(__file__).parents[1]
SERVED = {"connecting"}
"""Pages whose examples need a server; tests/assistant/api runs them."""
PAGES = [
    one
    for one in sorted((ROOT / "docs").glob("*.md"))
    if "```python" in one.read_text() and one.stem not in SERVED
]
EXAMPLE = re.compile(
    r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.DOTALL | re.MULTILINE
)


WRITER = (ROOT / "docs" / "writer.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def unconfigured(monkeypatch):
    for name in os.environ:
        if name.startswith(("FOOTNOTE_", "OPENAI_")) and name != "FOOTNOTE_EMBEDDING":
            monkeypatch.delenv(name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_of_a_page_print_what_it_shows(page: Path, tmp_path, monkeypatch):
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


# The page about models --------------------------------------------------------------------------


def block(mark: str) -> str:
    found = re.search(rf"<!-- {mark} -->\n```\w*\n(.*?)\n```", WRITER, re.DOTALL)
    assert found is not None, mark
    return found[1]


def passage(number: int, title: str, date: str, heading: Sequence[str], text: str) -> Retrieved:
    info = DocumentInfo(
        str(number), "1", title, None, date, None, None, "text/plain", 0, len(text),
        datetime.now(UTC),
    )  # fmt: skip
    chunk = StoredChunk(number, 0, len(text), text, (), tuple(heading), info)
    return Retrieved(chunk, Scores(0.0, 0.0, 0.0, 0.0), 0.0)


LOG = "At 02:30 the sluice was closed. High tide came at 03:10 and stood at 4.8 m."
NOTICE = "The sluice is closed whenever 4.5 m or more is forecast."
TIDE = [
    passage(1, "Tide log of Brackhaven", "2025-11-14", ["Night watch"], LOG),
    passage(2, "Notice of the harbour office", "2025-10-01", [], NOTICE),
]
SHUT = "The sluice was shut at 02:30, 40 minutes before high tide."
STORM = "A storm was the reason."


def test_the_requests_of_a_writer_are_those_of_the_page_and_their_replies_are_understood():
    replies = [block(f"reply {kind.name}") for kind in (PLAN, ANSWER, REWRITE)]
    history = [
        ("user", "How high was the tide on 14 November?"),
        ("assistant", "High tide stood at 4.8 m.[1]"),
    ]
    composition = Composition()
    with serving() as server:
        server.answers(*(tells(reply, (1, 1)) for reply in replies))
        settings = Settings(writer="openai:tide", writer_base=server.address)
        writer = Writer(endpoint(settings), load_prompts(), settings)
        plan = writer.plan("And why was the sluice closed?", history, composition)
        assert plan == parse_plan(replies[0], 4_000)
        assert plan.parts == ("When is the sluice closed?",)
        wrote = [*writer.compose("", plan, TIDE, history, composition)]
        assert [one.text for one in wrote] == [SHUT, STORM]
        assert (wrote[0].passages, wrote[0].claims) == ((1,), (SHUT,))
        reason = "no storm is mentioned"
        mended = writer.rewrite(plan.question, [(STORM, reason)], composition)
        assert mended[0].judged_by == (NOTICE,)
        writer.close()
    asked = [request["messages"][-1]["content"] for request in server.requests]
    assert asked == [block(f"request {kind.name}") for kind in (PLAN, ANSWER, REWRITE)]
    assert composition.fault == ""


def test_the_sql_on_the_page_is_understood():
    columns = Column("Gauge", "text"), Column("Read", "date"), Column("Level (m)", "number", "m")
    sql = json.loads(block("reply footnote_query"))["sql"]
    query = TableQuery("average", 2, (Condition(0, "=", "East"),))
    assert read_select(sql, {"gauges": columns}) == ("gauges", query, False)


def test_the_verdicts_on_the_page_are_understood_and_quote_the_passages():
    claims = [STORM, SHUT]
    request = f"{numbered([one.shown for one in TIDE])}\n\n{listed_claims(claims)}"
    assert request == block(f"request {VERDICTS.name}")
    first, second = parse_verdicts(block(f"reply {VERDICTS.name}"), [LOG, NOTICE], len(claims))
    assert (first.verdict, first.missing) == ("not_verified", "no storm is mentioned")
    ((index, span),) = second.places
    assert (second.verdict, index, span) == ("supported", 0, (0, LOG.index(" and stood")))


@pytest.mark.parametrize("kind", [PLAN, ANSWER, REWRITE, VERDICTS, RESEARCH])
def test_the_replies_on_the_page_keep_to_the_schemas(kind):
    jsonschema.validate(json.loads(block(f"reply {kind.name}")), kind.schema)


def test_what_the_page_says_of_a_judge_is_how_doctor_tells_it():
    known = Standing(examined="2026-11-26", marks=Marks(66, 0, 66, 61), wrong=120)
    assert known.is_trusted(0.05)
    assert block("standing").endswith(f"trusted: {known}")


def test_every_setting_is_told_with_its_default():
    rows = re.findall(r"^\| (`FOOTNOTE_[^|]*) \| ([^|]*) \|", README + WRITER, re.MULTILINE)
    told = set()
    for names, default in rows:
        settings = re.findall(r"`FOOTNOTE_(\w+)`", names)
        told |= {name.lower() for name in settings}
        shown_defaults = re.findall(r"`([^`]*)`", default)
        if len(shown_defaults) == 1:
            shown_defaults *= len(settings)
        for name, value in zip(settings, shown_defaults, strict=bool(shown_defaults)):
            field = Settings.model_fields[name.lower()]
            assert value.lower() == str(field.get_default(call_default_factory=True)).lower(), name
    assert told == set(Settings.model_fields)
