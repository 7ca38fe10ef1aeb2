"""All development sets but the small XQuAD index, in one table; see benchmarks/README.md.

    python benchmarks/development.py --data DIR [--sets NAME…] [--cache DIR]
        [--json FILE] [--against FILE]

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
from assistant.evaluation import (
    DEPTHS,
    Asked,
    EvalQuestion,
    Gold,
    Report,
    Turn,
    covered,
    load_questions,
    measured,
    report,
)
from assistant.metrics import interval, paired_difference, recall_at
from index.document import Document, normalised
from index.embeddings import MiniLM
from index.ingest import Ingest
from index.store import Store

OWN = Path(__file__).parent / "questions" / "reports.jsonl"
DEEP = 30
"""Passages searched where several of one paragraph count once."""

Values = dict[str, dict[str, float]]
"""Measure → question's number → value."""


@dataclass(frozen=True)
class Result:
    """One set: its report, and each question's value for the comparison of two runs."""

    report: Report
    values: Values


def fingerprint() -> str:
    """A name for the code that makes an index."""
    digest = hashlib.sha256()
    for path in sorted(Path(str(index.__file__)).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def paragraphs_indexed(folder: Path, corpus: Rows) -> None:
    """Index rows (`id`, `text`, perhaps `title`) under their ids, unless that is done already."""
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
    failed = Ingest(store, model, model).add_documents(documents).failed
    store.close()
    if failed:
        raise SystemExit(f"not indexed: {failed[0]}")


def first_of_each(passages: Sequence[Passage]) -> list[Passage]:
    """The best passage of each document, in order."""
    return list({passage.document_id: passage for passage in reversed(passages)}.values())[::-1]


def asked(assistant: Assistant, rows: Sequence[EvalQuestion], by_document: bool) -> list[Asked]:
    """Every question with its passages, or with the best one of each document, and its answer."""
    found = []
    for row in rows:
        history = [(turn.role, turn.text) for turn in row.history]
        passages = assistant.search(row.question, k=DEEP, history=history)
        ranked = first_of_each(passages) if by_document else passages
        answer = assistant.query(row.question, history=history)
        found.append(Asked(row, ranked[: max(DEPTHS)], answer))
    return found


def result(every: Sequence[Asked], more: Callable[[Asked], dict[str, float]]) -> Result:
    """The report of a set, with measures of its own beside the common ones."""
    values: Values = {}
    for number, one in enumerate(every):
        for name, value in (measured(one) | more(one)).items():
            values.setdefault(name, {})[str(number)] = float(value)
    return Result(report(every), values)


def paragraph_rows(data: Path) -> list[EvalQuestion]:
    """XQuAD's questions; the gold passage is the paragraph."""
    texts = {row["id"]: row["text"] for row in load(data / "xquad/corpus.jsonl")}
    rows = []
    for row in load(data / "xquad/queries.jsonl"):
        gold = row["gold"][0]
        rows.append(
            EvalQuestion(
                question=row["question"],
                answers=(texts[gold["doc"]][gold["start"] : gold["end"]],),
                document=gold["doc"],
                passages=(Gold(document=gold["doc"]),),
            )
        )
    return rows


def conversation_rows(data: Path) -> list[EvalQuestion]:
    """MTRAG's last turns that are wholly answerable, or not at all."""
    return [
        EvalQuestion(
            question=row["question"],
            history=tuple(Turn(role=t["role"], text=t["text"]) for t in row["history"]),
            passages=tuple(
                Gold(document=g if isinstance(g, str) else g["doc"]) for g in row["gold"]
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


def report_first(one: Asked) -> dict[str, float]:
    """Whether the first passage is of the right report."""
    first = one.passages[0].path if one.passages else ""
    name = Path(one.row.document or "").stem
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
    found = [covered(row, passage) for passage in passages]
    return {"passage recall@5, last turn alone": recall_at(found, len(row.passages), 5)}


Measured = Iterator[tuple[str, Result]]


def paragraphs(data: Path, kept: Path) -> Measured:
    """XQuAD, its paragraphs among all those of `reading/`."""
    paragraphs_indexed(kept, load(data / "xquad/corpus.jsonl") + distractors(data))
    with Assistant(kept) as assistant:
        every = asked(assistant, paragraph_rows(data), by_document=True)
    yield "XQuAD among the paragraphs of reading", result(every, lambda _: {})


def conversations(data: Path, kept: Path) -> Measured:
    """MTRAG, all passages in one index."""
    paragraphs_indexed(kept, load(data / "mtrag/corpus.jsonl"))
    with Assistant(kept) as assistant:
        every = asked(assistant, conversation_rows(data), by_document=True)
        yield "MTRAG", result(every, lambda one: last_turn_alone(assistant, one.row))


def reports(data: Path, kept: Path) -> Measured:
    """FinanceBench and our own questions, all reports in one index."""
    with Assistant(kept) as assistant:
        failed = assistant.add(data / "financebench/pdfs").failed
        if failed:
            raise SystemExit(f"not indexed: {failed[0]}")
        for name, rows in (
            ("FinanceBench", report_rows(data)),
            ("own questions about the reports", load_questions(OWN)),
        ):
            every = asked(assistant, rows, by_document=False)
            yield name, result(every, report_first)


SETS = {"reports": reports, "conversations": conversations, "paragraphs": paragraphs}


def printed(name: str, now: Result, before: Values | None) -> None:
    """One set's part of the table."""
    print(f"\n{name} ({now.report.questions} questions)\n")
    head = "| | | 95 % interval | of |"
    print(head + (" difference from before |" if before else ""))
    print("|---|---|---|---|" + ("---|" if before else ""))
    for measure, of in now.values.items():
        value, low, high = interval(list(of.values()))
        line = f"| {measure} | {value:.3f} | {low:.3f}–{high:.3f} | {len(of)} |"
        if before:
            line += f" {difference(of, before.get(measure, {}))} |"
        print(line)
    print(f"\nwords of an answer {now.report.words}; milliseconds {now.report.milliseconds}")
    print("\n| confidence | answers | mean | right |\n|---|---|---|---|")
    for row in now.report.reliability:
        print(
            f"| {row.low:.1f}–{row.high:.1f} | {row.answers} | "
            f"{row.confidence:.3f} | {row.accuracy:.3f} |"
        )
    print(f"\nexpected calibration error {now.report.calibration_error:.3f}")


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
            for name, now in SETS[chosen](Path(options.data), kept / chosen):
                printed(name, now, before.get(name, {}).get("values"))
                written[name] = {"report": now.report.model_dump(), "values": now.values}
    if options.json:
        options.json.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
