"""Real documents that nothing was made on: what is found, answered and refused, by corpus.

    python benchmarks/unseen.py --data DIR [--corpora NAME …] [--cache FOLDER] [--json FILE]
                                [--setting NAME=VALUE …] [--show]

DIR holds `realdocs`: `corpora/NAME/` and `cases.jsonl`, questions with patterns that a right answer
holds. `ten` and `twenty` are questions whose answer's patterns all stand in the first passages of a
search, `right` answers that hold them, `refused` unanswerable questions that were refused. Stores
are made anew, or kept in FOLDER by the settings they were made with.
"""

import argparse
import hashlib
import json
import re
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from assistant import Assistant
from assistant.answer import Answer
from assistant.settings import Settings

_DEEP = 20


@dataclass(frozen=True)
class Asked:
    """A question and what became of it."""

    id: str
    corpus: str
    kind: str
    answerable: bool
    ten: bool
    twenty: bool
    right: bool
    abstained: bool
    confidence: float
    words: int
    text: str


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--corpora", nargs="*")
    options.add_argument("--cache", type=Path)
    options.add_argument("--setting", nargs="*", default=[])
    options.add_argument("--json", type=Path)
    options.add_argument("--show", action="store_true")
    given = options.parse_args()
    settings = dict(one.split("=", 1) for one in given.setting)
    asked = list(run(given.data / "realdocs", given.corpora, settings, given.cache))
    if given.show:
        for one in asked:
            if not one.right:
                print(f"{one.id} {one.kind} ten={one.ten} {one.confidence:.2f}: {one.text[:300]}")
    table(asked)
    if given.json:
        given.json.write_text(json.dumps([asdict(one) for one in asked], ensure_ascii=False))


def run(
    folder: Path, corpora: Sequence[str] | None, settings: dict[str, str], cache: Path | None
) -> Iterator[Asked]:
    """Each question of the corpora asked."""
    lines = (folder / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    cases: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for case in map(json.loads, filter(str.strip, lines)):
        cases[case["corpus"]].append(case)
    for corpus, own in sorted(cases.items()):
        if corpora and corpus not in corpora:
            continue
        with tempfile.TemporaryDirectory() as scratch:
            made_with = hashlib.sha256(repr(sorted(settings.items())).encode()).hexdigest()[:8]
            store = (cache or Path(scratch)) / f"{corpus}-{made_with}"
            with Assistant(settings=Settings(store=store, **settings)) as assistant:
                if not assistant.documents():
                    within = folder / "corpora" / corpus
                    assistant.add(sorted(filter(Path.is_file, within.rglob("*"))))
                yield from (_asked(assistant, case) for case in own)


def _asked(assistant: Assistant, case: dict[str, Any]) -> Asked:
    answerable = not case.get("abstain")
    passages = [
        f"{one.title} {one.path} {one.text}" for one in assistant.search(case["q"], k=_DEEP)
    ]
    history = [
        turn
        for question, answer in case.get("history", [])
        for turn in (("user", question), ("assistant", answer))
    ]
    answer = assistant.query(case["q"], history=history or None)
    text = _told(answer, case["kind"])
    barred = any(re.search(bar, text, re.IGNORECASE) for bar in case.get("must_not", []))
    right = not answer.abstained and _holds(text, case) and not barred
    return Asked(
        id=case["id"],
        corpus=case["corpus"],
        kind=case["kind"],
        answerable=answerable,
        ten=answerable and _holds(" ".join(passages[:10]), case),
        twenty=answerable and _holds(" ".join(passages), case),
        right=right if answerable else answer.abstained,
        abstained=answer.abstained,
        confidence=answer.confidence,
        words=len(text.split()),
        text=text,
    )


def _told(answer: Answer, kind: str) -> str:
    text = re.sub(r"\s+", " ", re.sub(r"\[\d+\]", "", answer.text))
    if kind == "which":
        text += " " + " ".join(f"{c.title} {Path(c.path or '').name}" for c in answer.citations)
    return text


def _holds(text: str, case: dict[str, Any]) -> bool:
    flat = re.sub(r"\s+", " ", text)
    return all(re.search(must, flat, re.IGNORECASE) for must in case.get("must", []))


def table(asked: Sequence[Asked]) -> None:
    """A row for each corpus and for each kind of question, and for all."""
    head = ("", "n", "ten", "twenty", "right", "unanswerable", "refused", "words")
    print("{:14}{:>5}{:>7}{:>8}{:>7}{:>14}{:>9}{:>7}".format(*head))
    for name in ("corpus", "kind"):
        for value in sorted({getattr(one, name) for one in asked}):
            _row(value, [one for one in asked if getattr(one, name) == value])
        print()
    _row("all", asked)
    print()
    shown = [one for one in asked if not one.abstained]
    for low, high in pairwise((0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)):
        here = [one.right for one in shown if low <= one.confidence < high]
        if here:
            print(f"confidence {low:.1f} to {min(high, 1):.1f}: {sum(here)} of {len(here)} right")


def _row(name: str, some: Sequence[Asked]) -> None:
    can = [one for one in some if one.answerable]
    cannot = [one for one in some if not one.answerable]
    words = statistics.median([one.words for one in some])
    print(
        f"{name:14}{len(can):5}{sum(one.ten for one in can):7}{sum(one.twenty for one in can):8}"
        f"{sum(one.right for one in can):7}{len(cannot):14}{sum(one.right for one in cannot):9}"
        f"{words:7.0f}"
    )


if __name__ == "__main__":
    main()
