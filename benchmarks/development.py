"""All development sets but the small XQuAD index, in one table; see benchmarks/README.md.

    python benchmarks/development.py --data DIR [--sets NAME…] [--cache DIR] [--json FILE]
                                     [--against FILE] [--retrieval]

`quality.py` measures XQuAD's own paragraphs alone. Here they stand among those of `reading/`;
conversations (`mtrag/`) are asked with their history and by their last turn alone; and questions
about reports (`financebench/` and our own, `questions/reports.jsonl`) are asked of all reports in
one index. `--cache` keeps the indexes; what `index/` holds is part of their name, so that another
code never answers from an old index. `--against` gives the difference from an earlier run's JSON.
"""

import argparse
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from quality import Rows, load

import index
from assistant import Assistant
from assistant.answer import Passage
from assistant.evaluating.evaluation import (
    DEPTHS,
    Asked,
    EvalQuestion,
    Gold,
    Report,
    Turn,
    covered_golds,
    found_measures,
    load_questions,
    measured,
    summarise,
)
from assistant.evaluating.metrics import interval, paired_difference, recall_at
from index.document import Document, normalised
from index.ingesting.ingest import Ingest
from index.models.embeddings import MiniLM
from index.store.store import Store

OWN = Path(__file__).parent / "questions" / "reports.jsonl"
DEEP = 30
"""Passages searched where several of one paragraph count once."""

Values = dict[str, dict[str, float]]
"""Measure → question's number → value."""


More = Callable[[EvalQuestion, Sequence[Passage]], dict[str, float]]
"""Measures of a set's own."""


@dataclass(frozen=True)
class Asking:
    """Whether questions are answered or only searched, and a document's passages count once."""

    answers: bool
    by_document: bool


@dataclass(frozen=True)
class Result:
    """One set: its report, and each question's value for the comparison of two runs."""

    questions: int
    report: Report | None
    values: Values


def fingerprint() -> str:
    """A name for the code that makes an index."""
    digest = hashlib.sha256()
    for path in sorted(Path(str(index.__file__)).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def paragraphs_indexed(folder: Path, corpus: Rows) -> dict[str, str]:
    """Index rows (`id`, `text`, perhaps `title`), unless they are: row's id → document's id."""
    model = MiniLM()
    store = Store(folder, model, create=True)
    documents = (
        (
            row["id"],
            Document(
                text=normalised(row["text"]),
                title=row.get("title") or " ".join(row["text"].split()[:6]),
                media_type="text/plain",
            ),
        )
        for row in corpus
        if row["text"].strip()
    )
    done = Ingest(store, model, model).add_documents(documents)
    store.close()
    if done.failed:
        raise SystemExit(f"not indexed: {done.failed[0]}")
    return {file.path: str(file.document_id) for file in done.added + done.unchanged}


def first_of_each(passages: Sequence[Passage]) -> list[Passage]:
    """The best passage of each document, in order."""
    best: dict[str, Passage] = {}
    for passage in passages:
        best.setdefault(passage.document_id, passage)
    return list(best.values())


def result(
    assistant: Assistant, rows: Sequence[EvalQuestion], ask: Asking, more: More | None = None
) -> Result:
    """Every question's passages, and its answer where wanted, measured."""
    values: Values = {}
    every = []
    for number, row in enumerate(rows):
        history = [(turn.role, turn.text) for turn in row.history]
        passages = assistant.search(row.question, k=DEEP, history=history)
        ranked = (first_of_each(passages) if ask.by_document else passages)[: max(DEPTHS)]
        figures = found_measures(row, ranked) | (more(row, ranked) if more else {})
        if ask.answers:
            one = Asked(row, ranked, assistant.query(row.question, history=history))
            every.append(one)
            figures |= measured(one)
        for name, value in figures.items():
            values.setdefault(name, {})[str(number)] = float(value)
    return Result(len(rows), summarise(every) if every else None, values)


def paragraph_rows(data: Path, ids: dict[str, str]) -> list[EvalQuestion]:
    """XQuAD's questions; the gold passage is the paragraph."""
    texts = {row["id"]: row["text"] for row in load(data / "xquad/corpus.jsonl")}
    rows = []
    for row in load(data / "xquad/queries.jsonl"):
        gold = row["gold"][0]
        rows.append(
            EvalQuestion(
                question=row["question"],
                answers=(texts[gold["doc"]][gold["start"] : gold["end"]],),
                document=ids[gold["doc"]],
                passages=(Gold(document=ids[gold["doc"]]),),
            )
        )
    return rows


def conversation_rows(data: Path, ids: dict[str, str]) -> list[EvalQuestion]:
    """MTRAG's last turns that are wholly answerable, or not at all."""
    return [
        EvalQuestion(
            question=row["question"],
            history=tuple(Turn(role=t["role"], text=t["text"]) for t in row["history"]),
            passages=tuple(
                Gold(document=ids[g if isinstance(g, str) else g["doc"]]) for g in row["gold"]
            ),
            answerable=row["answerability"] == "ANSWERABLE",
        )
        for row in load(data / "mtrag/queries.jsonl")
        if row["answerability"] == "UNANSWERABLE"
        or (row["answerability"] == "ANSWERABLE" and row["gold"])
    ]


def report_rows(data: Path) -> list[EvalQuestion]:
    """FinanceBench's questions; the gold is a page."""
    return [
        EvalQuestion(
            question=row["question"],
            document=row["doc"],
            pages=tuple(gold["page"] for gold in row["gold"]),
        )
        for row in load(data / "financebench/queries.jsonl")
    ]


def report_first(row: EvalQuestion, passages: Sequence[Passage]) -> dict[str, float]:
    """Whether the first passage is of the right report."""
    first = passages[0].path if passages else ""
    name = Path(row.document or "").stem
    return {"the right report first": Path(first or "").stem == name}


def distractors(data: Path) -> Rows:
    """The paragraphs of the training text, named by file and line."""
    return [
        {"id": f"{path.stem}-{number}", "text": row["text"]}
        for path in sorted((data / "reading").glob("*.jsonl"))
        for number, row in enumerate(load(path))
    ]


def last_turn_alone(assistant: Assistant, row: EvalQuestion) -> dict[str, float]:
    """What an answerable question finds without its history."""
    if not row.answerable:
        return {}
    passages = first_of_each(assistant.search(row.question, k=DEEP))
    found = [covered_golds(row, passage) for passage in passages]
    return {"passage recall@5, last turn alone": recall_at(found, len(row.passages), 5)}


Measured = Iterator[tuple[str, Result]]


def paragraphs(data: Path, kept: Path, answers: bool) -> Measured:
    """XQuAD, its paragraphs among all those of `reading/`."""
    ids = paragraphs_indexed(kept, load(data / "xquad/corpus.jsonl") + distractors(data))
    with Assistant(kept) as assistant:
        asking = Asking(answers, by_document=True)
        yield (
            "XQuAD among the paragraphs of reading",
            result(assistant, paragraph_rows(data, ids), asking),
        )


def conversations(data: Path, kept: Path, answers: bool) -> Measured:
    """MTRAG, all passages in one index."""
    ids = paragraphs_indexed(kept, load(data / "mtrag/corpus.jsonl"))
    with Assistant(kept) as assistant:
        rows, asking = conversation_rows(data, ids), Asking(answers, by_document=True)
        yield (
            "MTRAG",
            result(assistant, rows, asking, lambda row, _: last_turn_alone(assistant, row)),
        )


def reports(data: Path, kept: Path, answers: bool) -> Measured:
    """FinanceBench and our own questions, all reports in one index."""
    with Assistant(kept) as assistant:
        failed = assistant.add(data / "financebench/pdfs").failed
        if failed:
            raise SystemExit(f"not indexed: {failed[0]}")
        asking = Asking(answers, by_document=False)
        yield "FinanceBench", result(assistant, report_rows(data), asking, report_first)
        own = load_questions(OWN)
        yield "own questions about the reports", result(assistant, own, asking, report_first)


SETS = {"reports": reports, "conversations": conversations, "paragraphs": paragraphs}


def printed(name: str, now: Result, before: Values | None) -> None:
    """One set's part of the table."""
    print(f"\n{name} ({now.questions} questions)\n")
    head = "| | | 95 % interval | of |"
    print(head + (" difference from before |" if before else ""))
    print("|---|---|---|---|" + ("---|" if before else ""))
    for measure, of in now.values.items():
        value, low, high = interval(list(of.values()))
        line = f"| {measure} | {value:.3f} | {low:.3f}–{high:.3f} | {len(of)} |"
        if before:
            line += f" {difference(of, before.get(measure, {}))} |"
        print(line)
    if now.report:
        of_answers(now.report)


def of_answers(now: Report) -> None:
    """What a report says beyond its measures."""
    for answered, refused in now.refused_at.items():
        print(f"| unanswerable refused at {answered} answered | {refused:.3f} | | |")
    print(f"\nwords of an answer {now.words}; milliseconds {now.milliseconds}")
    print("\n| confidence | answers | mean | right |\n|---|---|---|---|")
    for row in now.reliability:
        print(
            f"| {row.low:.1f}–{row.high:.1f} | {row.answers} | "
            f"{row.confidence:.3f} | {row.accuracy:.3f} |"
        )
    print(f"\nexpected calibration error {now.calibration_error:.3f}")


def difference(now: dict[str, float], before: dict[str, float]) -> str:
    """The mean gain on the questions that both runs judged, with its interval."""
    both = [number for number in now if number in before]
    if not both:
        return "–"
    gain = paired_difference([now[n] for n in both], [before[n] for n in both])
    return f"{gain.value:+.3f} ({gain.low:+.3f}–{gain.high:+.3f})"


def main() -> None:
    """Measure all sets, print the table, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("FOOTNOTE_BENCH_DATA"))
    parser.add_argument("--cache", type=Path, help="keep the indexes there")
    parser.add_argument("--json", type=Path, help="write reports and each question's values there")
    parser.add_argument("--against", type=Path, help="an earlier run's JSON to compare with")
    parser.add_argument("--retrieval", action="store_true", help="search only: fast")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the data with --data DIR or FOOTNOTE_BENCH_DATA")
    before = json.loads(options.against.read_text()) if options.against else {}
    written = {}
    with tempfile.TemporaryDirectory() as scratch:
        kept = (options.cache or Path(scratch)) / fingerprint()
        kept.mkdir(parents=True, exist_ok=True)
        for chosen in options.sets:
            for name, now in SETS[chosen](Path(options.data), kept / chosen, not options.retrieval):
                printed(name, now, before.get(name, {}).get("values"))
                whole = now.report.model_dump() if now.report else None
                written[name] = {"report": whole, "values": now.values}
    if options.json:
        options.json.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
