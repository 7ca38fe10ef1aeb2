"""How one wording differs from another, word by word."""

from itertools import groupby

from rapidfuzz.distance import LCSseq

from assistant.verifying.findings import Change, Kind
from assistant.verifying.words import Words, same


def difference(before: str, after: str) -> tuple[Change, ...]:
    """How `before` becomes `after`; empty where the words are the same.

    What is the same in spite of another typography, `assistant.verifying.words` says; kept words
    are given as they stand in `after`.
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
