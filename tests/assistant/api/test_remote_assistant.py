"""`Assistant(url=…)`: what a server answers is what the assistant of its store answers."""

import asyncio
import inspect
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from http_server import server

from assistant.api.client import OnlyBesideTheStore, RemoteAssistant
from assistant.api.connection import NoServer
from assistant.assistant import Assistant
from index.errors import DocumentError, QuestionError, SettingsError, UnknownDocument

pytestmark = pytest.mark.xdist_group("http")

EVACUATED = "How many people were evacuated?"
HISTORY = [("user", "Why did Gate 3 fail?"), ("assistant", "Its bearing had run dry.")]

LOCAL = {"close", "examined", "inspect", "model_servers", "person", "settings"}
"""What works on this side as it is."""


@pytest.fixture(scope="module")
def own(demo: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("remote") / "store"
    shutil.copytree(demo.store, folder)
    with Assistant(folder) as assistant:
        yield assistant


@pytest.fixture(scope="module")
def address(own: Assistant) -> Iterator[str]:
    with server(own.store) as address:
        yield address


@pytest.fixture
def remote(address: str) -> Iterator[Assistant]:
    with Assistant(url=address) as remote:
        yield remote


def public(kind: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(kind) if not name.startswith("_")}


def test_all_that_an_assistant_can_do_its_client_does_or_refuses_in_a_line(remote):
    assert public(Assistant) <= public(RemoteAssistant)
    # What is not made for HTTP is what works by way of that which is.
    inherited = {
        name
        for name in public(Assistant) - LOCAL
        if getattr(RemoteAssistant, name) is getattr(Assistant, name)
    }
    assert inherited == {
        "acite",
        "aquery",
        "as_query_engine",
        "as_retriever",
        "asearch",
        "astream",
        "batch",
        "compare",
        "further",
        "query",
        "report",
        "timeline",
    }
    for refused in (
        remote.check,
        remote.repair,
        remote.missing_indexes,
        remote.other_base,
        lambda: remote.watch("."),
        lambda: remote.original("d1"),
        lambda: remote.documents_at("a.txt"),
        lambda: remote.embeds("word"),
        lambda: remote.plan_research(None),
        lambda: remote.try_model(None, "Why?"),
        lambda: remote.connect(None),
        lambda: remote.disconnect(),
        lambda: remote.use(None),
        lambda: remote.changes("d1"),
        lambda: remote.store,
        lambda: remote.conversations,
        lambda: remote.matrices,
        lambda: remote.people,
        lambda: remote.who,
        lambda: remote.note("asked"),
    ):
        with pytest.raises(OnlyBesideTheStore, match="server's machine alone"):
            refused()


def test_answers_passages_and_documents_are_the_same(remote, own):
    asked = {"documents": None, "history": HISTORY}
    there, here = remote.query(EVACUATED, **asked), own.query(EVACUATED, **asked)
    moments = {"created": here.created, "timings": here.timings}
    assert there.model_copy(update=moments) == here
    assert remote.search(EVACUATED, k=4, history=HISTORY) == own.search(
        EVACUATED, k=4, history=HISTORY
    )
    assert remote.documents() == own.documents()
    assert remote.left_out() == own.left_out()
    assert remote.suggestions() == own.suggestions()
    assert remote.states(own.documents()[:2]) == own.states(own.documents()[:2])
    cited = next(one for one in here.citations if one.page)
    assert remote.document(cited.document_id) == own.document(cited.document_id)
    assert remote.cited(cited.id) == own.cited(cited.id)
    assert remote.rectangles(cited) == own.rectangles(cited)
    there = (cited.document_id, cited.page or 1, cited.version)
    assert remote.page_lines(*there) == own.page_lines(*there)
    assert remote.page_image(cited.document_id, cited.page) == own.page_image(
        cited.document_id, cited.page
    )
    assert (remote.engine, remote.judge) == (own.engine, own.judge)


def test_asking_in_steps_in_numbers_and_without_waiting(remote, own):
    there = [event.type for event in remote.stream(EVACUATED)]
    assert there == [event.type for event in own.stream(EVACUATED)]
    answer = asyncio.run(remote.aquery(EVACUATED))
    assert answer.text == own.query(EVACUATED).text
    report = remote.report([EVACUATED, "Why did Gate 3 fail?"], title="The night")
    assert (report.title, len(report.answers)) == ("The night", 2)
    assert remote.as_retriever(k=2).retrieve(EVACUATED)


def test_files_are_sent_replaced_cited_verified_and_removed(remote, tmp_path):
    folder = tmp_path / "papers"
    (folder / "more").mkdir(parents=True)
    (folder / "light.txt").write_text("The Ostrel light was built in 1904.")
    (folder / "more" / "boat.txt").write_text("The boat was sold in 1911.")
    told: list[str] = []
    report = remote.add(folder, progress=lambda done: told.append(done.path))
    assert sorted(Path(one.path).name for one in report.added) == ["boat.txt", "light.txt"]
    assert sorted(told) == ["boat.txt", "light.txt"]
    (light,) = [one.document_id for one in report.added if one.path == "light.txt"]
    (tmp_path / "draft.md").write_text("The Ostrel light was built in 1904.")
    answer = remote.cite(tmp_path / "draft.md", documents=[light])
    assert answer.sentences[0].supported
    (tmp_path / "report.md").write_text(answer.to_markdown())
    assert remote.verify(tmp_path / "report.md").clean
    (tmp_path / "light.txt").write_text("The Ostrel light was built in 1905.")
    assert remote.replace(light, tmp_path / "light.txt").updated[0].document_id == light
    assert not remote.verify(tmp_path / "report.md").clean
    corrected = remote.correct(light, {"date": "1904", "status": "archived"})
    assert (corrected.date, corrected.status) == ("1904", "archived")
    assert corrected in remote.documents()
    assert remote.correct(light, {"status": None, "date": None}).corrected == ()
    with pytest.raises(DocumentError, match="no date"):
        remote.correct(light, {"date": "soon"})
    assert remote.remove(light, purge=True) == []
    with pytest.raises(UnknownDocument):
        remote.document(light)


def test_errors_are_those_of_the_family(remote, tmp_path):
    with pytest.raises(QuestionError, match="empty"):
        remote.query(" ")
    with pytest.raises(UnknownDocument):
        remote.query(EVACUATED, documents=["none"])
    with pytest.raises(SettingsError):
        remote.query(EVACUATED, engine="writer")
    with pytest.raises(DocumentError):
        remote.add(tmp_path / "none.txt")


def test_a_server_that_is_none_is_told_in_a_line(address):
    with Assistant(url="http://127.0.0.1:9") as nobody, pytest.raises(NoServer, match="serve"):
        nobody.documents()
    with Assistant(url=f"{address}/elsewhere") as other, pytest.raises(NoServer):
        other.documents()
    with pytest.raises(SettingsError):
        Assistant("store", url=address)
    with pytest.raises(SettingsError):
        Assistant(token="footnote_x")
    assert httpx.get(f"{address}/healthz").status_code == 200
