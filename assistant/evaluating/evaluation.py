"""Anyone's own questions put to a store: JSON Lines in, a report of measures out.

One line is one question with what is known of its answer:

    {"question": "…", "history": [{"role": "user", "text": "…"}], "answers": ["…"],
     "document": "report.pdf", "pages": [3, 4], "passages": [{"document": "…", "text": "…"}],
     "answerable": true}

All but `question` may be left out. A document is named by its id, file name or title. A gold
passage is a document's span (`start`, `end`), words of it (`text`) or all of it. Without
`passages`, those that hold one of the `answers` (of that document, on those pages) count.
"""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, model_validator

from assistant.answer import Answer, Citation, Passage
from assistant.assistant import Assistant
from assistant.evaluating import metrics
from assistant.evaluating.metrics import Bin, Interval, Point
from index.errors import DocumentError, EvaluationError
from index.places import innermost_name, innermost_stem, shown_name
from index.sandbox.isolation import Limits, made_apart

DEPTHS = (1, 3, 5, 10)
ANSWERED = (0.8, 0.9, 0.95, 0.97)
Found = Passage | Citation


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True)


class Turn(_Row):
    """An earlier turn of the conversation.

    >>> first = Turn(role="user", text="Why did Gate 3 fail?")
    >>> EvalQuestion(question="And when?", history=(first,)).history[0].text
    'Why did Gate 3 fail?'
    """

    role: str
    text: str


class Gold(_Row):
    """A passage that answers: a span of a document, words of it, or the whole of it.

    >>> Gold(document="log.txt", text="High tide at nine").model_dump(exclude_none=True)
    {'document': 'log.txt', 'text': 'High tide at nine'}
    """

    document: str | None = None
    start: int | None = None
    end: int | None = None
    text: str | None = None

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if self.document is None and self.text is None:
            raise ValueError("a passage needs a document or a text")
        if (self.start is None) != (self.end is None):
            raise ValueError("a passage's start and end belong together")
        return self


class EvalQuestion(_Row):
    """A question with what is known of its answer.

    >>> row = EvalQuestion.model_validate({"question": "When was high tide?", "answer": "at nine"})
    >>> row.answers, row.answerable
    (('at nine',), True)
    """

    question: str = Field(min_length=1)
    history: tuple[Turn, ...] = ()
    answers: tuple[str, ...] = ()
    document: str | None = Field(None, validation_alias=AliasChoices("document", "report"))
    pages: tuple[int, ...] = ()
    passages: tuple[Gold, ...] = ()
    answerable: bool = True

    @model_validator(mode="before")
    @classmethod
    def _one_answer(cls, row: Any) -> Any:  # noqa: ANN401 (whatever the line holds)
        if isinstance(row, dict) and isinstance(row.get("answer"), str) and "answers" not in row:
            return {**row, "answers": (row["answer"],)}
        return row

    @model_validator(mode="after")
    def _pages_of_a_document(self) -> Self:
        if self.pages and self.document is None:
            raise ValueError("pages need a document")
        return self


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what the store had for it: passages, best first, and the answer.

    >>> row = EvalQuestion(question="Who sank the Atlantis?", answerable=False)
    >>> asked = Asked(row, (), Answer(question=row.question, abstained=True, created="2026-01-02"))
    >>> measured(asked)
    {'abstentions that are right (precision)': True, 'unanswerable: abstained (recall)': True}
    """

    row: EvalQuestion
    passages: Sequence[Passage]
    answer: Answer


class Report(_Row):
    """All measures of one run. Each value has a 95 % interval; `n` is of how many questions.

    `refused_at` is the share of unanswerable questions refused by the threshold on confidence that
    answers .90, .95, … of the answerable ones; empty unless both are asked.

    >>> row = EvalQuestion(question="Who sank the Atlantis?", answerable=False)
    >>> answer = Answer(question=row.question, abstained=True, created="2026-01-02")
    >>> summarise([Asked(row, (), answer)]).n
    {'abstentions that are right (precision)': 1, 'unanswerable: abstained (recall)': 1}
    """

    questions: int
    measures: dict[str, Interval]
    n: dict[str, int]
    words: dict[str, float]
    milliseconds: dict[str, dict[str, float]]
    refused_at: dict[str, float]
    risk_coverage: list[Point]
    reliability: list[Bin]
    calibration_error: float


def load_questions(path: Path, limits: Limits | None = None) -> list[EvalQuestion]:
    """The questions of a JSON Lines file, which is read in a process of its own.

    Raises:
        EvaluationError: the file cannot be read, is empty, or has a bad line (it is named).

    >>> _ = (tmp_path / "own.jsonl").write_text('{"question": "When was high tide?"}')
    >>> [row.question for row in load_questions(tmp_path / "own.jsonl")]
    ['When was high tide?']
    """
    function = "assistant.evaluating.evaluation:parsed_questions"
    try:
        rows: list[EvalQuestion] = made_apart(list, function, path, str(path), limits=limits)
    except OSError as fault:
        raise EvaluationError(f"{path} cannot be read as UTF-8 text: {fault}.") from fault
    except DocumentError as fault:
        raise EvaluationError(f"{path} cannot be read. {fault}") from fault
    return rows


def parsed_questions(data: bytes, name: str) -> list[EvalQuestion]:
    """The questions that a JSON Lines file called `name` with this content holds.

    Raises:
        EvaluationError: it is not UTF-8, holds no question, or has a bad line (it is named).

    >>> line = b'{"question": "When was high tide?", "answer": "at nine"}'
    >>> [row.answers for row in parsed_questions(line, "own.jsonl")]
    [('at nine',)]
    """
    try:
        lines = data.decode("utf-8").splitlines()
    except UnicodeDecodeError as fault:
        raise EvaluationError(f"{name} cannot be read as UTF-8 text: {fault}.") from fault
    rows = [_parsed(name, n, line) for n, line in enumerate(lines, start=1) if line.strip()]
    if not rows:
        raise EvaluationError(f"{name} holds no question: put one JSON object on each line.")
    return rows


def ask_all(assistant: Assistant, rows: Sequence[EvalQuestion]) -> Iterator[Asked]:
    """Every question with its passages and answer, one by one.

    >>> row = EvalQuestion(question="When did the sirens sound?", answers=("21:58",))
    >>> [right(one) for one in ask_all(demo, [row])]
    [True]
    """
    for row in rows:
        history = [(turn.role, turn.text) for turn in row.history]
        passages = assistant.search(row.question, k=max(DEPTHS), history=history)
        yield Asked(row, passages, assistant.query(row.question, history=history))


def summarise(asked: Sequence[Asked]) -> Report:
    """The measures of questions that were asked; there is at least one.

    >>> row = EvalQuestion(question="Who sank the Atlantis?", answerable=False)
    >>> answer = Answer(question=row.question, abstained=True, created="2026-01-02")
    >>> summarise([Asked(row, (), answer)]).measures["unanswerable: abstained (recall)"].value
    1.0
    """
    values: dict[str, list[float]] = {}
    for one in asked:
        for name, value in measured(one).items():
            values.setdefault(name, []).append(float(value))
    judgeable = [
        one for one in asked if one.row.answers or one.row.passages or not one.row.answerable
    ]
    judged = [(a.answer.confidence, right(a)) for a in judgeable if not a.answer.abstained]
    table = metrics.reliability(judged)
    return Report(
        questions=len(asked),
        measures={name: metrics.interval(of) for name, of in values.items()},
        n={name: len(of) for name, of in values.items()},
        words=_middle_and_tail([_words(one.answer) for one in asked if not one.answer.abstained]),
        milliseconds=_latency([one.answer for one in asked]),
        refused_at=_trade_off(asked),
        risk_coverage=metrics.risk_coverage(judged, max(len(judgeable), 1)),
        reliability=table,
        calibration_error=metrics.calibration_error(table),
    )


def found_measures(row: EvalQuestion, passages: Sequence[Passage]) -> dict[str, float]:
    """The measures of retrieval that apply to a question; none where it has no answer.

    >>> row = EvalQuestion(question="When did the sirens sound?", answers=("21:58",))
    >>> found_measures(row, demo.search(row.question, k=3))["passage recall@1"]
    1.0
    """
    figures: dict[str, float] = {}
    if not row.answerable:
        return figures
    if row.passages or row.answers:
        golds = max(len(row.passages), 1)
        found = [covered_golds(row, passage) for passage in passages]
        figures |= {f"passage recall@{k}": metrics.recall_at(found, golds, k) for k in DEPTHS}
        figures["MRR"] = metrics.reciprocal_rank(found)
        figures["nDCG@10"] = metrics.ndcg_at(found, golds, 10)
    if row.pages:
        hits = [on_page(row, passage) for passage in passages]
        figures |= {f"page hit@{k}": any(hits[:k]) for k in DEPTHS}
    return figures


def measured(one: Asked) -> dict[str, float]:
    """What one question says about each measure that applies to it.

    >>> row = EvalQuestion(question="Who closed the gate?", answers=("Bo Ray",))
    >>> asked = Asked(row, (), Answer(question=row.question, abstained=True, created="2026-01-02"))
    >>> measured(asked)["answerable: answered"]
    False
    """
    row, answer = one.row, one.answer
    figures = found_measures(row, one.passages)
    if answer.abstained:
        figures["abstentions that are right (precision)"] = not row.answerable
    if not row.answerable:
        return figures | {"unanswerable: abstained (recall)": answer.abstained}
    figures["answerable: answered"] = not answer.abstained
    if row.answers:
        best = max(answer.citations, key=lambda citation: citation.score, default=None)
        figures["best sentence holds the answer"] = bool(best and _holds(row, best))
        figures["answer holds it"] = right(one)
        figures["token F1"] = metrics.token_f1(_said(answer), row.answers)
    if (row.passages or row.answers) and not answer.abstained:
        cited = [covered_golds(row, citation) for citation in answer.citations]
        if cited:
            figures["citation precision"] = statistics.fmean(map(bool, cited))
        golds = max(len(row.passages), 1)
        figures["citation recall"] = metrics.recall_at(cited, golds, len(cited))
    return figures


def right(one: Asked) -> bool:
    """Whether the answer cites a span that holds a gold answer; without any, a gold passage.

    >>> row = EvalQuestion(question="Who sank the Atlantis?", answerable=False)
    >>> right(Asked(row, (), Answer(question=row.question, created="2026-01-02")))
    False
    """
    row, cited = one.row, one.answer.citations
    if not row.answerable:
        return False
    return any(_holds(row, c) if row.answers else covered_golds(row, c) for c in cited)


def covered_golds(row: EvalQuestion, found: Found) -> set[int]:
    """Which of the row's gold passages a passage or a citation belongs to.

    >>> golds = (Gold(text="pressing of the test key"), Gold(text="28 minutes, not 46"))
    >>> row = EvalQuestion(question="When did the sirens sound?", passages=golds)
    >>> covered_golds(row, demo.search(row.question, k=1)[0])
    {0, 1}
    """
    if row.passages:
        return {number for number, gold in enumerate(row.passages) if _matches(gold, found)}
    return {0} if _holds(row, found) else set()


def on_page(row: EvalQuestion, found: Found) -> bool:
    """Whether a passage touches one of the row's pages.

    >>> row = EvalQuestion(question="Why?", document="log.pdf", pages=(3,))
    >>> on_page(row, Passage(document_id="log", version="5d193048", title="Log", path="log.pdf",
    ...     text="High tide at nine.", start=0, end=18, page=2, page_end=3))
    True
    """
    if found.page is None or not _of(row.document, found):
        return False
    return any(found.page <= page <= (found.page_end or found.page) for page in row.pages)


def _parsed(name: str, number: int, line: str) -> EvalQuestion:
    try:
        return EvalQuestion.model_validate_json(line)
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        what = f"{where}: {first['msg']}" if where else first["msg"]
        raise EvaluationError(f"{name}, line {number}: {what}.") from fault


def _holds(row: EvalQuestion, found: Found) -> bool:
    placed = on_page(row, found) if row.pages else _of(row.document, found)
    return placed and metrics.contains_gold(_text(found), row.answers)


def _matches(gold: Gold, found: Found) -> bool:
    if not _of(gold.document, found):
        return False
    if gold.start is not None and gold.end is not None:
        return found.start < gold.end and gold.start < found.end
    if gold.text is None:
        return True
    # A citation is a part of a gold passage, or a passage holds the gold words.
    return metrics.contains_gold(_text(found), [gold.text]) or metrics.contains_gold(
        gold.text, [_text(found)]
    )


def _of(document: str | None, found: Found) -> bool:
    if document is None:
        return True
    path = found.path or ""
    named = (path, shown_name(path), innermost_name(path), innermost_stem(path))
    return document in (found.document_id, found.title, *named)


def _text(found: Found) -> str:
    return found.quote if isinstance(found, Citation) else found.text


def _said(answer: Answer) -> str:
    """The very words that answer, where they are set out; else all the sentences."""
    exact = [s.text[start:end] for s in answer.sentences for start, end in s.exact]
    return " ".join(exact or [sentence.text for sentence in answer.sentences])


def _trade_off(asked: Sequence[Asked]) -> dict[str, float]:
    there = [one.answer.confidence for one in asked if one.row.answerable]
    absent = [one.answer.confidence for one in asked if not one.row.answerable]
    if not (there and absent):
        return {}
    return {str(part): metrics.refused_at(there, absent, part) for part in ANSWERED}


def _words(answer: Answer) -> int:
    return sum(len(sentence.text.split()) for sentence in answer.sentences)


def _latency(answers: Sequence[Answer]) -> dict[str, dict[str, float]]:
    stages = dict.fromkeys(stage for answer in answers for stage in answer.timings)
    seconds = {
        stage: [answer.timings[stage] for answer in answers if stage in answer.timings]
        for stage in stages
    } | {"whole": [sum(answer.timings.values()) for answer in answers]}
    return {stage: _middle_and_tail([1000 * s for s in of]) for stage, of in seconds.items()}


def _middle_and_tail(values: Sequence[float]) -> dict[str, float]:
    if not values:
        return {}
    median = statistics.median(values)
    return {"median": round(median, 1), "p95": round(metrics.quantile(values, 0.95), 1)}
