"""Claims with evidence, supported or not: what the support adapter is trained on.

From `reading`: sentences said a little differently, statements made of questions and answers, and
both distorted; the evidence is the sentence that carries the true one, mostly with others of its
paragraph. From `support` (WiCE): claims of Wikipedia with sentences of the pages they cite.
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.language.terms import content_terms
from index.sentences import sentence_spans
from training.distortions import Distorted, distorted, names_in, with_clause
from training.rows import Paragraph
from training.statements import reworded, statement

FOLDS = 5
EVIDENCE_CHARACTERS = 700
HELD_OUT = 6
"""One title in so many is for validation, and for fitting how far to trust the judge."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim with its evidence.

    `wrong` are the spans of the claim that the evidence does not carry, None where they are not
    known.
    """

    text: str
    evidence: str
    supported: bool
    wrong: tuple[Span, ...] | None
    kind: str


@dataclass(frozen=True, slots=True)
class Source:
    """A paragraph cut into sentences, with the names in it and its questions."""

    text: str
    sentences: tuple[Span, ...]
    names: tuple[str, ...]
    questions: tuple[tuple[str, str, int], ...]
    held_out: bool
    origin: str

    def said(self, number: int) -> str:
        """One sentence."""
        start, end = self.sentences[number]
        return " ".join(self.text[start:end].split())

    def with_others(self, numbers: Sequence[int], chance: random.Random, most: int = 2) -> str:
        """The sentences, and up to so many others of the paragraph, in its order."""
        others = [n for n in range(len(self.sentences)) if n not in numbers]
        near = sorted(others, key=lambda n: min(abs(n - m) for m in numbers) + chance.random())
        chosen = sorted({*numbers, *near[: chance.randint(0, most)]})
        return " ".join(self.said(n) for n in chosen)[:EVIDENCE_CHARACTERS]


def sources(paragraphs: Sequence[Paragraph]) -> list[Source]:
    """Paragraphs with at least two sentences."""
    found = []
    for paragraph in paragraphs:
        spans = tuple((s, e) for s, e in sentence_spans(paragraph.text))
        if len(spans) < 2:
            continue
        questions = []
        for question, answers in paragraph.questions:
            start, end = min(answers, key=lambda span: span[1] - span[0])
            number = next((n for n, (s, e) in enumerate(spans) if s <= start and end <= e), None)
            if number is not None:
                questions.append((question, paragraph.text[start:end], number))
        found.append(
            Source(
                paragraph.text,
                spans,
                tuple(names_in(paragraph.text)),
                tuple(questions),
                paragraph.one_in(HELD_OUT),
                paragraph.source,
            )
        )
    return found


def claims(source: Source, elsewhere: Source, chance: random.Random) -> Iterator[Claim]:
    """Some claims from a paragraph, about as many supported as not; `elsewhere` is another one."""
    numbers = [
        n
        for n in range(len(source.sentences))
        if len(source.said(n).split()) >= 5 and not source.said(n).endswith("?")
    ]
    for number in chance.sample(numbers, min(2, len(numbers))):
        yield from _of_sentence(source, number, elsewhere, chance)
    for asked in chance.sample(source.questions, min(2, len(source.questions))):
        yield from _of_question(source, asked, chance)


def _of_sentence(
    source: Source, number: int, elsewhere: Source, chance: random.Random
) -> Iterator[Claim]:
    sentence = source.said(number)
    evidence = source.with_others([number], chance)
    true = [sentence, *reworded(sentence, chance)]
    for text in chance.sample(true, min(2, len(true))):
        yield Claim(text, evidence, True, (), "reworded" if text != sentence else "same")
    changed: list[Distorted] = distorted(chance.choice(true), source.names, chance)
    clause = with_clause(
        chance.choice(true), elsewhere.said(chance.randrange(len(elsewhere.sentences))), chance
    )
    if clause is not None:
        changed.append(clause)
    for one in chance.sample(changed, min(2, len(changed))):
        yield Claim(one.text, evidence, False, one.wrong, one.kind)
    others = [n for n in range(len(source.sentences)) if n != number]
    if chance.random() < 0.35:
        # The rest of the paragraph speaks of the same thing and does not say so.
        without = source.with_others([chance.choice(others)], chance)
        if sentence not in without:
            yield Claim(chance.choice(true), without, False, None, "absent")


def _of_question(
    source: Source, asked: tuple[str, str, int], chance: random.Random
) -> Iterator[Claim]:
    question, answer, number = asked
    made = statement(question, answer, source.text)
    if made is None:
        return
    evidence = source.with_others([number], chance)
    yield Claim(made, evidence, True, (), "statement")
    for one in chance.sample(found := distorted(made, source.names, chance), min(1, len(found))):
        yield Claim(one.text, evidence, False, one.wrong, f"statement {one.kind}")
    others = [
        (text, n)
        for other, text, n in source.questions
        if other != question
        and other.split()[0].lower() == question.split()[0].lower()
        and not content_terms(text) & content_terms(answer)
    ]
    if others:
        wrong, elsewhere = chance.choice(others)
        false = statement(question, wrong, source.text)
        if false is not None:
            evidence = source.with_others(sorted({number, elsewhere}), chance, most=1)
            at = false.lower().find(wrong.lower().strip(" .,;:"))
            place = ((at, at + len(wrong.strip(" .,;:"))),) if at >= 0 else None
            yield Claim(false, evidence, False, place, "wrong answer")


# WiCE ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cited:
    """A claim of Wikipedia with the page it cites, sentence by sentence."""

    text: str
    page: tuple[str, ...]
    label: str
    support: tuple[tuple[int, ...], ...]
    wrong: tuple[Span, ...] | None
    fold: int
    title: str = field(default="")


def cited(data: Path) -> tuple[list[Cited], list[Cited]]:
    """The claims, and the sub-claims with their unsupported words; folds are by article."""
    folder = data / "support"
    rows = [json.loads(line) for line in (folder / "claims.jsonl").open(encoding="utf-8")]
    words = [
        json.loads(line) for line in (folder / "unsupported_words.jsonl").open(encoding="utf-8")
    ]
    titles = sorted({row["meta"]["claim_title"] for row in [*rows, *words]})
    random.Random(0).shuffle(titles)  # noqa: S311
    fold = {title: n % FOLDS for n, title in enumerate(titles)}
    return [_cited(row, fold) for row in rows], [_cited(row, fold) for row in words]


def _cited(row: dict[str, object], fold: dict[str, int]) -> Cited:
    meta = row["meta"]
    title = str(meta["claim_title"]) if isinstance(meta, dict) else ""
    wrong = None
    if "claim_tokens" in row:
        wrong = _spans(str(row["claim"]), row["claim_tokens"], row["non_supported_spans"])  # type: ignore[arg-type]
    elif row["label"] == "supported":
        wrong = ()
    return Cited(
        str(row["claim"]),
        tuple(row["evidence"]),  # type: ignore[arg-type]
        str(row["label"]),
        tuple(tuple(group) for group in row["supporting_sentences"]),  # type: ignore[attr-defined]
        wrong,
        fold[title],
        title,
    )


def _spans(text: str, tokens: Sequence[str], marked: Sequence[bool]) -> tuple[Span, ...]:
    found, at = [], 0
    for token, bad in zip(tokens, marked, strict=True):
        at = text.index(token, at)
        if bad:
            found.append((at, at + len(token)))
        at += len(token)
    return tuple(found)


def evidence_of(one: Cited, chance: random.Random | None = None) -> str:
    """The sentences that support a claim as far as they do; else those most like it."""
    if one.support:
        group = chance.choice(one.support) if chance else one.support[0]
        return " ".join(one.page[n] for n in group)[: 2 * EVIDENCE_CHARACTERS]
    return nearest(one)


def nearest(one: Cited, most: int = 3) -> str:
    """The sentences of the page that hold most of the claim's words."""
    terms, chosen, covered = content_terms(one.text), [], frozenset[str]()
    held = [content_terms(sentence) & terms for sentence in one.page]
    for _ in range(most):
        best = max(range(len(held)), key=lambda n: len(held[n] - covered))
        if not held[best] - covered:
            break
        chosen.append(best)
        covered |= held[best]
    return " ".join(one.page[n] for n in sorted(chosen))[: 2 * EVIDENCE_CHARACTERS]


def as_claim(one: Cited, chance: random.Random) -> Claim:
    """A training claim, sometimes with sentences found by their words instead of those named."""
    named = not one.support or chance.random() < 0.75
    evidence = evidence_of(one, chance) if named else nearest(one)
    # Found by words alone, the evidence may lack what supports the claim.
    known = named or one.label != "supported"
    whole = one.label == "supported" and (named or _holds(one, evidence))
    if not known and not whole:
        return Claim(one.text, evidence_of(one, chance), True, (), "wice")
    return Claim(one.text, evidence, whole, one.wrong, "wice")


def _holds(one: Cited, evidence: str) -> bool:
    return any(all(one.page[n] in evidence for n in group) for group in one.support)
