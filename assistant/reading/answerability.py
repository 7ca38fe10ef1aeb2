"""How well the sentences found answer a question at all: the evidence, and what it must reach."""

import math
from collections.abc import Sequence

from assistant.reading.block_ranking import AnswerBlock
from assistant.reading.sentence_ranking import Candidate
from index.sentences import is_table

_COSINE, _COSINE_BEFORE, _PASSAGE_COSINE = 1.5, 3.5, 4.4
_SPAN, _PASSAGE_ANSWERS, _LEVEL = 0.10, 0.15, -4.51
"""The weights of evidence, fitted by `benchmarks/reader_weights.py` on as many questions that can
be answered as not."""

_BLOCK, _BLOCK_SENTENCE, _BLOCK_SPAN, _BLOCK_LEVEL = 2.24, 3.87, 0.14, -2.84
"""The same where blocks are compared by the base that reads all languages."""

_BLOCK_ALONE, _BLOCK_ALONE_LEVEL = 7.91, -2.97
"""The same where the sentences' signs, which come from models of English, say nothing."""

_SLOPE, _SHIFT, _TABLE = 0.67, 0.16, 2.0
"""Evidence → log-odds that what is shown is right (Platt 1999, 'Probabilistic Outputs for Support
Vector Machines'), less for a passage that is a table. Fitted on real documents of many kinds, where
it is less often right than on an encyclopedia's. `benchmarks/reliability.py` measures it."""


def confidence(found: float, chosen: Sequence[Candidate], *, whole: bool = False) -> float:
    """How likely the chosen sentences are right, from 0 to 1, where the evidence is `found`.

    Where the `whole` of a table is asked for, no wrong row of it can be chosen.

    >>> asked.text
    'When were the sirens sounded?'
    >>> confidence(evidence_logit(candidates), chosen=candidates[:1]) > 0.5
    True
    """
    tabular = bool(chosen) and not whole and is_table(chosen[0].source.chunk.text)
    return 1 / (1 + math.exp(min(-(_SLOPE * found + _SHIFT - _TABLE * tabular), 700.0)))


def block_evidence(blocks: Sequence[AnswerBlock], candidates: Sequence[Candidate]) -> float:
    """How well the documents answer at all, by their blocks and sentences: as `evidence_logit`.

    Without sentences, by the blocks alone.

    >>> block_evidence([], [])
    -inf
    """
    if not blocks:
        return -math.inf
    if not candidates:
        return _BLOCK_ALONE * max(block.likeness for block in blocks) + _BLOCK_ALONE_LEVEL
    return (
        _BLOCK * max(block.likeness for block in blocks)
        + _BLOCK_SENTENCE * max(c.in_context for c in candidates)
        + _BLOCK_SPAN * max(c.span_score for c in candidates)
        + _BLOCK_LEVEL
    )


def evidence_logit(candidates: Sequence[Candidate]) -> float:
    """How well the documents answer at all: the log-odds that they do.

    Of each feature the best counts, and each may come from another sentence. Ranks say nothing
    here: in a small store some passage is always first.

    >>> asked.text
    'When were the sirens sounded?'
    >>> evidence_logit(candidates) > 0, evidence_logit([])
    (True, -inf)
    """
    if not candidates:
        return -math.inf
    return (
        _COSINE * max(c.cosine for c in candidates)
        + _COSINE_BEFORE * max(c.in_context for c in candidates)
        + _PASSAGE_COSINE * max(c.source.cosine for c in candidates)
        + _PASSAGE_ANSWERS * max(c.source.answers for c in candidates)
        + _SPAN * max(c.span_score for c in candidates)
        + _LEVEL
    )
