"""`footnote doctor` says what is configured, what answers, and what is wrong."""

import json
import shutil

import pytest
from chat_server import KEY, ChatServer, hangs, refuses, serving, writes, writes_json


@pytest.fixture
def chat(monkeypatch):
    with serving() as server:
        monkeypatch.setenv("FOOTNOTE_WRITER", "openai:quill-1")
        monkeypatch.setenv("FOOTNOTE_WRITER_BASE", server.address)
        monkeypatch.setenv("FOOTNOTE_WRITER_KEY", KEY)
        yield server


@pytest.mark.usefixtures("store")
def test_all_is_well_without_any_setting(footnote, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    run = footnote("doctor")
    assert run.status == 0
    assert "7 documents" in run.out
    assert "nothing leaves this machine" in run.out
    assert "OPENAI_API_KEY is set, and not used" in run.out
    assert "WRONG" not in run.out
    assert KEY not in run.out + run.err


def test_a_store_that_is_not_there_is_not_made(footnote, surroundings):
    run = footnote("doctor")
    assert run.status == 0
    assert "footnote add" in run.out
    assert not (surroundings / ".footnote").exists()


@pytest.mark.parametrize("kind", ["chroma", "lexical"])
def test_a_store_without_one_of_its_indexes_is_wrong_and_says_what_mends_it(
    footnote, demo, tmp_path, monkeypatch, kind: str
):
    own = shutil.copytree(demo.store, tmp_path / "own")
    monkeypatch.setenv("FOOTNOTE_STORE", str(own))
    assert footnote("repair").status == 0
    shutil.rmtree(own / f"{kind}-2")
    run = footnote("doctor")
    assert run.status == 4
    (line,) = [line for line in run.out.splitlines() if line.startswith("WRONG")]
    assert f"{kind}-2" in line
    assert "'footnote repair'" in line
    assert footnote("repair").status == 0
    assert footnote("doctor").status == 0


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (writes("The mill stands."), ["plain text", "counts tokens"]),
        (writes_json(("It stands.", [])), ["JSON by a schema", "counts tokens"]),
        (writes("The mill stands.", usage=None), ["counts no tokens"]),
    ],
    ids=["text", "JSON", "no counts"],
)
def test_a_writer_that_answers_is_told_with_what_it_can(chat: ChatServer, footnote, reply, told):
    chat.answers(reply)
    run = footnote("doctor")
    assert run.status == 0
    assert all(words in run.out for words in [*told, "quill-1", chat.address, "with a key"])
    assert len(chat.requests) == 1
    assert KEY not in run.out + run.err


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("does", "told"),
    [
        (refuses(401), "refuses the key"),
        (refuses(404), "knows no model"),
        (hangs, "FOOTNOTE_WRITER_SECONDS"),
        (writes(), "wrote nothing"),
    ],
    ids=["key", "model", "silence", "nothing"],
)
def test_a_writer_that_fails_is_wrong_in_plain_words(
    chat: ChatServer, footnote, monkeypatch, does, told: str
):
    chat.answers(does)
    if does is hangs:
        monkeypatch.setenv("FOOTNOTE_WRITER_SECONDS", "1")
    run = footnote("doctor", "--json")
    assert run.status == 4
    (writer,) = [one for one in json.loads(run.out) if one["what"] == "writer"]
    assert not writer["well"]
    assert told in writer["says"]
    assert KEY not in run.out + run.err


@pytest.mark.usefixtures("store")
def test_a_writer_that_cannot_be_loaded_is_wrong(footnote, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_WRITER", "no.such_module:Model")
    run = footnote("doctor")
    assert run.status == 4
    assert "no.such_module" in run.out


def test_an_embedding_that_does_not_answer_is_wrong(footnote, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_EMBEDDING", "openai:text-embedding-3-small")
    options = {"api_base": "http://127.0.0.1:9/v1", "api_key": KEY, "max_retries": 0}
    monkeypatch.setenv("FOOTNOTE_EMBEDDING_OPTIONS", json.dumps(options))
    run = footnote("doctor")
    assert run.status == 4
    assert "did not answer" in run.out
    assert KEY not in run.out + run.err


@pytest.mark.usefixtures("store")
def test_the_engine_is_chosen_for_one_question(chat: ChatServer, footnote):
    rain = "61 millimetres of rain fell on the valley of the Brael in nine hours."
    chat.answers(writes(f"{rain} [1]", usage=(1_000, 20)))
    question = "How much rain fell on the valley of the Brael?"
    assert not footnote("ask", question, "--engine", "reader").err
    assert not chat.requests
    run = footnote("ask", question, "--engine", "writer")
    assert run.out.startswith(f"{rain}[1]")
    assert "writer:quill-1" in run.out
    assert "1,000 tokens read, 20 written" in run.out


@pytest.mark.usefixtures("store")
def test_asking_a_writer_that_is_not_there_is_one_line(footnote):
    run = footnote("ask", "Why did Gate 3 fail?", "--engine", "writer")
    assert run.status == 1
    assert run.err.count("\n") == 1
    assert "FOOTNOTE_WRITER" in run.err


@pytest.mark.usefixtures("store")
def test_many_answers_tell_what_they_took_together(chat: ChatServer, footnote, tmp_path):
    questions = tmp_path / "questions.txt"
    questions.write_text("How much rain fell?\nHow much rain fell in the valley of the Brael?\n")
    chat.answers(writes("NO ANSWER", usage=(1_000, 5)))
    run = footnote("ask", "--file", questions)
    assert "2,000 tokens read, 10 written" in run.err
