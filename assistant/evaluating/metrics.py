"""The measures of retrieval, reading and abstention: pure functions over what was found."""

import math
import random
import re
import statistics
import string
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

SEED = 0
RESAMPLES = 2000
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation + "’‘“”–—")


class Interval(NamedTuple):
    """A value with the ends of its 95 % interval.

    >>> found = interval([1, 0, 1, 1])
    >>> found.value, found.low < found.value < found.high
    (0.75, True)
    """

    value: float
    low: float
    high: float


class Point(NamedTuple):
    """One point of a risk–coverage curve: answering the most confident `coverage` of all.

    >>> risk_coverage([(0.9, True), (0.6, False)], questions=2)[-1]
    Point(coverage=1.0, risk=0.5, confidence=0.6)
    """

    coverage: float
    risk: float
    confidence: float


class Bin(NamedTuple):
    """Answers of like confidence: how many, their mean confidence, the share that was right.

    >>> reliability([(0.9, True), (0.9, False)])
    [Bin(low=0.9, high=1.0, answers=2, confidence=0.9, accuracy=0.5)]
    """

    low: float
    high: float
    answers: int
    confidence: float
    accuracy: float


def normalised_answer(text: str) -> str:
    """Lower case, without punctuation, articles and extra white space (as SQuAD's own scorer).

    >>> normalised_answer("The  sirens: at 21:58!")
    'sirens at 2158'
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def token_f1(answer: str, golds: Sequence[str]) -> float:
    """The best harmonic mean of precision and recall over normalised words (SQuAD).

    >>> round(token_f1("at nine in the evening", ["nine in the evening", "21:00"]), 2)
    0.86
    """
    return max(
        (_f1(normalised_answer(answer).split(), normalised_answer(g).split()) for g in golds),
        default=0.0,
    )


def contains_gold(text: str, golds: Sequence[str]) -> bool:
    """Whether the normalised words of one of the golds stand together in the text.

    >>> contains_gold("The sirens sounded at 21:58.", ["at 21:58", "ten to ten"])
    True
    """
    whole = f" {normalised_answer(text)} "
    return any(words and f" {words} " in whole for words in map(normalised_answer, golds))


def recall_at(found: Sequence[set[int]], golds: int, k: int) -> float:
    """The share of the golds that the first k hits cover; `found` has each hit's gold numbers.

    >>> recall_at([set(), {0}, {0, 1}], golds=2, k=2)
    0.5
    """
    return len(set[int]().union(*found[:k])) / golds


def reciprocal_rank(found: Sequence[set[int]]) -> float:
    """1 / the rank of the first hit that covers a gold, 0 without any.

    >>> reciprocal_rank([set(), {0}, {1}])
    0.5
    """
    return next((1 / rank for rank, covered in enumerate(found, start=1) if covered), 0.0)


def ndcg_at(found: Sequence[set[int]], golds: int, k: int) -> float:
    """Normalised discounted cumulative gain: a hit gains where it covers a gold not seen before.

    >>> ndcg_at([{0}, {1}], golds=2, k=10), round(ndcg_at([set(), {0}], golds=1, k=10), 2)
    (1.0, 0.63)
    """
    seen: set[int] = set()
    gain = 0.0
    for rank, covered in enumerate(found[:k], start=1):
        if covered - seen:
            gain += 1 / math.log2(rank + 1)
            seen |= covered
    return gain / sum(1 / math.log2(rank + 1) for rank in range(1, min(golds, k) + 1))


def wilson(hits: int, n: int) -> Interval:
    """A share with its 95 % Wilson score interval; `n` is at least 1.

    >>> [round(value, 2) for value in wilson(8, 10)]
    [0.8, 0.49, 0.94]
    """
    z = 1.959964
    share = hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


def bootstrap(values: Sequence[float], seed: int = SEED) -> Interval:
    """The mean with its 95 % percentile bootstrap interval; there is at least one value.

    >>> [round(value, 2) for value in bootstrap([0.2, 0.4, 0.9])]
    [0.5, 0.2, 0.9]
    """
    draw = random.Random(seed)  # noqa: S311 (statistics, no secret)
    n = len(values)
    means = sorted(math.fsum(draw.choices(values, k=n)) / n for _ in range(RESAMPLES))
    low, high = means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES) - 1]
    return Interval(math.fsum(values) / n, low, high)


def paired_difference(ours: Sequence[float], theirs: Sequence[float], seed: int = SEED) -> Interval:
    """The mean of ours minus theirs, question by question, with its bootstrap interval.

    >>> [round(value, 2) for value in paired_difference([1, 1, 0, 1], [0, 1, 0, 1])]
    [0.25, 0.0, 0.75]
    """
    return bootstrap([a - b for a, b in zip(ours, theirs, strict=True)], seed)


def interval(values: Sequence[float]) -> Interval:
    """Wilson's where every value is 0 or 1, else the bootstrap's.

    >>> interval([1, 0, 1, 1]) == wilson(3, 4)
    True
    """
    if all(value in (0, 1) for value in values):
        return wilson(int(sum(values)), len(values))
    return bootstrap(values)


def risk_coverage(answers: Sequence[tuple[float, bool]], questions: int) -> list[Point]:
    """The curve for answers given as (confidence, right), out of all the questions asked.

    Answers of one confidence stand or fall together, so they make one point.

    >>> [tuple(point) for point in risk_coverage([(0.9, True), (0.6, False)], questions=4)]
    [(0.25, 0.0, 0.9), (0.5, 0.5, 0.6)]
    """
    ranked = sorted(answers, key=lambda answer: -answer[0])
    wrong = list(accumulate(int(not right) for _, right in ranked))
    return [
        Point(given / questions, wrong[given - 1] / given, ranked[given - 1][0])
        for given in range(1, len(ranked) + 1)
        if given == len(ranked) or ranked[given][0] != ranked[given - 1][0]
    ]


def reliability(answers: Sequence[tuple[float, bool]], bins: int = 10) -> list[Bin]:
    """Answers given as (confidence, right) in bins of equal width; empty bins are left out.

    >>> table = reliability([(0.95, True), (0.92, False), (0.3, True)])
    >>> [(row.answers, row.accuracy) for row in table]
    [(1, 1.0), (2, 0.5)]
    """
    table = []
    for number in range(bins):
        inside = [a for a in answers if min(int(a[0] * bins), bins - 1) == number]
        if inside:
            confidence = statistics.fmean(confidence for confidence, _ in inside)
            accuracy = statistics.fmean(right for _, right in inside)
            ends = number / bins, (number + 1) / bins
            table.append(Bin(*ends, len(inside), confidence, accuracy))
    return table


def refused_at(there: Sequence[float], absent: Sequence[float], answered: float) -> float:
    """The share of unanswerable questions below the threshold that lets `answered` through.

    `there` and `absent` are the confidences of answerable and of unanswerable questions.

    >>> refused_at(there=[0.9, 0.8, 0.7, 0.2], absent=[0.6, 0.75], answered=0.75)
    0.5
    """
    bar = sorted(there, reverse=True)[max(math.ceil(answered * len(there)), 1) - 1]
    return statistics.fmean(confidence < bar for confidence in absent)


def calibration_error(table: Sequence[Bin]) -> float:
    """The expected calibration error: the bins' |confidence − accuracy|, weighted by number.

    >>> calibration_error(reliability([(0.75, True), (0.75, False)]))
    0.25
    """
    total = sum(row.answers for row in table)
    return sum(row.answers * abs(row.confidence - row.accuracy) for row in table) / max(total, 1)


def quantile(values: Sequence[float], part: float) -> float:
    """The value below which a part of the values lies; there is at least one.

    >>> quantile([12, 40, 8, 15], 0.5), quantile([12, 40, 8, 15], 0.95)
    (15, 40)
    """
    return sorted(values)[min(int(part * len(values)), len(values) - 1)]


def _f1(answer: list[str], gold: list[str]) -> float:
    same = sum((Counter(answer) & Counter(gold)).values())
    return 2 * same / (len(answer) + len(gold)) if same else float(answer == gold)
