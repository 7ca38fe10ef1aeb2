"""Quotations inside the text of a footnote.

How one wording differs from another, word by word.
"""

from collections.abc import Sequence
from itertools import combinations, groupby, pairwise

from rapidfuzz.distance import Indel, LCSseq

from assistant.rechecking.findings import Change, Kind
from assistant.rechecking.words import Words, same

_MARK = '"'
"""What every quotation mark is folded to."""
_MOST_MARKS = 40
"""Marks of a text that are looked at: each pair of them may hold the quote."""


def quotations(text: str) -> list[str]:
    """Whatever stands between two quotation marks, longest first; other marks may be in it.

    >>> quotations("Tide log, p. 3: “High tide at ‘nine’.”")
    ['High tide at ‘nine’.', 'High tide at ‘nine', 'High tide at', 'nine’.', 'nine', '.']
    """
    words = Words(text)
    found = {words.extract(first, behind) for first, behind in _pairs(words)} - {""}
    return sorted(found, key=lambda quote: (-len(quote), quote))


def printed_quote(text: str, cited: str, besides: Sequence[str] = ()) -> str | None:
    """The quotation in a text that is, or is most like, the cited words.

    Args:
        text: a footnote's.
        cited: the words that the footnote is about.
        besides: other words around the quote, such as a heading, that may stand in marks too.

    Returns:
        As it is printed, without its marks; None where nothing is quoted.

    >>> printed_quote("“Tide log”, p. 3: “High tide at nine.”", cited="High tide at ten.")
    'High tide at nine.'
    """
    words, wanted = Words(text), Words(cited).keys
    others = [keys for other in besides if (keys := Words(other).keys) != wanted]
    best, likeness = None, -1.0
    for first, behind in _pairs(words, others):
        alike = Indel.normalized_similarity(words.keys[first:behind], wanted)
        if alike > likeness:
            best, likeness = words.extract(first, behind), alike
    return best


def _pairs(words: Words, others: Sequence[Sequence[str]] = ()) -> list[tuple[int, int]]:
    """What stands between any two marks, without the marks around one of the `others`."""
    marks = [at for at, key in enumerate(words.keys) if key == _MARK][:_MOST_MARKS]
    for first, behind in pairwise(marks[:]):
        if words.keys[first + 1 : behind] in others:
            marks = [mark for mark in marks if mark not in (first, behind)]
    return [(a + 1, b) for a, b in combinations(marks, 2) if b > a + 1]


def difference(before: str, after: str) -> tuple[Change, ...]:
    """How `before` becomes `after`; empty where the words are the same.

    What is the same in spite of another typography, `assistant.rechecking.words` says; kept words
    are given as they stand in `after`.

    >>> [(one.kind, one.text) for one in difference("High tide at ten", "High tide at nine")]
    [('kept', 'High tide at '), ('removed', 'ten'), ('added', 'nine')]
    """
    old, new = Words(before), Words(after)
    steps: list[tuple[Kind, int]] = []
    for step in LCSseq.opcodes(old.keys, new.keys):
        sources = range(step.src_start, step.src_end)
        targets = range(step.dest_start, step.dest_end)
        if step.tag != "equal":
            steps += [("removed", at) for at in sources]
            steps += [("added", at) for at in targets]
            continue
        for source, target in zip(sources, targets, strict=True):
            if same(old.standing(source), new.standing(target)):
                steps.append(("kept", target))
            else:  # they differ in case, or by a hyphen
                steps += [("removed", source), ("added", target)]
    if all(kind == "kept" for kind, _ in steps):
        return ()
    changes = []
    for _, run in groupby(steps, key=lambda step: step[0] == "kept"):
        # What was put in place of other words comes behind them.
        for kind, group in groupby(sorted(run, key=_order), key=lambda step: step[0]):
            words = old if kind == "removed" else new
            changes.append(Change(kind=kind, text=_written(words, [at for _, at in group])))
    return tuple(changes)


def _order(step: tuple[Kind, int]) -> bool:
    return step[0] == "added"


def _written(words: Words, positions: list[int]) -> str:
    """Successive words with what separates them, and the last from the next."""
    behind = positions[-1] + 1
    end = words.starts[behind] if behind < len(words) else len(words.text)
    piece = words.text[words.starts[positions[0]] : end]
    return " ".join(piece.split()) + " " * (piece != piece.rstrip())
