"""`footnote doctor` says what is configured, what answers, and what is wrong."""

import json
import shutil

import pytest
from chat_server import KEY, ChatServer, hangs, refuses, serving, tells, writes, writes_json
from scripted_models import judging, no, nonsense, read, yes

from assistant.judging.trust import FILE


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
    assert "Only quotations are marked as supported." in run.out
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


def judge(run) -> dict[str, object]:
    """What the doctor says of the judge."""
    (found,) = [one for one in json.loads(run.out) if one["what"] == "judge"]
    return found


def test_the_judge_is_sent_nothing_but_what_is_asked_for(chat: ChatServer, footnote, store):
    models = judging(chat)
    run = footnote("doctor", "--json")
    assert run.status == 0
    assert [one.name for one in models.asked] == ["footnote_plan"]  # the writer's short request
    assert judge(run)["well"]
    assert "footnote doctor --judge" in str(judge(run)["says"])
    assert not (store / FILE).exists()


def test_the_judge_sits_its_examination_and_its_figures_are_told(chat: ChatServer, footnote, store):
    models = judging(chat)
    run = footnote("doctor", "--judge", "--json")
    assert run.status == 0
    examination = [one for one in models.asked if one.name == "footnote_verdicts"]
    assert sum(len(one.claims) for one in examination) == 132
    said = str(judge(run)["says"])
    assert "the writer's model, openai:quill-1: trusted: in its examination of 20" in said
    assert "let 0 of 66 wrong sentences pass and confirmed 66 of 66 right ones" in said
    assert "at most 4.4% of wrong ones, at 95 %" in said
    # It is kept: told again without a request, and by another process.
    assert (store / FILE).exists()
    assert judge(footnote("doctor", "--json"))["says"] == said
    asked = len(models.asked)
    again = footnote("doctor", "--judge", "--json")
    assert len(models.asked) == asked + 6 + 1
    assert judge(again)["well"]


@pytest.mark.usefixtures("store")
def test_a_judge_of_its_own_is_named_with_its_place_and_never_its_key(
    chat: ChatServer, footnote, monkeypatch
):
    chat.answers(tells("{}", (1, 1)))
    with serving() as other:
        models = judging(other)
        monkeypatch.setenv("FOOTNOTE_JUDGE", "openai:assay-1")
        monkeypatch.setenv("FOOTNOTE_JUDGE_BASE", other.address)
        monkeypatch.setenv("FOOTNOTE_JUDGE_KEY", f"{KEY}-too")
        run = footnote("doctor", "--judge", "--json")
    said = str(judge(run)["says"])
    assert f"openai:assay-1 at {other.address}, with a key: trusted" in said
    assert len(models.asked) == 6
    assert {one["authorization"] for one in other.headers} == {f"Bearer {KEY}-too"}
    assert [read(asked).name for asked in chat.requests] == ["footnote_plan"]
    assert KEY not in run.out + run.err


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("how", "told"),
    [
        (yes, ["not trusted", "let 66 of 66 wrong", "at most 100.0%", "Only quotations"]),
        (nonsense, ["its reply is not what was asked for"]),
    ],
    ids=["yes", "nonsense"],
)
def test_a_judge_that_fails_is_wrong_in_plain_words(chat: ChatServer, footnote, how, told):
    judging(chat, how)
    run = footnote("doctor", "--judge", "--json")
    assert run.status == 4
    assert not judge(run)["well"]
    assert all(words in str(judge(run)["says"]) for words in told)


@pytest.mark.usefixtures("store")
def test_a_judge_that_confirms_nothing_does_no_harm_and_its_figures_say_so(
    chat: ChatServer, footnote
):
    judging(chat, no)
    run = footnote("doctor", "--judge", "--json")
    assert judge(run)["well"]
    assert "confirmed 0 of 66 right ones" in str(judge(run)["says"])


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
    rain = (
        "On Thursday 13 November 2025, 61 millimetres of rain fell on the valley of the Brael in "
        "nine hours."
    )
    judging(chat, plan="{}")
    chat.answers(writes(f"{rain} [1]", usage=(1_000, 20)))
    question = "How much rain fell on the valley of the Brael?"
    assert not footnote("ask", question, "--engine", "reader").err
    assert not chat.requests + chat.asides
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
    judging(chat, plan="{}")
    chat.answers(writes("NO ANSWER", usage=(1_000, 5)))
    run = footnote("ask", "--file", questions)
    assert "2,000 tokens read, 10 written" in run.err
