"""How well the embedded engine finds, reads and abstains, on questions with known answers.

    python benchmarks/quality.py --data DIR [--json FILE]

DIR holds `xquad/corpus.jsonl` and `xquad/queries.jsonl` (see benchmarks/README.md for the format
and where the public set comes from). Sentence boundaries are pysbd's, not the product's.
"""

import argparse
import json
import os
import re
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pysbd

from assistant import Answer, Assistant

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Asked:
    """A question with what the product did: with its article in the index, and without."""

    gold: tuple[str, int, int]
    expected: str
    article: int
    ranking: list[str]
    answer: Answer
    absent: Answer


def load(path: Path) -> Rows:
    """The rows of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def indexed(assistant: Assistant, corpus: Rows, folder: Path) -> dict[str, str]:
    """Add each paragraph as a file of its own: paragraph id → document id."""
    for row in corpus:
        (folder / f"{row['id']}.txt").write_text(row["text"], encoding="utf-8", newline="")
    report = assistant.add(folder)
    if report.failed:
        raise SystemExit(f"not indexed: {report.failed[0]}")
    return {Path(done.path).stem: str(done.document_id) for done in report.added}


def asked(assistant: Assistant, ids: dict[str, str], corpus: Rows, questions: Rows) -> list[Asked]:
    """Every question put to all documents, and to those of the other articles."""
    names = {document_id: name for name, document_id in ids.items()}
    articles = {row["id"]: row["article"] for row in corpus}
    found = []
    for question in questions:
        text, gold = question["question"], question["gold"][0]
        others = [ids[name] for name, a in articles.items() if a != question["article"]]
        passages = assistant.search(text, k=30)
        ranking = list(dict.fromkeys(names[p.document_id] for p in passages))
        found.append(
            Asked(
                gold=(gold["doc"], gold["start"], gold["end"]),
                expected=question["answers"][0],
                article=question["article"],
                ranking=ranking,
                answer=assistant.query(text),
                absent=assistant.query(text, documents=others),
            )
        )
    return found


def unremembered(assistant: Assistant, questions: Rows) -> list[float]:
    """Milliseconds an answer, each with all that is remembered thrown away before."""
    times = []
    for question in questions:
        assistant._answering.embedded.vectors.forget()  # no user ever needs this
        assistant._answering.embedded.spans.forget()
        assistant._answering.embedded.reader._blocks.forget()
        answer = assistant.query(question["question"])
        times.append(sum(answer.timings.values()) * 1000)
    return times


class Scoring:
    """Whether cited spans hold the gold answer, by the benchmark's own sentences."""

    def __init__(self, corpus: Rows, ids: dict[str, str]) -> None:
        segmenter = pysbd.Segmenter(language="en", clean=False, char_span=True)
        self._names = {document_id: name for name, document_id in ids.items()}
        self._sentences = {
            row["id"]: [
                (span.start, span.start + len(span.sent.rstrip()))
                for span in segmenter.segment(row["text"])
            ]
            for row in corpus
        }

    def holds(self, answer: Answer, gold: tuple[str, int, int], best: int) -> bool:
        """Whether one of the `best` highest scored citations is the gold sentence, or part of it.

        A citation that overlaps two of the benchmark's sentences counts as a miss.
        """
        document, start, end = gold
        ranked = sorted(answer.citations, key=lambda citation: -citation.score)[:best]
        for citation in ranked:
            if self._names[citation.document_id] != document:
                continue
            touched = [
                sentence
                for sentence in self._sentences[document]
                if sentence[0] < citation.end and sentence[1] > citation.start
            ]
            if len(touched) == 1 and touched[0][0] <= start and end <= touched[0][1]:
                return True
        return False


def exact(answer: Answer) -> str:
    """The words set out inside the sentences; empty where there are none."""
    return " ".join(s.text[start:end] for s in answer.sentences for start, end in s.exact)


def token_f1(said: str, expected: str) -> float:
    """SQuAD's measure: the harmonic mean of precision and recall over words without articles."""
    first, second = (
        Counter(w for w in re.findall(r"\w+", text.lower()) if w not in ("a", "an", "the"))
        for text in (said, expected)
    )
    shared = (first & second).total()
    return 2 * shared / (first.total() + second.total()) if shared else 0.0


def share(values: Iterable[bool]) -> float:
    """The part of the values that is true."""
    every = list(values)
    return round(sum(every) / len(every), 4)


def interval(value: float, n: int) -> str:
    """The 95 % Wilson interval of a share of n."""
    z = 1.96
    middle = (value + z * z / (2 * n)) / (1 + z * z / n)
    half = z * ((value * (1 - value) + z * z / (4 * n)) / n) ** 0.5 / (1 + z * z / n)
    return f"{middle - half:.3f}–{middle + half:.3f}"


def quantile(values: Sequence[float], part: float) -> float:
    """The value below which a part of the values lies."""
    return sorted(values)[min(int(part * len(values)), len(values) - 1)]


def figures(results: list[Asked], scoring: Scoring, first: list[float]) -> dict[str, float]:
    """All measures of one run."""
    words = [
        sum(len(s.text.split()) for s in r.answer.sentences)
        for r in results
        if not r.answer.abstained
    ]
    rank = [r.ranking.index(r.gold[0]) + 1 if r.gold[0] in r.ranking else 0 for r in results]
    times = [sum(r.answer.timings.values()) * 1000 for r in results]
    return {
        "questions": len(results),
        **{f"passage recall@{k}": share(0 < at <= k for at in rank) for k in (1, 3, 5, 10)},
        "passage MRR": round(statistics.fmean(1 / at if at else 0.0 for at in rank), 4),
        "best sentence holds the answer": share(
            scoring.holds(r.answer, r.gold, 1) for r in results
        ),
        "two best sentences hold it": share(scoring.holds(r.answer, r.gold, 2) for r in results),
        "exact span set out": share(bool(exact(r.answer)) for r in results),
        "exact span, token F1 (0 where none)": round(
            statistics.fmean(token_f1(exact(r.answer), r.expected) for r in results), 4
        ),
        "exact span is the answer": share(
            token_f1(exact(r.answer), r.expected) == 1 for r in results
        ),
        "answered, article there": share(not r.answer.abstained for r in results),
        "abstained, article absent": share(r.absent.abstained for r in results),
        "answers that report a conflict": share(bool(r.answer.conflicts) for r in results),
        "sentences dropped by verification": sum(len(r.answer.dropped) for r in results),
        "answer words, median": statistics.median(words),
        "answer words, 95th percentile": quantile(words, 0.95),
        "answer milliseconds, median": round(statistics.median(times), 1),
        "answer milliseconds, 95th percentile": round(quantile(times, 0.95), 1),
        "the same, nothing remembered, median": round(statistics.median(first), 1),
        "the same, nothing remembered, 95th": round(quantile(first, 0.95), 1),
    }


def main() -> None:
    """Run the set and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("FOOTNOTE_BENCH_DATA"))
    parser.add_argument("--json", type=Path, help="write the figures there too")
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the data with --data DIR or FOOTNOTE_BENCH_DATA")
    data = Path(options.data) / "xquad"
    corpus, questions = load(data / "corpus.jsonl"), load(data / "queries.jsonl")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "paragraphs"
        folder.mkdir()
        with Assistant(Path(scratch) / "store") as assistant:
            ids = indexed(assistant, corpus, folder)
            results = asked(assistant, ids, corpus, questions)
            first = unremembered(assistant, questions[::5])
    measured = figures(results, Scoring(corpus, ids), first)
    for name, value in measured.items():
        shares = isinstance(value, float) and 0 <= value <= 1
        print(f"{name:40} {value:8}  {interval(value, len(results)) if shares else ''}")
    if options.json:
        options.json.write_text(json.dumps(measured, indent=1) + "\n")


if __name__ == "__main__":
    main()
