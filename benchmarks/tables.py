"""Questions over tables of real reports: figures found, computed, wrong or refused, by kind.

    python benchmarks/tables.py --data DIR [--first N] [--limit N] [--cache FOLDER] [--show]

DIR holds `tables/tatqa.jsonl`, the development part of TAT-QA (CC BY 4.0): on each line a table,
its paragraphs and questions with answer, scale and type. Every table becomes a Markdown file with
its paragraphs; all stand in one store, and each question is asked of its own file. `figure` are
answers with a cell, or with what the program computed, that hold the gold ones (sign and scale
apart), `figure wrong` those that do not, also where no figure was asked for; `sentence` are other
answers that hold the gold words; `nearest row` is what the row with most of the question's words
would give.
"""

import argparse
import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import Assistant
from assistant.answer import Answer, Sentence
from assistant.messages import COMPUTED, FROM_TABLE

_NUMBER = re.compile(r"\(?[-−–]?[$€£¥]?\s?\d[\d,]*(?:\.\d+)?\)?")
_SCALE = re.compile(r"(.*\d\)?) (?:thousand|million|billion)")


@dataclass(frozen=True)
class Asked:
    """A question and what became of it."""

    kind: str
    outcome: str
    nearest: bool
    question: str
    gold: str
    told: str


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--first", type=int, default=0, help="the first table, from 0")
    options.add_argument("--limit", type=int, help="how many tables")
    options.add_argument("--cache", type=Path)
    options.add_argument("--show", action="store_true")
    given = options.parse_args()
    lines = (given.data / "tables" / "tatqa.jsonl").read_text(encoding="utf-8").splitlines()
    chosen = lines[given.first :][: given.limit]
    items = [json.loads(line) for line in chosen]
    asked = []
    for one in run(items, given.cache):
        asked.append(one)
        if given.show:
            print(
                f"{one.outcome:13}{one.kind:11}{one.question}\n    = {one.gold}\n    > {one.told}"
            )
    print_table(asked)


def run(items: list[dict[str, Any]], cache: Path | None) -> Iterator[Asked]:
    """Each question with its outcome."""
    with tempfile.TemporaryDirectory() as made:
        folder = cache or Path(made)
        files = folder / "files"
        files.mkdir(parents=True, exist_ok=True)
        for n, item in enumerate(items):
            (files / f"report-{n:03}.md").write_text(as_markdown(item, n), encoding="utf-8")
        with Assistant(folder / "store") as assistant:
            assistant.add(files)
            ids = {Path(d.path).stem: d.id for d in assistant.documents() if d.path}
            for n, item in enumerate(items):
                for question in item["questions"]:
                    answer = assistant.query(
                        question["question"], documents=[ids[f"report-{n:03}"]]
                    )
                    yield judged(question, answer, item)


def as_markdown(item: dict[str, Any], number: int) -> str:
    """A table with its paragraphs as one file."""
    rows = [[cell.replace("|", "/") for cell in row] for row in item["table"]]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|" + "---|" * len(rows[0]))
    return f"# Report {number}\n\n" + "\n\n".join([*item["paragraphs"], "\n".join(lines)]) + "\n"


def judged(question: dict[str, Any], answer: Answer, item: dict[str, Any]) -> Asked:
    """What became of a question."""
    gold = question["answer"]
    wanted = [str(one) for one in gold] if isinstance(gold, list) else [str(gold)]
    # What is there of figures that are not computed stands below a line that says so.
    told = [] if answer.message else [one for one in answer.sentences if is_figure(one)]
    if answer.abstained or not answer.sentences:
        outcome = "refused"
    elif told:
        outcome = "figure" if are_told(wanted, [figure_of(one) for one in told]) else "figure wrong"
    else:
        held = all(flat(w) in flat(answer.text) for w in wanted)
        outcome = "sentence" if held else "other"
    nearest = max(item["table"], key=lambda row: shared(" ".join(row), question["question"]))
    return Asked(
        question["answer_type"],
        outcome,
        all(flat(w) in flat(" ".join(nearest)) for w in wanted),
        question["question"],
        f"{gold} {question['scale']} ({question['derivation']})",
        (answer.text or answer.message)[:300].replace("\n", " "),
    )


def is_figure(sentence: Sentence) -> bool:
    """Whether a sentence gives a cell, or what was computed, and not a whole row."""
    if is_made(sentence):
        return True
    ends = [end for _, end in sentence.exact if sentence.added]
    return ends == [len(sentence.text)] and sentence.text.count(" | ") <= 1


def is_made(sentence: Sentence) -> bool:
    """Whether a sentence is the program's own, of a query or a formula."""
    return sentence.text.startswith((f"[{COMPUTED}", f"[{FROM_TABLE}"))


def figure_of(sentence: Sentence) -> str:
    """The figure of a sentence; of a cell also what it is called, as a year may be asked for."""
    if not is_made(sentence):
        return sentence.text
    return " ".join(sentence.text[a:b] for a, b in sentence.exact)


def are_told(wanted: Sequence[str], told: Sequence[str]) -> bool:
    """Whether each of the gold figures is among those that are told."""
    return all(any(same(one, text) for text in told) for one in wanted)


def same(gold: str, told: str) -> bool:
    """Whether a figure is the gold one: sign, currency, a scale in words and rounding apart."""
    scaled = _SCALE.fullmatch(gold)
    wanted = number(scaled[1] if scaled else gold)
    found = [one for text in _NUMBER.findall(told) if (one := number(text)) is not None]
    if wanted is None:
        return flat(gold) in flat(told)
    scales = (1.0, 1e3, 1e6) if scaled else (1.0,)
    return any(abs(abs(one) / by - abs(wanted)) < 0.0501 for one in found for by in scales)


def number(text: str) -> float | None:
    """A figure as a number; None of words."""
    plain = re.sub(r"[^\d.]", "", text)
    whole = re.fullmatch(r"\W*\d[\d,]*(?:\.\d+)?\W*", text.strip())
    return float(plain) if whole and plain.count(".") <= 1 else None


def flat(text: str) -> str:
    """Words and figures alone, in small letters."""
    return " ".join(re.findall(r"[\w.,%]*\w", text.lower()))


def shared(row: str, question: str) -> int:
    """How many words of a question stand in a row."""
    return len(set(flat(row).split()) & set(flat(question).split()))


def print_table(asked: list[Asked]) -> None:
    """Print shares of all questions, by kind."""
    by_kind: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        by_kind[one.kind].append(one)
        by_kind["all"].append(one)
    outcomes = ("figure", "sentence", "figure wrong", "other", "refused")
    print(f"{'':12}{'n':>6}" + "".join(f"{name:>14}" for name in (*outcomes, "nearest row")))
    for kind, ones in sorted(by_kind.items()):
        shares = [sum(one.outcome == name for one in ones) / len(ones) for name in outcomes]
        shares.append(sum(one.nearest for one in ones) / len(ones))
        print(f"{kind:12}{len(ones):>6}" + "".join(f"{share:>14.3f}" for share in shares))


if __name__ == "__main__":
    main()
