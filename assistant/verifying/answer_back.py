"""Whether evidence answers with a sentence's own names and figures where it is asked for them.

Each is taken out of the sentence, and the trained reader asked what stands in its place: 'The road
to Aldin is what?'. Verification by questions (Wang et al. 2020, 'QAGS'; Honovich et al. 2021, 'Q²')
without a model that writes them. What the evidence says of another thing is not the answer.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from assistant.language.lexicon import OPENERS
from assistant.models.span_reader import FLOOR, SpanReader, SpanScores
from index.document import Span

MOST_WORDS, MOST = 5, 8
"""Longer names are titles and quotations, which no reader returns whole; more are not asked for."""

BOUND = 10.0
"""A margin beyond it says no more."""

NOTHING_ASKED = 3.0
"""The margin of a sentence without names and figures."""

_BLANK = "what"
_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\w+(?:[.,’'\-]\w+)*")
_ENDS = " .!"


def answer_back_margin(text: str, evidence: str, reader: SpanReader) -> float:
    """How much rather the evidence answers with a text's own names and figures than with others.

    A difference of the reader's scores, from -BOUND to BOUND, of the one for which it is least.

    >>> said = "Ann Lee closed the gate. Bo Ray rang the bell."
    >>> answer_back_margin("Ann Lee closed the gate.", said, SpanReader()) > 0
    True
    >>> answer_back_margin("Bo Ray closed the gate.", said, SpanReader()) > 0
    False
    """
    margins = [
        _margin(words, spans, evidence)
        for words, question in _asked(text)
        for spans in reader.read(question, [evidence])
    ]
    return float(np.clip(min(margins, default=NOTHING_ASKED), -BOUND, BOUND))


def _asked(text: str) -> Iterator[tuple[frozenset[str], str]]:
    """The words of each name and figure, and the text that asks for it."""
    for start, end in _names(text)[:MOST]:
        words = _words(text[start:end])
        if words:
            yield words, f"{text[:start]}{_BLANK}{text[end:]}".rstrip(_ENDS) + "?"


def _names(text: str) -> list[Span]:
    """The runs of words with a capital, or of figures, that are short enough to be asked for."""
    tokens = [
        token
        for token in _TOKEN.finditer(text)
        if (token[0][0].isupper() or token[0][0].isdigit()) and token[0].casefold() not in OPENERS
    ]
    runs = [[token] for token in tokens[:1]]
    for before, token in pairwise(tokens):
        if text[before.end() : token.start()] == " ":
            runs[-1].append(token)
        else:
            runs.append([token])
    return [Span(run[0].start(), run[-1].end()) for run in runs if len(run) <= MOST_WORDS]


def _margin(words: frozenset[str], spans: SpanScores, evidence: str) -> float:
    """The best score of a span that holds one of the words, less the best of one without any."""
    tokens = spans.offsets
    own = np.zeros(len(tokens), bool)
    for match in _WORD.finditer(evidence):
        if match[0].casefold() in words:
            own |= (tokens[:, 0] >= match.start()) & (tokens[:, 1] <= match.end())
    before = np.concatenate([[0], np.cumsum(own)])
    holds = before[None, 1:] > before[:-1, None]
    hit = spans.pairs[holds].max(initial=FLOOR)
    miss = spans.pairs[~holds].max(initial=FLOOR)
    return float(hit - miss)


def _words(text: str) -> frozenset[str]:
    return frozenset(match[0].casefold() for match in _WORD.finditer(text))
