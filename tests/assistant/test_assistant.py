import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest

from assistant.answer import Answer, AnswerReady, Progress, SentenceReady
from assistant.answering import NEAREST, Answering
from assistant.assistant import Assistant
from assistant.conversations.conversations import Conversations
from assistant.draft import ProposedAnswer
from assistant.messages import NOT_FOUND
from assistant.reading.reader import ExtractiveReader
from assistant.settings import Settings
from assistant.threads import Threads
from index.errors import EmptyStore, QuestionError, SettingsError, StoreError, UnknownDocument
from index.pages.images import PageImages
from index.store.catalog import Catalog
from index.store.indexes import Indexes
from index.store.store import Store

QUESTIONS = (
    "How many people were evacuated?",
    "Why did Gate 3 fail?",
    "Was it a controlled release?",
    "What is in my documents?",
    "Summarise the correction notice",
    "Who won the football match?",
)

FERRY = "The ferry Marigold carried 4,212 passengers in its first week. It left at 08:15.\n"
MILL = "The mill at Upper Fennel ground 90 sacks of flour a day until 1931.\n"


@pytest.fixture
def ferry(tmp_path: Path) -> Path:
    path = tmp_path / "ferry.txt"
    path.write_text(FERRY)
    return path


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    path = tmp_path / "mill.txt"
    path.write_text(MILL)
    return path


def told(answer: Answer) -> dict[str, object]:
    return answer.model_dump(exclude={"created", "timings"})


# Where it is printed --------------------------------------------------------------------------


def test_a_footnotes_rectangles_hold_its_words_on_the_picture_of_its_page(
    demo: Assistant, seeds: Path
):
    citation = next(c for c in demo.query(QUESTIONS[0]).citations if c.page is not None)
    image = demo.page_image(citation.document_id, citation.page or 0, citation.version)
    with pdfium.PdfDocument(seeds / "inspectors-report.pdf") as file:
        page = file[(citation.page or 0) - 1]
        height = page.get_height()
        assert image.width == pytest.approx(page.get_width() * image.scale, abs=1)
        found = [
            page.get_textpage().get_text_bounded(r.left, height - r.bottom, r.right, height - r.top)
            for r in demo.rectangles(citation)
        ]
    assert " ".join(" ".join(found).split()) == " ".join(citation.quote.split())


def test_a_page_of_a_store_that_is_not_there_is_of_an_unknown_document(assistant: Assistant):
    with pytest.raises(UnknownDocument):
        assistant.page_image("d", 1)


# Nothing there yet ---------------------------------------------------------------------------


def test_an_empty_store_says_how_to_add_documents(assistant: Assistant):
    for ask in (assistant.query, assistant.search):
        with pytest.raises(EmptyStore, match="footnote add PATH") as raised:
            ask("Who?")
        assert "\n" not in str(raised.value)


def test_asking_does_not_make_a_store(assistant: Assistant):
    with pytest.raises(EmptyStore):
        assistant.query("Who?")
    assert assistant.documents() == []
    assert not assistant.store.exists()


def test_a_greeting_is_answered_without_any_document(assistant: Assistant):
    answer = assistant.query("hello")
    assert answer.kind == "greeting"
    assert answer.message
    assert answer.citations == answer.sentences == answer.nearest == ()


def test_a_document_of_an_empty_store_is_unknown(assistant: Assistant):
    with pytest.raises(UnknownDocument):
        assistant.document("nothing")


def test_a_store_emptied_again_is_an_empty_store(assistant: Assistant, ferry: Path):
    (done,) = assistant.add(ferry).added
    assistant.remove(done.document_id or "")
    with pytest.raises(EmptyStore):
        assistant.query("How many passengers?")


def test_a_folder_with_other_files_is_never_made_a_store(tmp_path: Path, ferry: Path):
    for place in (tmp_path, ferry):
        with pytest.raises(StoreError, match=r"There is no store in .*other files") as raised:
            Assistant(place)
        assert "\n" not in str(raised.value)
    assert ferry.read_text() == FERRY
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [ferry.name]


def test_a_store_that_another_process_makes_is_found(assistant: Assistant, ferry: Path):
    with pytest.raises(EmptyStore):
        assistant.query("How many passengers?")
    command = [Path(sys.executable).with_name("footnote"), "add", ferry, "--store", assistant.store]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert "4,212 passengers" in assistant.query("How many passengers did the ferry carry?").text


@pytest.fixture
def removed_while_read(assistant: Assistant, ferry: Path, monkeypatch) -> Assistant:
    """Its only document goes between reading and citing."""
    (done,) = assistant.add(ferry).added
    read = ExtractiveReader.read

    def remove(*arguments: Any) -> ProposedAnswer:
        reading = read(*arguments)
        assistant.remove(done.document_id or "")
        return reading

    monkeypatch.setattr(ExtractiveReader, "read", remove)
    return assistant


def test_a_document_removed_while_it_is_read_is_never_quoted(removed_while_read: Assistant):
    answer = removed_while_read.query("How many passengers did the ferry carry?")
    assert (answer.abstained, answer.sentences, answer.citations) == (True, (), ())
    assert answer.message == NOT_FOUND
    (dropped,) = answer.dropped
    assert "4,212" in dropped.text
    assert dropped.unsupported == ((0, len(dropped.text)),)


# Answers -------------------------------------------------------------------------------------


def test_an_answer_says_what_was_asked_and_who_answers(demo: Assistant):
    answer = demo.query("  Why did\nGate 3   fail? ")
    assert answer.question == "Why did Gate 3 fail?"
    assert answer.engine == demo.engine == "reader"
    assert set(answer.timings) == {"search", "read", "verify"}
    assert all(seconds >= 0 for seconds in answer.timings.values())
    assert answer.created.utcoffset() is not None


def test_not_knowing_is_an_answer_with_the_nearest_passages(demo: Assistant):
    answer = demo.query("Who won the football match?")
    assert answer.abstained
    assert answer.message
    assert answer.sentences == answer.citations == ()
    assert len(answer.nearest) == NEAREST
    assert list(answer.nearest) == demo.search("Who won the football match?", k=NEAREST)
    assert answer.confidence < 0.5


def test_an_answer_that_was_found_needs_no_nearest_passages(demo: Assistant):
    answer = demo.query("Why did Gate 3 fail?")
    assert answer.nearest == ()
    assert answer.confidence > 0.5


def test_the_same_question_has_the_same_answer(demo: Assistant):
    for question in QUESTIONS:
        assert told(demo.query(question)) == told(demo.query(question))


@pytest.mark.parametrize("question", [*QUESTIONS, "hello"])
def test_a_stream_ends_with_the_answer_that_query_gives(demo: Assistant, question: str):
    *before, last = demo.stream(question)
    assert isinstance(last, AnswerReady)
    assert told(last.answer) == told(demo.query(question))
    ready = [event for event in before if isinstance(event, SentenceReady)]
    assert tuple(event.sentence for event in ready) == last.answer.sentences
    assert tuple(c for event in ready for c in event.citations) == last.answer.citations


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_stream_tells_of_each_stage_before_the_first_sentence(demo: Assistant, question: str):
    events = list(demo.stream(question))
    stages = [event.stage for event in events if isinstance(event, Progress)]
    assert stages == ["searching", "reading", "verifying"]
    assert all(isinstance(event, Progress) for event in events[:3])


def test_a_sentence_of_a_stream_brings_the_footnotes_it_needs(demo: Assistant):
    known: set[int] = set()
    for event in demo.stream("Was it a controlled release?"):
        if isinstance(event, SentenceReady):
            known |= {citation.number for citation in event.citations}
            assert set(event.sentence.citations) <= known
    assert known


def test_a_stream_that_is_left_early_leaves_nothing_behind(demo: Assistant):
    stream = demo.stream("Why did Gate 3 fail?")
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert "run dry" in demo.query("Why did Gate 3 fail?").text


@pytest.mark.parametrize("question", ["", " \n", "?!"])
def test_an_empty_question_is_refused(demo: Assistant, question: str):
    for ask in (demo.query, demo.search):
        with pytest.raises(QuestionError):
            ask(question)


def test_a_question_that_is_too_long_is_refused(demo: Assistant):
    with pytest.raises(QuestionError, match="4,000"):
        demo.query("why " * 25_000)


def test_a_follow_up_is_answered_about_what_was_asked_before(demo: Assistant):
    history = [
        ("user", "When did the passenger ferry Good Intent strike the Bell Bridge?"),
        ("assistant", "At 22:41.[1]"),
    ]
    answer = demo.query("Who was hurt when it did?", history=history)
    assert "deckhand" in answer.text
    assert answer.question == "Who was hurt when it did?"


def test_what_was_said_before_does_not_bend_a_question_that_stands_alone(demo: Assistant):
    history = [("user", "Who owns the bakery?"), ("assistant", "Junia Sablewick.[1]")]
    question = "How did the council vote on the relief fund?"
    with_it, alone = demo.query(question, history=history), demo.query(question)
    assert with_it.sentences == alone.sentences
    assert [c.id for c in with_it.citations] == [c.id for c in alone.citations]


def test_threads_that_ask_at_once_get_the_answers_they_would_get_alone(demo: Assistant):
    alone = {question: told(demo.query(question)) for question in QUESTIONS}
    with ThreadPoolExecutor(8) as pool:
        for question, answer in zip(
            QUESTIONS * 4, pool.map(demo.query, QUESTIONS * 4), strict=True
        ):
            assert told(answer) == alone[question]


def test_a_first_question_from_many_threads_at_once_is_answered_in_each(demo: Assistant):
    with Assistant(demo.store) as fresh, ThreadPoolExecutor(8) as pool:
        texts = set(pool.map(lambda _: fresh.query("Why did Gate 3 fail?").text, range(8)))
    assert texts == {demo.query("Why did Gate 3 fail?").text}


def test_a_sentence_that_only_says_she_is_given_the_speaker_with_a_footnote_of_its_own(
    assistant: Assistant, tmp_path: Path
):
    (tmp_path / "dam.txt").write_text(
        "Ms Ansley said that the mill had closed for ever. She said the dam held. The road to the "
        "mill lay under snow until the last week of March, when the first carts came through again "
        "with seed, timber and oil for the farms of the upper valley, and with letters for its two "
        "inns, which had been shut since the autumn fair."
    )
    assistant.add(tmp_path / "dam.txt")
    answer = assistant.query("What did Ms Ansley say about the dam?")
    (sentence,) = (one for one in answer.sentences if "dam held" in one.text)
    assert sentence.text == "[Ms Ansley:] She said the dam held."
    assert sentence.added == ((0, len("[Ms Ansley:]")),)
    assert [answer.citation(number).quote for number in sentence.citations] == [
        "She said the dam held.",
        "Ms Ansley",
    ]


# Search --------------------------------------------------------------------------------------


def test_a_search_gives_as_many_passages_as_asked_best_first(demo: Assistant):
    passages = demo.search("evacuation of the Old Harbour", k=5)
    assert len(passages) == 5
    scores = [passage.score for passage in passages]
    assert scores == sorted(scores, reverse=True)
    assert demo.search("evacuation of the Old Harbour", k=3) == passages[:3]


def test_a_passage_is_found_once(demo: Assistant):
    places = [(p.document_id, p.start) for p in demo.search("gate", k=50)]
    assert len(places) == len(set(places))


# Only some documents -------------------------------------------------------------------------


def one(assistant: Assistant, name: str) -> str:
    (id_,) = (info.id for info in assistant.documents() if name in (info.path or ""))
    return id_


def test_a_question_can_be_asked_of_some_documents_only(demo: Assistant):
    statement, report = one(demo, "operator-statement"), one(demo, "inspectors-report")
    question = "How many people were evacuated?"
    for only in ([statement], [report], [statement, report]):
        answer = demo.query(question, documents=only)
        assert {citation.document_id for citation in answer.citations} <= set(only)
        assert {passage.document_id for passage in demo.search(question, documents=only)} <= set(
            only
        )
    assert "410" not in demo.query(question, documents=[statement]).text
    assert "340" in demo.query(question, documents=[statement]).text


def test_an_overview_can_be_of_some_documents_only(demo: Assistant):
    statement = one(demo, "operator-statement")
    answer = demo.query("What is in my documents?", documents=[statement])
    assert answer.message.startswith("1 document,")
    assert {citation.document_id for citation in answer.citations} == {statement}


def test_a_summary_of_the_only_document_needs_no_name(demo: Assistant):
    minutes = one(demo, "council-minutes")
    answer = demo.query("Summarise it", documents=[minutes])
    assert answer.kind == "summary"
    assert {citation.document_id for citation in answer.citations} == {minutes}


def test_a_summary_of_what_no_title_names_is_an_overview_of_all(demo: Assistant):
    answer = demo.query("Summarise the zoo")
    assert answer.kind == "overview"
    assert len({citation.document_id for citation in answer.citations}) == 7


@pytest.mark.parametrize("documents", [["nothing"], ["nothing", "else"]])
def test_an_unknown_document_is_named(demo: Assistant, documents: list[str]):
    for ask in (demo.query, demo.search):
        with pytest.raises(UnknownDocument, match="'nothing'"):
            ask("Why did Gate 3 fail?", documents=documents)


def test_one_unknown_document_among_known_ones_is_named_too(demo: Assistant):
    with pytest.raises(UnknownDocument, match="'nothing'"):
        demo.query("What is in my documents?", documents=[one(demo, "minutes"), "nothing"])


# The library ---------------------------------------------------------------------------------


def test_what_was_added_can_be_asked_about_at_once(assistant: Assistant, ferry: Path, mill: Path):
    assert len(assistant.add([ferry, str(mill)]).added) == 2
    assert "4,212 passengers" in assistant.query("How many passengers did the ferry carry?").text
    assert "90 sacks" in assistant.query("How many sacks of flour did the mill grind?").text


def test_one_bad_file_does_not_stop_the_others(assistant: Assistant, ferry: Path, tmp_path: Path):
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(b"%PDF-1.7 nothing of it")
    report = assistant.add([bad, tmp_path / "absent.txt", ferry])
    assert [Path(done.path).name for done in report.failed] == ["bad.pdf", "absent.txt"]
    assert all(done.reason and "\n" not in done.reason for done in report.failed)
    assert [Path(done.path).name for done in report.added] == ["ferry.txt"]


def test_each_file_is_told_of_when_it_is_done(assistant: Assistant, ferry: Path, mill: Path):
    seen = []
    assistant.add([ferry, mill], progress=seen.append)
    assert [(done.done, done.total, done.outcome) for done in seen] == [
        (1, 2, "added"),
        (2, 2, "added"),
    ]


def test_a_file_added_twice_is_one_document(assistant: Assistant, ferry: Path):
    first = assistant.add(ferry).added[0].document_id
    assert [done.document_id for done in assistant.add(ferry).unchanged] == [first]
    assert len(assistant.documents()) == 1


def test_a_changed_file_replaces_its_old_version_at_once(assistant: Assistant, ferry: Path):
    before = assistant.add(ferry).added[0].document_id
    old = assistant.query("How many passengers did the ferry carry?").citations[0]
    ferry.write_text(FERRY.replace("4,212", "5,300,000"))
    assert [done.document_id for done in assistant.add(ferry).updated] == [before]
    answer = assistant.query("How many passengers did the ferry carry?")
    assert "5,300,000" in answer.text
    assert "4,212" not in "".join(passage.text for passage in assistant.search("passengers", k=50))
    kept = assistant.document(old.document_id, old.version)
    assert kept.text[old.start : old.end] == old.quote


def test_the_text_of_a_removed_document_is_gone(assistant: Assistant, ferry: Path, mill: Path):
    assistant.add([ferry, mill])
    (info,) = (info for info in assistant.documents() if "ferry" in (info.path or ""))
    assistant.remove(info.id)
    assert [other.id for other in assistant.documents()] != [info.id]
    assert all("Marigold" not in p.text for p in assistant.search("the ferry Marigold", k=50))
    answer = assistant.query("How many passengers did the ferry Marigold carry?")
    assert "4,212" not in answer.model_dump_json()
    for version in (None, info.version):
        with pytest.raises(UnknownDocument):
            assistant.document(info.id, version)
    with pytest.raises(UnknownDocument):
        assistant.remove(info.id)
    assert ferry.read_text() == FERRY


def test_an_upload_stays_readable_when_its_file_goes(assistant: Assistant, ferry: Path):
    assistant.add(ferry, uploads=True)
    ferry.unlink()
    (info,) = assistant.documents()
    assert assistant.document(info.id).text.strip() == FERRY.strip()
    assert Path(info.path or "").is_relative_to(assistant.store.resolve())


# Opening and closing -------------------------------------------------------------------------


def test_what_was_added_is_there_in_the_next_process(tmp_path: Path, ferry: Path):
    with Assistant(tmp_path / "store") as first:
        first.add(ferry)
    with Assistant(tmp_path / "store") as second:
        assert "4,212" in second.query("How many passengers did the ferry carry?").text


def test_two_assistants_share_a_store_and_one_may_close(tmp_path: Path, ferry: Path, mill: Path):
    with Assistant(tmp_path / "store") as stays:
        stays.add(ferry)
        with Assistant(tmp_path / "store") as leaves:
            leaves.add(mill)
            assert "4,212" in leaves.query("How many passengers did the ferry carry?").text
        assert "90 sacks" in stays.query("How many sacks of flour did the mill grind?").text
        assert len(stays.documents()) == 2


def test_closing_twice_is_no_error(tmp_path: Path, ferry: Path):
    assistant = Assistant(tmp_path / "store")
    assistant.add(ferry)
    assistant.close()
    assistant.close()


def test_a_store_can_be_named_by_a_string(demo: Assistant):
    with Assistant(str(demo.store)) as named:
        assert named.documents() == demo.documents()


def test_the_confidence_that_an_answer_needs_is_a_setting(demo: Assistant):
    question = "Who is the managing director?"
    answer = demo.query(question)
    assert not answer.abstained

    cautious = Settings(confidence=min(answer.confidence + 0.01, 0.999))
    with Assistant(demo.store, settings=cautious) as assistant:
        refused = assistant.query(question)

    assert refused.abstained
    assert refused.confidence == answer.confidence


def test_closing_goes_on_whatever_fails_in_it_and_tells_the_first_failure(tmp_path, monkeypatch):
    assistant = Assistant(tmp_path / "store")
    (tmp_path / "a.md").write_text("# A gate\n\nThe gate was closed at noon.\n")
    assistant.add(tmp_path / "a.md")
    closed: list[str] = []

    def failing(kind: Any, *, fails: bool = True) -> None:
        close = kind.close

        def told(self: object) -> None:
            close(self)
            closed.append(kind.__name__)
            if fails:
                raise OSError(f"no {kind.__name__}")

        monkeypatch.setattr(kind, "close", told)

    for kind in (Threads, Answering, Conversations, PageImages, Catalog):
        failing(kind)
    failing(Indexes, fails=False)

    with pytest.raises(OSError, match="no Threads") as caught:
        assistant.close()

    parts = ["Threads", "Answering", "Conversations", "PageImages", "Indexes", "Catalog"]
    assert closed == parts
    notes = "".join(caught.value.__notes__)
    assert all(f"no {name}" in notes for name in parts[1:] if name != "Indexes")
    monkeypatch.undo()
    assistant.close()


def test_what_was_opened_is_closed_where_an_assistant_cannot_be_made(tmp_path, monkeypatch):
    with Assistant(tmp_path / "store") as assistant:
        (tmp_path / "a.md").write_text("# A gate\n\nThe gate was closed at noon.\n")
        assistant.add(tmp_path / "a.md")
    closed: list[str] = []
    close = Store.close

    def told(self: Store) -> None:
        close(self)
        closed.append("store")
        raise OSError("the disk is gone")

    monkeypatch.setattr(Store, "close", told)

    with pytest.raises(SettingsError, match="FOOTNOTE_TRACES") as caught:
        Assistant(tmp_path / "store", settings=Settings(traces="nowhere"))

    assert closed == ["store"]
    assert "the disk is gone" in caught.value.__notes__[0]
