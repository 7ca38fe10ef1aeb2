"""A draft of the user's and what was found about its sentences → the draft with marks in it.

Not a letter of the draft is changed: marks are only put in, behind the sentences.
"""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.answer import Sentence

_CLOSING = re.compile(r"[*_~`\"”’')\]]*")
"""What belongs to a sentence that it follows: the end of its emphasis, a closing bracket."""

UNSUPPORTED = "not supported by the documents"
CONTRADICTED = "the documents say otherwise"


def annotate_manuscript(
    draft: str,
    sentences: "Sequence[Sentence]",
    mark: "Callable[[Sentence], str]",
    shown: Sequence[str] | None = None,
) -> str:
    """The draft, with what `mark` gives for a sentence put in behind it.

    `shown` is what is written for each character of the draft, where that is not itself.

    >>> from assistant.answer import Sentence
    >>> held = Sentence(text="The dam held.", place=(0, 13), citations=(1,))
    >>> annotate_manuscript("The dam held. It rained.", [held], noted)
    'The dam held.[1] It rained.'
    """
    characters = draft if shown is None else shown
    written, done = "", 0
    for sentence in sentences:
        if sentence.place is None:
            continue
        end = behind(draft, sentence.place[1])
        written += "".join(characters[done:end]) + mark(sentence)
        done = end
    return written + "".join(characters[done:])


def behind(draft: str, end: int) -> int:
    """Where marks go that belong to a sentence which ends at `end`.

    >>> draft = "“The dam held.” It rained."
    >>> draft[: behind(draft, draft.index("”"))]
    '“The dam held.”'
    """
    closing = _CLOSING.match(draft, end)
    return closing.end() if closing else end


def noted(sentence: "Sentence") -> str:
    """The footnote numbers of a sentence, with the remark on one that is not supported.

    >>> from assistant.answer import Sentence
    >>> noted(Sentence(text="The dam held.", citations=(1, 3)))
    '[1][3]'
    """
    numbers = sentence.citations or sentence.contradicted
    return remark(sentence) + "".join(f"[{number}]" for number in numbers)


def remark(sentence: "Sentence") -> str:
    """What is said of a sentence that is not supported, in brackets; empty for one that is.

    >>> from assistant.answer import Sentence
    >>> remark(Sentence(text="It broke at noon.", verdict="not verified", unsupported=((12, 16),)))
    ' (not supported by the documents: “noon”)'
    """
    return "" if sentence.supported else f" ({doubt(sentence)})"


def doubt(sentence: "Sentence") -> str:
    """What is said of a sentence that is not supported, with the words in question.

    >>> from assistant.answer import Sentence
    >>> doubt(Sentence(text="It broke.", verdict="contradicted", contradicted=(2,)))
    'the documents say otherwise'
    """
    what = CONTRADICTED if sentence.contradicted else UNSUPPORTED
    words = [sentence.text[start:end] for start, end in sentence.unsupported]
    whole = sum(map(len, words)) * 2 > len(sentence.text)
    named = "" if whole or not words else ": " + ", ".join(f"“{word}”" for word in words)
    return what + named
