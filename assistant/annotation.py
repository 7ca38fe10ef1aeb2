"""What was found about a sentence, in words; and a user's own draft with these marks in it.

A footnote without a mark supports its sentence; whatever else is found stands in words before the
number. Not a letter of a draft is changed: marks are only put in, behind the sentences.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Literal

from assistant.messages import BUT_SEE, CONTRADICTED, NOT_SAID, NOT_VERIFIED, SAYS_OTHERWISE

if TYPE_CHECKING:
    from assistant.answer import Sentence

Stance = Literal["supports", "says otherwise", "but see"]
"""What a footnote is there for."""

_CLOSING = re.compile(r"[*_~`\"”’')\]]*")
"""What belongs to a sentence that it follows: the end of its emphasis, a closing bracket."""
_FOOTNOTE_SHAPED = re.compile(r"\[(\d+)\]")


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
    """The footnote numbers of a sentence in plain text, with the remark on what is not supported.

    >>> from assistant.answer import Sentence
    >>> noted(Sentence(text="The dam held.", citations=(1, 3)))
    '[1][3]'
    >>> noted(Sentence(text="The dam held.", citations=(1,), superseded=(2,)))
    '[1] (but see [2])'
    """
    later = f" ({BUT_SEE} {_numbers(sentence.superseded)})" if sentence.superseded else ""
    return escaped(remark(sentence)) + _numbers(footnotes(sentence)) + later


def footnotes(sentence: "Sentence") -> tuple[int, ...]:
    """The numbers right behind a sentence: of what supports it, or else of what says otherwise.

    >>> from assistant.answer import Sentence
    >>> footnotes(Sentence(text="It broke.", verdict="contradicted", contradicted=(2,)))
    (2,)
    """
    return sentence.citations if sentence.supported else sentence.contradicted


def remark(sentence: "Sentence") -> str:
    """What is said of a sentence that is not supported, in brackets; empty for one that is.

    >>> from assistant.answer import Sentence
    >>> remark(Sentence(text="It broke at noon.", verdict="not verified", unsupported=((12, 16),)))
    ' (not verified: “noon”)'
    """
    return "" if sentence.supported else f" ({doubt(sentence)})"


def doubt(sentence: "Sentence") -> str:
    """What is said of a sentence that is not supported, with the words in question.

    >>> from assistant.answer import Sentence
    >>> doubt(Sentence(text="It broke.", verdict="contradicted", contradicted=(2,)))
    'the documents say otherwise'
    >>> doubt(Sentence(text="All agreed.", verdict="not verified", missing="unanimously"))
    'not verified; not said: unanimously'
    """
    said = in_words(sentence)
    words = [sentence.text[start:end] for start, end in sentence.unsupported]
    whole = sum(map(len, words)) * 2 > len(sentence.text)
    told = said not in (CONTRADICTED, NOT_VERIFIED)
    named = "" if told or whole else ", ".join(f"“{word}”" for word in words)
    return f"{said}: {named}" if named else said


def in_words(sentence: "Sentence") -> str:
    """The verdict on a sentence that is not supported, without the words in question.

    >>> from assistant.answer import Sentence
    >>> in_words(Sentence(text="It broke.", verdict="not verified", unsupported=((3, 8),)))
    'not verified'
    """
    if sentence.verdict == "contradicted":
        return CONTRADICTED
    missing = sentence.missing.strip()
    return f"{NOT_VERIFIED}; {NOT_SAID.format(missing)}" if missing else NOT_VERIFIED


def stances(sentences: "Iterable[Sentence]") -> dict[int, Stance]:
    """What the footnotes are there for that support no sentence, by their numbers.

    >>> from assistant.answer import Sentence
    >>> held = Sentence(text="The dam held.", citations=(1,), superseded=(2,))
    >>> stances([held, Sentence(text="It broke.", verdict="contradicted", contradicted=(1, 3))])
    {2: 'but see', 3: 'says otherwise'}
    """
    found: dict[int, Stance] = {}
    supporting: set[int] = set()
    for sentence in sentences:
        found |= dict.fromkeys(sentence.superseded, BUT_SEE)
        if sentence.supported:
            supporting |= {*sentence.citations}
        else:
            found |= dict.fromkeys(sentence.contradicted, SAYS_OTHERWISE)
    return {number: stance for number, stance in found.items() if number not in supporting}


def escaped(text: str) -> str:
    r"""The text without anything that could be taken for a footnote number of ours.

    >>> print(escaped("As the log says [1]."))
    As the log says \[1\].
    """
    return _FOOTNOTE_SHAPED.sub(r"\\[\1\\]", text)


def _numbers(numbers: Iterable[int]) -> str:
    return "".join(f"[{number}]" for number in numbers)
