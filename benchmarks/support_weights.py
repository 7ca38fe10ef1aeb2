"""Fit how the signs of a sentence that is carried weigh; tell out of fold what they achieve.

    python benchmarks/support_weights.py --data DIR --adversary DIR

Signs of rules-passed evidence (`assistant/weighing.py`) of four sets: judged sentences of
SmolLM2-135M (`adversary.py` has written `raw.jsonl`; judgements in `questions/adversary.jsonl`),
sentences of human answers, texts distorted and reworded by rule (`support.py`), and hand-written
claims that the judge was not trained on. Logistic regression with an L2 penalty; in each set right
and wrong count alike, and sets as `COUNTS` says. Folds are ten, by question, paragraph or sentence.
What is printed is rounded by hand into `assistant/weighing.py`.
"""

import argparse
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from support import Outcome, Watching, distortions, outcome, paraphrases, passage, rows

from assistant.verifying.calibration import STRANGE, SupportFeatures, lacks_coverage, probability
from assistant.verifying.grounding import LEAST, PRIOR
from assistant.writing.record import Counted
from assistant.writing.streaming import about_itself, is_fragment
from training import claims
from training.rows import paragraphs
from training.written import Written

JUDGED = Path(__file__).parent / "questions" / "adversary.jsonl"
COUNTS = {"adversary": 3.0, "paraphrase": 2.0, "distortion": 1.0, "written": 0.5}
FOLDS, PENALTY, SET_SIZE = 10, 1.0, 200
_PASSAGE = re.compile(r'<passage number="(\d+)" document="(.*?)">\n(.*?)\n</passage>', re.DOTALL)

Floats = np.ndarray


class Fitted(NamedTuple):
    """Weights of the signs, and what is added."""

    weights: Floats
    level: float

    def odds(self, one: Outcome) -> float:
        """Of the best evidence that the rules accept."""
        return max(
            float(self.weights @ seen) + self.level - STRANGE * lacks_coverage(seen)
            for seen in passed(one)
        )


def passed(one: Outcome) -> list[SupportFeatures]:
    """The signs of evidence that the rules accept."""
    return [seen for refused, seen in one.tried if not refused]


def digest(sentence: str) -> str:
    """Names a sentence without repeating it."""
    return hashlib.sha256(sentence.encode()).hexdigest()[:12]


def adversary(folder: Path, grounding: Watching) -> Iterator[Outcome]:
    """The model's sentences that were judged, with the passages that it was given."""
    labels = {(row["id"], row["sentence"]): row["label"] for row in rows(JUDGED)}
    for row in rows(folder / "raw.jsonl"):
        text = row["sentence"]
        label = labels.get((row["id"], digest(text)))
        if label is None or is_fragment(text):
            continue
        given = [passage(m[3], int(m[1]), m[2]) for m in _PASSAGE.finditer(row["given"])]
        if about_itself(text, [one.chunk.text for one in given]):
            continue
        question = row["id"].partition("/")[0]
        yield outcome(grounding, text, given, ("adversary", label, label == "right", question))


def written(data: Path, grounding: Watching) -> Iterator[Outcome]:
    """Claims written by hand, of paragraphs that were held out."""
    found = claims.sources(paragraphs(data)[0])
    others = [source for source in found if source.held_out]
    for number, (source, claim) in enumerate(Written(found).held_out):
        near = [passage(source.text), passage(others[7 * number % len(others)].text, 1)]
        yield outcome(
            grounding, claim.text, near, ("written", claim.kind, claim.supported, source.text)
        )


def fitted(sets: Mapping[str, Sequence[Outcome]]) -> Fitted:
    """The weights that separate right from wrong; of several evidence the likeliest is fitted."""
    size = len(SupportFeatures._fields)
    found = Fitted(np.eye(size)[0], 0.0)
    for _ in range(3):
        signs, true, weight = [], [], []
        for name, of in sets.items():
            share = np.mean([one.true for one in of])
            for one in of:
                signs.append(max(passed(one), key=lambda seen: float(found.weights @ seen)))
                true.append(one.true)
                half = 0.5 / (share if one.true else 1 - share)
                weight.append(half * COUNTS[name] * SET_SIZE / len(of))
        found = _regression(np.array(signs), np.array(true, float), np.array(weight))
    return found


def _regression(signs: Floats, true: Floats, weight: Floats) -> Fitted:
    """Logistic regression by Newton's method, over standardised signs."""
    mean, spread = signs.mean(0), signs.std(0) + 1e-9
    scaled = np.c_[(signs - mean) / spread, np.ones(len(signs))]
    penalty = PENALTY * np.r_[np.ones(signs.shape[1]), 0]
    theta = np.zeros(scaled.shape[1])
    for _ in range(100):
        likely = 1 / (1 + np.exp(-scaled @ theta))
        slope = scaled.T @ (weight * (likely - true)) + penalty * theta
        curve = (scaled.T * (weight * likely * (1 - likely))) @ scaled
        theta -= np.linalg.solve(curve + np.diag(penalty) + 1e-9 * np.eye(len(theta)), slope)
    weights = theta[:-1] / spread
    return Fitted(weights, float(theta[-1] - weights @ mean))


def out_of_fold(sets: Mapping[str, Sequence[Outcome]]) -> dict[str, Floats]:
    """The log-odds of each sentence, by weights fitted on the other folds."""
    fold = {
        name: np.array([int(digest(one.origin), 16) % FOLDS for one in of])
        for name, of in sets.items()
    }
    found = {name: np.zeros(len(of)) for name, of in sets.items()}
    for number in range(FOLDS):
        others = {
            name: [one for one, its in zip(of, fold[name], strict=True) if its != number]
            for name, of in sets.items()
        }
        made = fitted(others)
        for name, of in sets.items():
            for at in np.flatnonzero(fold[name] == number):
                found[name][at] = made.odds(of[at])
    return found


def shown(odds: Floats, prior: float, least: float) -> Floats:
    """Which sentences are shown, of an author of whose sentences so many hold."""
    return 1 / (1 + np.exp(-(odds + np.log(prior / (1 - prior))))) >= least


def earned(odds: Floats, least: float) -> Floats:
    """Which sentences of a writer are shown, whose record begins anew."""
    counted, found = Counted(), []
    for one in odds:
        likely = probability(float(one), counted.prior)
        found.append(likely >= least)
        counted = counted.with_one(likely)
    return np.array(found)


def main() -> None:
    """Fit, and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("FOOTNOTE_BENCH_DATA"))
    parser.add_argument("--adversary", type=Path, required=True, help="adversary.py's --out")
    parser.add_argument("--json", type=Path, help="where to keep what was seen, or find it")
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the data with --data DIR or FOOTNOTE_BENCH_DATA")
    if options.json and options.json.exists():
        kept: dict[str, list[Any]] = json.loads(options.json.read_text(encoding="utf-8"))
        whole = {
            name: [
                Outcome(*one[:4], tuple((r, SupportFeatures(*s)) for r, s in one[4]), one[5])
                for one in of
            ]
            for name, of in kept.items()
        }
    else:
        data, grounding = Path(options.data), Watching()
        whole = {
            "adversary": [*adversary(options.adversary, grounding)],
            "paraphrase": [*paraphrases(data, grounding)],
            "distortion": [*distortions(data, grounding)],
            "written": [*written(data, grounding)],
        }
        if options.json:
            plain = {
                name: [[getattr(one, slot) for slot in Outcome.__slots__] for one in of]
                for name, of in whole.items()
            }
            options.json.write_text(json.dumps(plain, ensure_ascii=False), encoding="utf-8")
    told(whole)


def told(whole: Mapping[str, Sequence[Outcome]]) -> None:
    """Print the weights, and what is shown out of fold at several thresholds."""
    sets = {name: [one for one in of if passed(one)] for name, of in whole.items()}
    made = fitted(sets)
    for name, weight in zip(SupportFeatures._fields, made.weights, strict=True):
        print(f"{name:10} {weight:8.3f}")
    print(f"{'level':10} {made.level:8.3f}")
    odds = out_of_fold(sets)
    print("| at | set | right | shown | wrong | shown |\n|---|---|---|---|---|---|")
    for least in sorted({0.5, 0.6, LEAST, 0.8}):
        for name, of in sets.items():
            true = np.array([one.true for one in of])
            is_shown = (
                earned(odds[name], least)
                if name == "adversary"
                else shown(odds[name], PRIOR, least)
            )
            verbatim = [one.true for one in whole[name] if not one.tried]
            counts = [sum(one.true is kind for one in whole[name]) for kind in (True, False)]
            right = int((is_shown & true).sum()) + sum(verbatim)
            wrong = int((is_shown & ~true).sum()) + len(verbatim) - sum(verbatim)
            print(
                f"| {least} | {name} | {counts[0]} | {right} ({right / counts[0]:.3f}) "
                f"| {counts[1]} | {wrong} ({wrong / counts[1]:.3f}) |"
            )


if __name__ == "__main__":
    main()
