"""Questions with one wrong letter, asked with and without reading it as the word that is meant.

    python benchmarks/misspelled.py --data DIR --cache FOLDER [--every 4]

In the longest word of each question (of letters alone, six at least) two neighbouring letters are
exchanged, one is left out, or one is doubled, by a seed. Asked of XQuAD's paragraphs and of the
English documents of `realdocs`: how many are answered right as they were, misspelled, and
misspelled with the remedy taken out. Stores are kept in FOLDER.
"""

import argparse
import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

from quality import load
from reader_weights import added

from assistant import Assistant
from assistant.answer import Answer
from assistant.settings import Settings

_ENGLISH = ("contracts", "council", "handbook", "hardware", "manual")

Case = tuple[str, Callable[[Answer], bool]]


def main() -> None:
    """Print a line for each set."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--cache", type=Path, required=True)
    options.add_argument("--every", type=int, default=4)
    given = options.parse_args()
    for name, cases, store in [*xquad(given.data, given.cache), *realdocs(given.data, given.cache)]:
        with Assistant(settings=Settings(store=store)) as assistant:
            right = dict.fromkeys(("as they were", "misspelled", "without the remedy"), 0)
            asked = list(cases)[:: given.every]
            for question, is_right in asked:
                wrong = misspelled(question)
                right["as they were"] += is_right(assistant.query(question))
                right["misspelled"] += is_right(assistant.query(wrong))
                with mock.patch("assistant.embedded.misspelled_words", return_value={}):
                    right["without the remedy"] += is_right(assistant.query(wrong))
            print(name, len(asked), right, flush=True)


def misspelled(question: str) -> str:
    """The question with one mistake; unchanged if it has no word for it.

    >>> misspelled("When did the sirens sound?") != "When did the sirens sound?"
    True
    """
    chance = random.Random(question)
    words = re.findall(r"\b[a-z]{6,}\b", question)
    if not words:
        return question
    word = max(words, key=len)
    at = chance.randrange(1, len(word) - 1)
    changed = chance.choice(
        [
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
        ]
    )
    return question.replace(word, changed, 1)


def xquad(data: Path, cache: Path) -> Iterator[tuple[str, list[Case], Path]]:
    """Right is an answer that holds the gold words."""
    corpus, store = load(data / "xquad/corpus.jsonl"), cache / "xquad"
    added(store, [(row["id"], "", row["text"]) for row in corpus])
    texts = {row["id"]: row["text"] for row in corpus}

    def holds(words: str) -> Callable[[Answer], bool]:
        return lambda answer: not answer.abstained and words in answer.text

    cases = [
        (row["question"], holds(texts[gold["doc"]][gold["start"] : gold["end"]]))
        for row in load(data / "xquad/queries.jsonl")
        for gold in row["gold"][:1]
    ]
    yield "xquad", cases, store


def realdocs(data: Path, cache: Path) -> Iterator[tuple[str, list[Case], Path]]:
    """Right is an answer that holds what the case says."""
    folder = data / "realdocs"
    rows = [json.loads(line) for line in (folder / "cases.jsonl").read_text("utf-8").splitlines()]

    def holds(patterns: list[str]) -> Callable[[Answer], bool]:
        return lambda answer: (
            not answer.abstained
            and all(re.search(one, answer.text, re.IGNORECASE) for one in patterns)
        )

    for corpus in _ENGLISH:
        store = cache / corpus
        with Assistant(settings=Settings(store=store)) as assistant:
            if not assistant.documents():
                assistant.add(
                    sorted(filter(Path.is_file, (folder / "corpora" / corpus).rglob("*")))
                )
        cases = [
            (row["q"], holds(row["must"]))
            for row in rows
            if row["corpus"] == corpus and not row.get("abstain") and not row.get("history")
        ]
        yield corpus, cases, store


if __name__ == "__main__":
    main()
