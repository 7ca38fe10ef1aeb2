"""Anyone's own questions: what a line may say, and what the report says of a store."""

import json
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.evaluating.evaluation import EvalQuestion, ask_all, load_questions, summarise
from index.errors import EvaluationError

ROWS = [
    {
        "question": "How many people were evacuated?",
        "answers": ["410 people", "340 people"],
    },
    {"question": "Why did Gate 3 fail?", "history": [{"role": "user", "text": "What happened?"}]},
    {"question": "Who won the football match?", "answerable": False},
]


def written(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "Invalid JSON"),
        ('{"answers": ["x"]}', "question: Field required"),
        ('{"question": "q", "pages": [1]}', "pages need a document"),
        ('{"question": "q", "passages": [{"start": 1, "end": 2}]}', "needs a document or a text"),
        ('{"question": "q", "answerable": "perhaps"}', "answerable"),
    ],
)
def test_a_bad_line_is_named_in_one_line(tmp_path, line, said):
    path = tmp_path / "questions.jsonl"
    path.write_text('{"question": "fine"}\n\n' + line + "\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match="line 3: ") as caught:
        load_questions(path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_without_questions_or_none_at_all_is_an_error(tmp_path):
    for path in (written(tmp_path / "empty.jsonl"), tmp_path / "absent.jsonl"):
        with pytest.raises(EvaluationError, match=path.name):
            load_questions(path)


def test_one_answer_and_the_name_report_are_understood():
    row = EvalQuestion.model_validate({"question": "q", "answer": "x", "report": "r", "pages": [2]})
    assert (row.answers, row.document, row.pages) == (("x",), "r", (2,))


def test_the_report_judges_only_what_a_row_says(demo: Assistant, tmp_path):
    rows = load_questions(written(tmp_path / "q.jsonl", *ROWS))
    measured = summarise(list(ask_all(demo, rows)))
    assert measured.questions == 3
    assert measured.measures["answer holds it"] == measured.measures["passage recall@1"]
    assert measured.n["answer holds it"] == 1
    assert measured.measures["answer holds it"].value == 1
    assert measured.measures["unanswerable: abstained (recall)"].value == 1
    assert measured.n["answerable: answered"] == 2
    assert "page hit@1" not in measured.measures
    assert measured.risk_coverage[-1].risk == 0
    assert sum(row.answers for row in measured.reliability) == 1
    assert set(measured.milliseconds) == {"search", "read", "verify", "whole"}


def test_a_gold_may_be_a_page_a_span_or_words_of_a_named_document(demo: Assistant):
    cited = demo.query("How many people were evacuated?").citations
    place = next(citation for citation in cited if citation.page is not None)
    right = {"document": Path(place.path or "").name, "start": place.start, "end": place.end}
    other = next(d.title for d in demo.documents() if d.id != place.document_id)
    question = "How many people were evacuated?"
    rows = [
        EvalQuestion.model_validate({"question": question, **gold})
        for gold in (
            {"passages": [right]},
            {"passages": [{"document": place.title, "text": place.quote}]},
            {"passages": [{"document": other, "text": place.quote}]},
            {"document": place.document_id, "pages": [place.page]},
            {"document": place.document_id, "pages": [99]},
        )
    ]
    found = [summarise([one]).measures for one in ask_all(demo, rows)]
    assert [f["passage recall@10"].value for f in found[:3]] == [1, 1, 0]
    assert [f["citation recall"].value for f in found[:3]] == [1, 1, 0]
    assert [f["page hit@10"].value for f in found[3:]] == [1, 0]


def test_the_same_questions_give_the_same_figures(demo: Assistant, tmp_path):
    rows = load_questions(written(tmp_path / "q.jsonl", *ROWS))
    first, second = (summarise(list(ask_all(demo, rows))) for _ in range(2))
    assert first.model_copy(update={"milliseconds": {}}) == second.model_copy(
        update={"milliseconds": {}}
    )
