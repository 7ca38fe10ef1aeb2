"""Claims that people would write about paragraphs of `reading`, and their like that say too much.

`training/written/` holds them, written by hand for this purpose: after '@' and the first digits of
the paragraph's hash a claim a line, '+' before what the paragraph carries and '-' before what it
does not, the words that it does not carry in double brackets.
"""

import hashlib
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.language.terms import content_terms
from training.claims import Claim, Source

FOLDER = Path(__file__).parent / "written"

DIGITS = 10
MOST, ADDS = 3, 0.08
"""As the product aligns a sentence: sentences cited at most, and the words that one must add."""

CHARACTERS = 900
"""Of the longest evidence."""

WITHOUT, LEFT = 0.15, 0.6
"""How often a claim that is carried comes with evidence that no longer does: what holds its words
best is left out, and of its words no more than so much is left. Else the judge would learn that
claims in other words are the right ones."""

ELSEWHERE = 0.25
"""How often it comes with what other paragraphs hold of its words."""

MIXED, AROUND = 0.35, 0.25
"""How often the evidence has such sentences besides, and how often more of its own paragraph."""

COMMON = 400
"""Sentences that hold a word at most, for it to tell where a claim's words stand."""

_WRONG = re.compile(r"\[\[(.+?)\]\]")


def claims(text: str) -> Iterator[tuple[str, str, bool, tuple[tuple[int, int], ...]]]:
    """Of a file: paragraph, claim, whether the paragraph carries it, the words that it does not.

    Raises:
        ValueError: a line of another form.
    """
    paragraph = ""
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("@"):
            paragraph = line[1 : DIGITS + 1]
            continue
        sign, _, said = line.partition(" ")
        if sign not in ("+", "-") or not paragraph or (sign == "+") == bool(_WRONG.search(said)):
            raise ValueError(f"no claim of the form '+ …' or '- … [[wrong]] …': {line}")
        wrong, plain = [], ""
        for number, piece in enumerate(_WRONG.split(said)):
            if number % 2:
                wrong.append((len(plain), len(plain) + len(piece)))
            plain += piece
        yield paragraph, plain, sign == "+", tuple(wrong)


class Written:
    """The claims of a folder with the paragraphs that they are about."""

    def __init__(self, found: Sequence[Source], folder: Path = FOLDER) -> None:
        by_hash = {hashlib.sha256(s.text.encode()).hexdigest()[:DIGITS]: s for s in found}
        self.training: list[tuple[Source, Claim]] = []
        self.held_out: list[tuple[Source, Claim]] = []
        for file in sorted(folder.glob("*.txt")):
            for paragraph, said, supported, wrong in claims(file.read_text(encoding="utf-8")):
                if (source := by_hash.get(paragraph)) is not None:
                    evidence = aligned(said, source)
                    claim = Claim(said, evidence, supported, wrong, f"written {supported}")
                    (self.held_out if source.held_out else self.training).append((source, claim))
        self._elsewhere = Elsewhere([source for source in found if not source.held_out])

    def drawn(self, chance: random.Random) -> Claim:
        """One to train on."""
        source, claim = chance.choice(self.training)
        kind = chance.random()
        if claim.supported and kind < WITHOUT + ELSEWHERE:
            evidence = (
                without(claim.text, source)
                if kind < WITHOUT
                else " ".join(self._elsewhere.of(claim.text, source)[: chance.randint(1, 3)])
            )
            if evidence:
                return Claim(claim.text, evidence, False, None, "written absent")
        held = [n for n in range(len(source.sentences)) if source.said(n) in claim.evidence]
        kind = chance.random()
        if kind < AROUND:
            evidence = around(source, held, chance.uniform(0.4, 1.0) * CHARACTERS)
        elif kind < AROUND + MIXED:
            others = self._elsewhere.of(claim.text, source)[: chance.randint(1, 2)]
            pieces = [*(source.said(n) for n in held), *others]
            chance.shuffle(pieces)
            evidence = " ".join(pieces)
        else:
            evidence = claim.evidence
        return Claim(claim.text, evidence, claim.supported, claim.wrong, claim.kind)


class Elsewhere:
    """What other paragraphs hold of a claim's words."""

    def __init__(self, found: Sequence[Source]) -> None:
        self._sentences = [(s.text, s.said(n)) for s in found for n in range(len(s.sentences))]
        self._holding: dict[str, list[int]] = defaultdict(list)
        for number, (_, said) in enumerate(self._sentences):
            for term in content_terms(said):
                self._holding[term].append(number)
        self._known: dict[str, list[str]] = {}

    def of(self, claim: str, source: Source) -> list[str]:
        """The sentences of other paragraphs that hold most of the claim's rarer words."""
        if claim not in self._known:
            held: Counter[int] = Counter()
            for term in sorted(content_terms(claim)):
                places = self._holding.get(term, [])
                if len(places) <= COMMON:
                    held.update(places)
            best = (self._sentences[number] for number, _ in held.most_common(40))
            others = [said for text, said in best if text != source.text and len(said) < 400]
            self._known[claim] = others[:MOST]
        return self._known[claim]


def around(source: Source, held: Sequence[int], characters: float) -> str:
    """The sentences held and those nearest to them, as many as fit, in the paragraph's order."""
    others = sorted(
        (n for n in range(len(source.sentences)) if n not in held),
        key=lambda n: min((abs(n - m) for m in held), default=n),
    )
    chosen = list(held)
    length = sum(len(source.said(n)) for n in chosen)
    for n in others:
        length += len(source.said(n))
        if length > characters:
            break
        chosen.append(n)
    return " ".join(source.said(n) for n in sorted(chosen))


def aligned(claim: str, source: Source) -> str:
    """The fewest sentences of the paragraph that hold the claim's words, in its order."""
    chosen, _ = _covering(claim, source, range(len(source.sentences)))
    return " ".join(source.said(n) for n in sorted(chosen))


def without(claim: str, source: Source) -> str:
    """The same of the others, without the sentence that holds most; empty if they hold as much."""
    (best, *_), all_ = _covering(claim, source, range(len(source.sentences)))
    others = [n for n in range(len(source.sentences)) if n != best]
    chosen, left = _covering(claim, source, others)
    if len(left) > LEFT * len(all_):
        return ""
    return " ".join(source.said(n) for n in sorted(chosen))


def _covering(
    claim: str, source: Source, numbers: Sequence[int]
) -> tuple[list[int], frozenset[str]]:
    """Of these sentences the fewest that hold the claim's words, the best first, and the words."""
    terms = content_terms(claim)
    held = {n: content_terms(source.said(n)) & terms for n in numbers}
    chosen: list[int] = []
    covered: frozenset[str] = frozenset()
    while len(chosen) < MOST:
        best = max(held, key=lambda n: len(held[n] - covered))
        if chosen and len(held[best] - covered) < ADDS * len(terms):
            break
        chosen.append(best)
        covered |= held[best]
    return chosen, covered
