"""Whether sentences that somebody composed are rightly accepted and refused.

    python benchmarks/support.py --data DIR [--parts wice distortions paraphrases]
                                 [--json FILE]

- `distortions`: sentences of XQuAD's paragraphs and of MTRAG's passages, made false by rule in six
  ways (`distorting.py`), and said a little differently, each with its passage and two others.
- `paraphrases`: sentences of MTRAG's reference answers that were judged to be carried by the gold
  passages, or not, by reading both (`questions/paraphrases.jsonl`: the question's id and the
  sentence's number).
- `wice`: the claims of WiCE with the sentences named that support them, and with those of the whole
  page that hold most of their words.
Every figure is given for the rules alone, the model alone, and both.
"""

import argparse
import json
import math
import os
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from distorting import distorted, names_in, reworded

from assistant.language.terms import opening_length
from assistant.models.entailment import EntailmentModel
from assistant.models.sentence_vectors import SentenceVectors
from assistant.models.span_reader import SpanReader
from assistant.retrieving.fusion import Scores
from assistant.retrieving.retrieval import Retrieved
from assistant.verifying.calibration import SupportFeatures, probability, support_logit
from assistant.verifying.grounding import LEAST, PRIOR, Grounding
from index.document import Span
from index.models.embeddings import MiniLM
from index.sentences import sentence_spans
from index.store.catalog import DocumentInfo, StoredChunk
from training.claims import Cited, cited, evidence_of, nearest

JUDGED = Path(__file__).parent / "questions" / "paraphrases.jsonl"
PRECISION = 0.9
SHARES = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0)
"""Of the claims, the surest first: rows of the precision-recall curve."""

MOST = 500
"""Sentences that are distorted, at most."""

LETTERS = 0.6
"""A sentence of prose has at least so many letters for its characters."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a sentence: whether it is true, and what rules and model make of it.

    `origin` names what it was made of, `tried` are the evidence tried, as whether the rules refuse
    it and what is weighed; none where the sentence stands there word for word.
    """

    group: str
    kind: str
    true: bool
    origin: str
    tried: tuple[tuple[bool, SupportFeatures], ...]
    text: str

    @property
    def rules(self) -> bool:
        """Whether the rules accept it on some evidence."""
        return not self.tried or not all(refused for refused, _ in self.tried)

    def odds(self, by: str = "model") -> float:
        """The best log-odds of the model; those of 'both' are of evidence that the rules accept."""
        if not self.tried:
            return math.inf
        found = (
            support_logit(seen) for refused, seen in self.tried if by == "model" or not refused
        )
        return max(found, default=-math.inf)

    def accepted(self, by: str, least: float = LEAST, prior: float = PRIOR) -> bool:
        """Whether the rules, the model, or both accept it."""
        return self.rules if by == "rules" else probability(self.odds(by), prior) >= least


class Watching(Grounding):
    """Keeps what it tried last."""

    def __init__(self) -> None:
        super().__init__(SentenceVectors(MiniLM()), EntailmentModel(), SpanReader())
        self.tried: list[tuple[bool, SupportFeatures]] = []

    def against(
        self, text: str, quotes: Sequence[str], prior: float = PRIOR
    ) -> tuple[tuple[Span, ...], float | None]:
        """As the product's, and noted."""
        wrong, found = super().against(text, quotes, prior)
        seen, _ = self.seen(text[opening_length(text) :], quotes)
        self.tried.append((bool(wrong) and found is None, seen))
        return wrong, found


def passage(text: str, number: int = 0, title: str = "") -> Retrieved:
    """A text as a passage that was found."""
    info = DocumentInfo(
        str(number), "1", title, None, None, None, None, "text/plain", 0, len(text),
        datetime.now(UTC),
    )  # fmt: skip
    chunk = StoredChunk(number, 0, len(text), text, (), (), info)
    return Retrieved(chunk, Scores(0.0, 0.0, 0.0, 0.0), 0.0)


def rows(file: Path) -> list[dict[str, Any]]:
    """A JSONL file."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def outcome(
    grounding: Watching,
    text: str,
    passages: Sequence[Retrieved],
    label: tuple[str, str, bool, str],
) -> Outcome:
    """What the product makes of a sentence."""
    grounding.tried = []
    grounding.of(text, passages)
    return Outcome(*label, tuple(grounding.tried), text)


def prose(text: str) -> Iterator[str]:
    """The whole sentences of a text, without tables, lists and headings."""
    for start, end in sentence_spans(text):
        sentence = " ".join(text[start:end].split())
        letters = sum(c.isalpha() for c in sentence) / max(len(sentence), 1)
        if 7 <= len(sentence.split()) <= 45 and sentence[-1] == "." and letters > LETTERS:
            yield sentence


def distortions(data: Path, grounding: Watching) -> Iterator[Outcome]:
    """True sentences made false or said otherwise, each among three passages."""
    chance = random.Random(1)
    for name in ("xquad", "mtrag"):
        texts = [row["text"] for row in rows(data / name / "corpus.jsonl")]
        sentences = [(n, s) for n, text in enumerate(texts) for s in prose(text)]
        chance.shuffle(sentences)
        for number, sentence in sentences[: MOST // 2]:
            near = [texts[n] for n in (number, number - 1, (number + 1) % len(texts))]
            passages = [passage(text, n) for n, text in enumerate(near)]
            names = names_in("\n".join(near))
            for kind, text in distorted(sentence, names, chance):
                yield outcome(grounding, text, passages, ("distorted", kind, False, sentence))
            for kind, text in reworded(sentence):
                yield outcome(grounding, text, passages, ("reworded", kind, True, sentence))


def paraphrases(data: Path, grounding: Watching) -> Iterator[Outcome]:
    """Sentences of reference answers, judged by reading."""
    texts = {row["id"]: row["text"] for row in rows(data / "mtrag" / "corpus.jsonl")}
    asked = {row["id"]: row for row in rows(data / "mtrag" / "queries.jsonl")}
    for judged in rows(JUDGED):
        query = asked[judged["id"]]
        reference = query["reference"]
        start, end = sentence_spans(reference)[judged["sentence"]]
        text = " ".join(reference[start:end].split())
        gold = [passage(texts[id_], n) for n, id_ in enumerate(query["gold"]) if id_ in texts]
        yield outcome(
            grounding, text, gold, ("paraphrase", "mtrag", judged["supported"], judged["id"])
        )


def wice(data: Path, grounding: Watching) -> Iterator[Outcome]:
    """Claims of WiCE, on which the adapter was not trained."""
    claims, words = cited(data)
    for one in claims:
        for group, evidence in (("given", evidence_of(one)), ("page", nearest(one))):
            yield _judged(grounding, one, f"wice {group}", evidence)
    for one in words:
        yield _judged(grounding, one, "wice words", evidence_of(one))


def _judged(grounding: Watching, one: Cited, group: str, evidence: str) -> Outcome:
    grounding.tried = []
    grounding.against(one.text, [evidence])
    true = one.label == "supported"
    return Outcome(group, one.label, true, str(one.fold), tuple(grounding.tried), one.text)


def ranking(outcomes: Sequence[Outcome]) -> str:
    """AUROC, best F1 and recall at precision .90 of the model's odds."""
    order = sorted(outcomes, key=lambda one: -one.odds())
    right = np.array([one.true for one in order])
    found = np.cumsum(right)
    precision, recall = found / np.arange(1, len(right) + 1), found / right.sum()
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    above = (np.cumsum(~right)[-1] - np.cumsum(~right))[right].sum()
    area = above / (right.sum() * (~right).sum())
    sure = recall[precision >= PRECISION].max(initial=0.0)
    return f"AUROC {area:.3f}, best F1 {f1.max():.3f}, recall at precision .90 {sure:.3f}"


def curve(outcomes: Sequence[Outcome]) -> str:
    """Precision and recall of 'supported' where so many of the claims are accepted, as a table."""
    order = sorted(outcomes, key=lambda one: -one.odds())
    right = np.cumsum([one.true for one in order])
    lines = ["| accepted | at log-odds | precision | recall |", "|---|---|---|---|"]
    for share in SHARES:
        count = max(round(share * len(order)), 1)
        found = right[count - 1]
        lines.append(
            f"| {count} | {order[count - 1].odds():.2f} | {found / count:.3f} | "
            f"{found / right[-1]:.3f} |"
        )
    return "\n".join(lines)


def words_told(data: Path, judge: EntailmentModel) -> str:
    """How well the judge tells the words that WiCE's evidence does not support, over all words."""
    _, rows_ = cited(data)
    told: list[tuple[float, bool]] = []
    for one, made in zip(
        rows_, judge.judged([(r.text, evidence_of(r)) for r in rows_]), strict=True
    ):
        wrong = one.wrong or ()
        told += [
            (odds, any(s < span.end and e > span.start for s, e in wrong))
            for span, odds in made.words
        ]
    gold = np.array([bad for _, bad in told])
    odds = np.array([value for value, _ in told])
    scores = {}
    for least in np.arange(-4.0, 4.1, 0.25):
        hit = (odds > least) & gold
        scores[float(least)] = 2 * hit.sum() / max((odds > least).sum() + gold.sum(), 1)
    best = max(scores, key=lambda least: scores[least])
    return (
        f"unsupported words: {gold.sum()} of {len(gold)}; F1 {scores[0.0]:.3f} at log-odds 0, "
        f"{scores[best]:.3f} at {best} (chosen on the same rows), "
        f"{2 * gold.mean() / (1 + gold.mean()):.3f} if all were named"
    )


def accepted_table(outcomes: Iterable[Outcome], least: float) -> None:
    """For each group and kind the share accepted by rules, by the model, by both."""
    groups: dict[tuple[str, str, bool], list[Outcome]] = defaultdict(list)
    for one in outcomes:
        groups[one.group, one.kind, one.true].append(one)
        groups[one.group, "all", one.true].append(one)
    print(f"at {least}, of an author of whose sentences {PRIOR} hold:")
    print("| | true | number | accepted by rules | by the model | by both |")
    print("|---|---|---|---|---|---|")
    for (group, kind, true), of in sorted(groups.items()):
        shares = (np.mean([o.accepted(by, least) for o in of]) for by in ("rules", "model", "both"))
        print(
            f"| {group}, {kind} | {true} | {len(of)} | "
            + " | ".join(f"{s:.3f}" for s in shares)
            + " |"
        )


def main() -> None:
    """Measure, print tables, keep the outcomes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("FOOTNOTE_BENCH_DATA"))
    parser.add_argument("--parts", nargs="+", default=["distortions", "paraphrases", "wice"])
    parser.add_argument("--json", type=Path, help="where to keep every outcome")
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the data with --data DIR or FOOTNOTE_BENCH_DATA")
    data = Path(options.data)
    grounding = Watching()
    parts: Mapping[str, Iterable[Outcome]] = {
        "distortions": distortions(data, grounding),
        "paraphrases": paraphrases(data, grounding),
        "wice": wice(data, grounding),
    }
    outcomes = [one for part in options.parts for one in parts[part]]
    accepted_table(outcomes, LEAST)
    for group in ("wice given", "wice page"):
        if of := [one for one in outcomes if one.group == group]:
            print(f"{group}: {ranking(of)}\n\n{curve(of)}\n")
    if "wice" in options.parts:
        print(words_told(data, EntailmentModel()))
    if options.json:
        lines = [json.dumps(asdict(one), ensure_ascii=False) for one in outcomes]
        options.json.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
