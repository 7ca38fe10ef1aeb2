"""How often answers of like confidence are right: the table, and the plot in docs/.

    python benchmarks/reliability.py --data DIR [--cache DIR] [--plot docs/reliability.svg]

XQuAD's questions are asked with their article in the index and without it, MTRAG's last turns with
their history, and our own questions of the six reports. An answer is right where it cites a span
that holds the answer (MTRAG: a gold passage); one that is given where nothing answers is wrong.
"""

import argparse
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from development import (
    OWN,
    conversation_rows,
    fingerprint,
    paragraph_rows,
    paragraphs_indexed,
)
from quality import load

from assistant import Assistant
from assistant.evaluating.evaluation import Asked, EvalQuestion, load_questions, right
from assistant.evaluating.metrics import Bin, calibration_error, reliability

Judged = list[tuple[float, bool]]
"""Confidence of each answer given, and whether it was right."""

COLOURS = {"XQuAD": "#0b6b58", "MTRAG": "#8a4b00", "reports": "#3a4fa3"}
SIDE, MARGIN = 320, 44


def judged(
    assistant: Assistant, row: EvalQuestion, documents: Sequence[str] | None = None
) -> Judged:
    """The answer to one question; nothing where it is refused."""
    history = [(turn.role, turn.text) for turn in row.history]
    answer = assistant.query(row.question, history=history, documents=documents)
    return [] if answer.abstained else [(answer.confidence, right(Asked(row, [], answer)))]


def paragraphs(data: Path, kept: Path) -> Judged:
    """XQuAD, with and without each question's article."""
    corpus = load(data / "xquad/corpus.jsonl")
    ids = paragraphs_indexed(kept, corpus)
    article = {ids[row["id"]]: row["article"] for row in corpus}
    found: Judged = []
    with Assistant(kept) as assistant:
        for row in paragraph_rows(data, ids):
            others = [id_ for id_, name in article.items() if name != article[str(row.document)]]
            absent = row.model_copy(update={"answerable": False})
            found += judged(assistant, row) + judged(assistant, absent, others)
    return found


def conversations(data: Path, kept: Path) -> Judged:
    """MTRAG's last turns."""
    ids = paragraphs_indexed(kept, load(data / "mtrag/corpus.jsonl"))
    with Assistant(kept) as assistant:
        return [one for row in conversation_rows(data, ids) for one in judged(assistant, row)]


def reports(data: Path, kept: Path) -> Judged:
    """Our own questions of the reports."""
    with Assistant(kept) as assistant:
        failed = assistant.add(data / "financebench/pdfs").failed
        if failed:
            raise SystemExit(f"not indexed: {failed[0]}")
        return [one for row in load_questions(OWN) for one in judged(assistant, row)]


SETS = {"XQuAD": paragraphs, "MTRAG": conversations, "reports": reports}


def plot(tables: dict[str, list[Bin]]) -> str:
    """An SVG: confidence to the right, the share that was right upwards, an area as the count."""
    size = SIDE + 2 * MARGIN
    box = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size + 90} {size}"'
    parts = [
        f'<svg {box} font-family="sans-serif" font-size="12" role="img">',
        "<title>Confidence of answers against the share that was right</title>",
        f'<rect width="{size + 90}" height="{size}" fill="#fff"/>',
        f'<path d="M{MARGIN} {MARGIN}V{MARGIN + SIDE}H{MARGIN + SIDE}" fill="none" stroke="#555"/>',
        f'<path d="M{MARGIN} {MARGIN + SIDE}L{MARGIN + SIDE} {MARGIN}" stroke="#bbb"/>',
        f'<text x="{MARGIN + SIDE / 2}" y="{size - 8}" text-anchor="middle">confidence</text>',
        f'<text x="{MARGIN}" y="{MARGIN - 14}">share that was right</text>',
    ]
    parts += list(_scale())
    for number, (name, table) in enumerate(tables.items()):
        colour = COLOURS[name]
        total = sum(row.answers for row in table)
        for row in table:
            x, y = MARGIN + SIDE * row.confidence, MARGIN + SIDE * (1 - row.accuracy)
            radius = 3 + 14 * (row.answers / total) ** 0.5
            parts.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{colour}" '
                f'fill-opacity=".35" stroke="{colour}"/>'
            )
        parts.append(
            f'<text x="{MARGIN + SIDE + 14}" y="{MARGIN + 14 + 18 * number}" fill="{colour}">'
            f"{name} ({total})</text>"
        )
    return "\n".join([*parts, "</svg>", ""])


def _scale() -> Iterator[str]:
    for tenth in (0, 5, 10):
        at = SIDE * tenth / 10
        yield (
            f'<text x="{MARGIN + at}" y="{MARGIN + SIDE + 16}" text-anchor="middle">'
            f"{tenth / 10:g}</text>"
        )
        yield (
            f'<text x="{MARGIN - 6}" y="{MARGIN + SIDE - at + 4}" text-anchor="end">'
            f"{tenth / 10:g}</text>"
        )


def main() -> None:
    """Measure, print the tables, draw the plot."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("FOOTNOTE_BENCH_DATA"))
    parser.add_argument("--cache", type=Path, help="keep the indexes there")
    parser.add_argument("--plot", type=Path, help="write the SVG there")
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the data with --data DIR or FOOTNOTE_BENCH_DATA")
    tables = {}
    with tempfile.TemporaryDirectory() as scratch:
        kept = (options.cache or Path(scratch)) / fingerprint()
        for name, ask in SETS.items():
            (kept / f"reliability-{name}").mkdir(parents=True, exist_ok=True)
            tables[name] = reliability(ask(Path(options.data), kept / f"reliability-{name}"))
            print(f"\n{name}\n\n| confidence | answers | mean | right |\n|---|---|---|---|")
            for row in tables[name]:
                print(
                    f"| {row.low:.1f}–{row.high:.1f} | {row.answers} | {row.confidence:.3f} | "
                    f"{row.accuracy:.3f} |"
                )
            print(f"\nexpected calibration error {calibration_error(tables[name]):.3f}", flush=True)
    if options.plot:
        options.plot.write_text(plot(tables), encoding="utf-8")


if __name__ == "__main__":
    main()
