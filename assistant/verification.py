"""Every sentence against the passages it cites. No engine goes round this module.

What is checked is what does harm when it is wrong and can be decided without judgement: figures,
dates, names and negation must stand in the cited words, and quoted words verbatim.
"""

import re
from collections.abc import Sequence

from index.document import Span
from index.lexical import analyzed

_FIGURE = re.compile(r"\d+(?:[.,:/]\d+)*(?:[½¼¾])?|[½¼¾]")
_NUMBER_WORDS = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen twenty
""".split()  # noqa: SIM905 (a list of words reads as words)
_WORD = re.compile(r"[^\W\d_]+(?:[’'\-][^\W\d_]+)*")
_QUOTATION = re.compile(r"“([^”]+)”|\"([^\"]+)\"")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;“\"(\[]\s*|\n)\W*$")
_NEGATIONS = frozenset(
    """
    no not none never nobody nothing nowhere neither nor without cannot denied denies deny refused
    rejected false
    """.split()  # noqa: SIM905
)
_NEGATED = re.compile(r"n[’']t$", re.IGNORECASE)


ACCOUNTS_DIFFER = "Accounts differ."
"""The one remark of its own that the program may put before a sentence."""


def unsupported(
    text: str, quotes: Sequence[str], facts: Sequence[str] = (), added: Sequence[Span] = ()
) -> list[Span]:
    """The spans of a sentence that its cited passages do not carry; empty when all is supported.

    Args:
        text: the sentence.
        quotes: the words of the cited spans.
        facts: what the cited documents state about themselves (title, author, date); it can only
            support words that the program added.
        added: spans of `text` that the program added.
    """
    if not quotes:
        return [Span(0, len(text))]
    own = "".join(" " if _inside(i, added) else c for i, c in enumerate(text))
    cited = "\n".join(quotes)
    wrong = [*_figures(own, cited), *_names(own, cited), *_quotations(own, cited)]
    wrong += _negation(own, quotes)
    for start, end in added:
        around = "\n".join([cited, *facts, ACCOUNTS_DIFFER])
        piece = text[start:end]
        for s, e in [*_figures(piece, around), *_names(piece, around, initial=True)]:
            wrong.append(Span(start + s, start + e))
    return sorted(set(wrong))


def is_verbatim(text: str, quote: str) -> bool:
    """Whether the sentence is the quote, white space apart."""
    return " ".join(text.split()) == " ".join(quote.split())


def _inside(position: int, spans: Sequence[Span]) -> bool:
    return any(start <= position < end for start, end in spans)


def _figures(text: str, cited: str) -> list[Span]:
    known = {_figure(match[0]) for match in _FIGURE.finditer(cited)}
    known |= {str(n) for n, word in enumerate(_NUMBER_WORDS) if word in _words(cited)}
    wrong = [Span(*m.span()) for m in _FIGURE.finditer(text) if _figure(m[0]) not in known]
    for match in _WORD.finditer(text):
        word = match[0].lower()
        if word in _NUMBER_WORDS[2:] and str(_NUMBER_WORDS.index(word)) not in known:
            wrong.append(Span(*match.span()))
    return wrong


def _figure(written: str) -> str:
    """A figure without the commas that group its thousands."""
    return re.sub(r",(?=\d{3}(?:\D|$))", "", written)


def _names(text: str, cited: str, *, initial: bool = False) -> list[Span]:
    """Capitalised words that the passages lack; at a sentence's start any word may be one."""
    known = _words(cited) | set(analyzed(cited))
    wrong = []
    for match in _WORD.finditer(text):
        word = match[0]
        if not word[0].isupper() or (not initial and _SENTENCE_START.search(text[: match.start()])):
            continue
        parts = _words(word) | set(analyzed(word))
        if not parts & known:
            wrong.append(Span(*match.span()))
    return wrong


def _quotations(text: str, cited: str) -> list[Span]:
    """Words in quotation marks that are not the passages' own words in that order."""
    flat = _flat(cited)
    return [Span(*m.span()) for m in _QUOTATION.finditer(text) if _flat(m[1] or m[2]) not in flat]


def _flat(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _negation(text: str, quotes: Sequence[str]) -> list[Span]:
    """A negation that the passages lack, or the whole sentence where it leaves theirs out.

    The comparison is with the cited span that shares most words with the sentence.
    """
    own = _WORD.findall(text)
    words = {word.lower() for word in own}
    closest = max(quotes, key=lambda quote: len(words & _words(quote)))
    theirs = [word for word in _WORD.findall(closest) if _negates(word)]
    mine = [match for match in _WORD.finditer(text) if _negates(match[0])]
    if mine and not theirs:
        return [Span(*match.span()) for match in mine]
    if theirs and not mine and not _left_out(text, closest):
        return [Span(0, len(text))]
    return []


def _left_out(text: str, quote: str) -> bool:
    """Whether the sentence leaves out the part of the passage that holds the negation."""
    words = _words(text)
    for clause in re.split(r"[.;:,!?—–]|\b(?:but|and|while|although|which|who)\b", quote):
        if any(_negates(word) for word in _WORD.findall(clause)):
            content = {w for w in _words(clause) if len(w) > 3 and not _negates(w)}
            if content and len(content & words) * 2 > len(content):
                return False
    return True


def _negates(word: str) -> bool:
    return word.lower() in _NEGATIONS or bool(_NEGATED.search(word))


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}
