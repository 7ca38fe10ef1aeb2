"""How much speaks for cited words carrying a sentence: signs, and the log-odds they amount to.

Logistic regression over both classes at even weight, so that what it gives is a likelihood ratio:
to it come the odds of whoever wrote the sentence. `benchmarks/support_weights.py` fits the weights
on judged sentences of a poor model, of human answers and of distorted texts, and tells out of fold
what they achieve.
"""

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from assistant.language.terms import content_terms

_WORD = re.compile(r"\w+")


class SupportFeatures(NamedTuple):
    """What can be seen of a sentence beside the words that it cites.

    Attributes:
        judged: log-odds by the trained judge.
        covered: the share of its content words that the cited sentences hold.
        cited: how many sentences are cited.
        alike: the greatest cosine with a cited sentence.
        quoted: 1 where its words stand in a row in one of them, else 0.
        returned: how much rather the cited words answer with its names and figures than with
            others, where they are asked for (`answer_back`).

    >>> seen = SupportFeatures(judged=2.0, covered=1.0, cited=1, alike=0.9, quoted=0, returned=3.0)
    >>> round(probability(support_logit(seen), prior=0.8), 2)
    0.98
    """

    judged: float
    covered: float
    cited: float
    alike: float
    quoted: float
    returned: float


WEIGHTS = SupportFeatures(
    judged=0.37, covered=1.97, cited=-0.73, alike=2.30, quoted=3.05, returned=0.075
)
LEVEL = -1.99

COVERED, SURE = 0.65, 0.2
"""Where fewer of a sentence's content words are cited, the judge must be so sure (log-odds)."""

STRANGE = 10.0
"""What the log-odds of a sentence lose of which neither holds."""


def term_coverage(text: str, quotes: Sequence[str]) -> float:
    """The share of a text's content words that cited sentences hold, from 0 to 1.

    >>> term_coverage("Bo closed the gate twice.", ["Ann closed the gates.", "Bo did not."])
    0.75
    """
    terms = content_terms(text)
    return len(terms & content_terms("\n".join(quotes))) / max(len(terms), 1)


def quoted_share(text: str, quotes: Sequence[str]) -> bool:
    """Whether a text's words stand in a row in one cited sentence, signs and capitals aside.

    >>> quoted_share("the dam held", ["He said: “The dam held.”"])
    True
    """
    said = f" {_flat(text)} "
    return any(said in f" {_flat(quote)} " for quote in quotes)


def lacks_coverage(seen: SupportFeatures) -> bool:
    """Whether too much of a sentence is not cited for any sum of the other signs.

    >>> seen = SupportFeatures(judged=0.1, covered=0.5, cited=1, alike=0.9, quoted=0, returned=3.0)
    >>> lacks_coverage(seen), lacks_coverage(seen._replace(judged=1.0))
    (True, False)
    """
    return seen.covered < COVERED and seen.judged < SURE


def support_logit(seen: SupportFeatures) -> float:
    """The log-odds that the cited words carry the sentence, where it is as likely as not before.

    >>> seen = SupportFeatures(judged=2.0, covered=1.0, cited=1, alike=0.9, quoted=0, returned=3.0)
    >>> round(support_logit(seen), 2), round(support_logit(seen._replace(judged=-2.0)), 2)
    (2.28, 0.8)
    """
    total = LEVEL + sum(w * value for w, value in zip(WEIGHTS, seen, strict=True))
    return total - STRANGE * lacks_coverage(seen)


def probability(odds: float, prior: float) -> float:
    """The log-odds as a probability, for an author of whose sentences the share `prior` holds.

    >>> round(probability(1.0, prior=0.5), 2), round(probability(1.0, prior=0.9), 2)
    (0.73, 0.96)
    """
    total = odds + math.log(prior / (1 - prior))
    return 1 / (1 + math.exp(min(-total, 700.0)))


def _flat(text: str) -> str:
    return " ".join(match[0].casefold() for match in _WORD.finditer(text))
