"""The usage examples in docstrings run as they stand, and what is public has one.

What an example names without making it is given here: `tmp_path`, an empty folder, which is the
working directory; `demo`, an assistant over the demo documents; and for the parts inside it
`store`, `vectors`, a question `asked`, its `passages`, and the `candidates` among their sentences.
For the parts of the store there are `report`, the one of its documents that has pages; a
`connection` to its catalog, whose changes are undone; `arriving`, a file made ready that it does
not hold; `new_store`, an empty one of the example's own; and `people`, those of such a one.
"""

import ast
import doctest
import importlib
import os
import re
import signal
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from assistant.asking.question import parse_question
from assistant.assistant import Assistant
from assistant.models.sentence_vectors import SentenceVectors
from assistant.models.span_reader import SpanReader
from assistant.people.people import People
from assistant.reading.sentence_ranking import SentenceScorer
from assistant.retrieving.retrieval import HybridRetriever, reread
from assistant.store_handle import StoreHandle
from index.document import Chunk, Document
from index.models.embeddings import MiniLM
from index.readers.pdf import ocr
from index.store.catalog import Location
from index.store.identity import Prepared
from index.store.store import Store

ROOT = Path(__file__).parents[1]
COMPLETE = (
    "assistant/api",
    "assistant/asking",
    "assistant/citing",
    "assistant/commands",
    "assistant/conversations",
    "assistant/endpoints",
    "assistant/evaluating",
    "assistant/judging",
    "assistant/language",
    "assistant/models",
    "assistant/people",
    "assistant/people_settings.py",
    "assistant/reading",
    "assistant/rechecking",
    "assistant/reporting",
    "assistant/retrieving",
    "assistant/table_qa",
    "assistant/verifying",
    "assistant/web",
    "assistant/web/rendering",
    "assistant/writing",
    "assistant/annotation.py",
    "assistant/answering.py",
    "assistant/embedded.py",
    "assistant/assistant.py",
    "assistant/cli.py",
    "assistant/doctor.py",
    "assistant/draft.py",
    "assistant/exportable.py",
    "assistant/language_models.py",
    "assistant/library.py",
    "assistant/links.py",
    "assistant/llamaindex.py",
    "assistant/plugins.py",
    "assistant/research.py",
    "assistant/settings.py",
    "assistant/store_handle.py",
    "assistant/telemetry.py",
    "assistant/templating.py",
    "assistant/threads.py",
    "index",
    "index/ingesting",
    "index/models",
    "index/pages",
    "index/readers",
    "index/readers/office",
    "index/readers/pdf",
    "index/sandbox",
    "index/store",
)
"""Folders in whose modules (not those of folders below) what is public has an example, and single
modules where it has."""

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
WITH_EXAMPLES = [
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for package in ("assistant", "index")
    for file in sorted((ROOT / package).rglob("*.py"))
    if ">>> " in file.read_text(encoding="utf-8")
]

GIVEN = re.compile(
    r"\b(?:demo|store|vectors|asked|passages|candidates|report|arriving|connection"
    r"|new_store)\b"
)

RECOGNISING = ("index.readers.pdf.ocr.recognised", "index.readers.pdf.ocr.read_image")
"""Examples that run only where tesseract is installed."""

pytestmark = pytest.mark.xdist_group("examples")  # one process, and so one store


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An environment without settings or keys; what a command makes of an interrupt is undone."""
    for name in os.environ:
        if name.startswith(("FOOTNOTE_", "OPENAI_")) and name != "FOOTNOTE_EMBEDDING":
            monkeypatch.delenv(name)
    interrupted = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, interrupted)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant over the demo documents, for reading only."""
    with Assistant(tmp_path_factory.mktemp("demo") / "store") as assistant:
        assistant.add(ROOT / "seeds")
        yield assistant


@pytest.fixture(scope="module")
def given(demo: Assistant) -> Iterator[dict[str, object]]:
    """What examples may name, of a question to the demo documents."""
    model, reader = MiniLM(), SpanReader()
    vectors = SentenceVectors(model)
    asked = parse_question("When were the sirens sounded?")
    with ExitStack() as opened:
        store = opened.enter_context(closing(StoreHandle(demo.store, model))).filled()
        found = HybridRetriever(model).retrieve(store, asked.searches, k=8)
        passages = reread(reader, asked.asking, found)
        candidates = SentenceScorer(vectors).candidates(asked, passages, {"siren": 2.0})
        connection = opened.enter_context(store.catalog.reading())
        yield {
            "demo": demo,
            "store": store,
            "vectors": vectors,
            "asked": asked,
            "passages": passages,
            "candidates": candidates,
            "report": next(one for one in store.documents() if one.pages),
            "arriving": _prepared("The ferry sank at noon.", model),
            "connection": connection,
        }


def _prepared(text: str, model: MiniLM) -> Prepared:
    """A document of one sentence, as it is when it has been read, chunked and embedded."""
    document = Document(text, "The ferry", "text/plain")
    place = Location("/news/ferry.txt", "", document.version, len(text), 0)
    chunks = [Chunk(0, len(text))]
    return Prepared(place, document, chunks, ["The ferry"], model.embed_passages([text]))


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_of_a_module_show_what_comes_back(
    name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    told: list[str] = []
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    for test in doctest.DocTestFinder().find(importlib.import_module(name)):
        if test.name in RECOGNISING and not ocr.available():
            continue
        test.globs["tmp_path"] = folder = tmp_path / test.name
        folder.mkdir()
        monkeypatch.chdir(folder)
        with ExitStack() as afterwards:
            if any(GIVEN.search(example.source) for example in test.examples):
                given = request.getfixturevalue("given")
                # A module's own names come first.
                test.globs |= {n: one for n, one in given.items() if n not in test.globs}
                afterwards.callback(test.globs["connection"].rollback)
            if "new_store" in test.docstring:
                new = Store(folder / "store", MiniLM(), create=True)
                test.globs["new_store"] = afterwards.enter_context(closing(new))
            if any(re.search(r"\bpeople[.,)]", one.source) for one in test.examples):
                test.globs.setdefault("people", afterwards.enter_context(People(folder / "p")))
            runner.run(test, out=told.append)
    assert not told, "".join(told)
    assert runner.tries


@pytest.mark.parametrize("place", COMPLETE)
def test_what_is_public_has_an_example(place: str):
    files = sorted((ROOT / place).glob("*.py")) or [ROOT / place]
    lacking = [
        f"{file.name}: {node.name}"
        for file in files
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and ">>> " not in (ast.get_docstring(node) or "")
    ]
    assert not lacking
