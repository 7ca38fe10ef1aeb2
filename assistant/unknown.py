"""Names in a question that stand in no document: said aloud, and read as one that is spelled alike.

Names are told apart by their stems, so a form of a name that documents use is known.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from difflib import SequenceMatcher

from assistant.messages import NO_DOCUMENT_MENTIONS
from assistant.questions import Question
from index.lexical import analyzed

ALIKE = 0.8
"""The least likeness (Ratcliff & Obershelp) of two spellings of one name: Zakharova, Zarkhova."""

_NAME = re.compile(r"\b[A-Z][\w’-]*\w")


def unknown(
    names: Iterable[str], mentioned: Collection[str], texts: Sequence[str]
) -> dict[str, str]:
    """The names of which no term is mentioned, with what they are read as, or ''.

    That is the name in the texts that is spelled most like it, if any is.
    """
    strange = [name for name in names if not set(analyzed(name)) & set(mentioned)]
    if not strange:
        return {}
    known = sorted({match[0] for text in texts for match in _NAME.finditer(text)})
    return {name: _alike(name, known) for name in strange}


def _alike(name: str, known: Iterable[str]) -> str:
    likeness = {other: SequenceMatcher(None, name, other).ratio() for other in known}
    best = max(likeness, key=lambda other: likeness[other], default="")
    return best if likeness.get(best, 0.0) >= ALIKE else ""


def remarks(questions: Iterable[Question]) -> tuple[str, ...]:
    """One line that tells which names stand in no document, and as what they were read."""
    names = {name: other for one in questions for name, other in one.unknown.items()}
    if not names:
        return ()
    said = [
        f"“{name}” (read as “{other}”)" if other else f"“{name}”" for name, other in names.items()
    ]
    return (NO_DOCUMENT_MENTIONS.format(" or ".join(said)),)


def lacks_speaker(question: Question) -> bool:
    """Whether the account of someone is asked for whom no document names, however spelled."""
    named = [name for name in question.names if name.lower() in question.speaker]
    return bool(named) and all(name in question.unknown for name in named)
