"""Claims that people would write about paragraphs of `reading`, and their like that say too much.

`training/written/` holds them, written by hand for this purpose: after '@' and the first digits of
the paragraph's hash a claim a line, '+' before what the paragraph carries and '-' before what it
does not, the words that it does not carry in double brackets.
"""

import hashlib
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.questions import content_terms
from training.claims import Claim, Source

FOLDER = Path(__file__).parent / "written"

DIGITS = 10
MOST, ADDS = 3, 0.08
"""As the product aligns a sentence: sentences cited at most, and the words that one must add."""

AS_CITED = 0.5
"""How often the evidence is what the claim would be aligned to; else more of the paragraph is, in
case that what carries the claim says it in other words."""

CHARACTERS = 900
"""Of the longest evidence."""

WITHOUT, LEFT = 0.35, 0.6
"""How often a claim that is carried comes with evidence that no longer does: what holds its words
best is left out, and of its words no more than so much is left. Else the judge would learn that
claims in other words are the right ones."""

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

    def drawn(self, chance: random.Random) -> Claim:
        """One to train on."""
        source, claim = chance.choice(self.training)
        if claim.supported and chance.random() < WITHOUT:
            evidence = without(claim.text, source)
            if evidence:
                return Claim(claim.text, evidence, False, None, "written absent")
        if chance.random() < AS_CITED:
            return claim
        held = [n for n in range(len(source.sentences)) if source.said(n) in claim.evidence]
        evidence = around(source, held, chance.uniform(0.4, 1.0) * CHARACTERS)
        return Claim(claim.text, evidence, claim.supported, claim.wrong, claim.kind)


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
