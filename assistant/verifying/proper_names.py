"""Names in a sentence that its cited passages lack, case and all: 'US' is no 'us'."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.language.lexicon import FUNCTION_WORDS, OPENERS
from assistant.language.quantities import quantities
from index.document import Span
from index.store.lexical import analyzed

_WORD = re.compile(r"[^\W\d_]+(?:[’'\-][^\W\d_]+)*")
_PIECE = re.compile(r"[^\W\d_]+")
_POSSESSIVE = re.compile(r"[’']s$")
_SHORT = re.compile(r"\b(?:[A-Z]\.?){2,6}(?!\w)")
_LONG = re.compile(
    r"\b[A-Z][\w’'\-]{0,60}(?: (?:(?:of|for|and|the|on|in) ){0,2}[A-Z][\w’'\-]{0,60})+"
)
_SENTENCE_STARTS = frozenset('.!?:;“"([\n')
_DETERMINER = re.compile(
    r"\b(?:the|an?|this|that|these|those|its|their|his|her|our|your|my|each|every|no|both)\s+$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r" (?:No\.? ?)?\d")
_LAST, _FIRST = re.compile(r"([A-Z][\w\-]{0,60}) $"), re.compile(r" ([A-Z][\w\-]*)")
_BESIDE = 60
"""Characters before a word in which another one that belongs to it is looked for."""

_LONGEST_WORD = 3
"""Letters of words such as 'Who', which headings may leave without a capital."""

_YES_NO = frozenset(
    ["yes", "no", "ja", "nein", "doch", "oui", "non", "sí", "sì", "sim", "não", "nee", "tak", "nie"]
)

_AUXILIARIES = r"is|are|was|were|has|have|had|does|did|will|would|can|could|should|may|might|must"
_OBJECT = r"an?|the|this|these|those|it|him|her|them|his|its|their|us|you|me"
_JOINS = "|".join(FUNCTION_WORDS.split())
_ACTS = re.compile(
    # 'Ann, who', 'Ann Lee', 'Ann and Bob', 'Ann was', 'Ann opened', 'Ann tore it'
    r",| (?:(?:and|or) )?[A-Z]"
    rf"| (?:\w{{1,60}}ly |also |then |later |never )?(?:(?:{_AUXILIARIES}|said|says|[a-z]+ed)\b"
    # 'Part of the damage', 'Make sure that' open sentences without naming anyone.
    rf"|(?!(?:{_JOINS})\b)[a-z]+ (?:{_OBJECT})\b)"
)


def unknown_proper_names(text: str, cited: str) -> list[Span]:
    """The names of a text that the passages lack.

    At a sentence's start any word is capitalised, and its case says nothing. There it counts where
    it is no word that opens sentences, no adverb in -ly and no participle in -ing, and stands as
    one who acts stands: before a verb, a possessive, a comma or another name. A plain noun there
    counts too: who acts in a sentence must be found in what it cites.

    >>> unknown_proper_names("The keys went to Ann Lee.", "Bo Ray has the keys.")
    [Span(start=17, end=20), Span(start=21, end=24)]
    """
    known = _Known.of(cited)
    figures = quantities(text)
    apart = [*_initials(text, cited), *(one.span for one in figures if one.in_words)]
    headings = _headings(text)
    return [
        Span(*match.span())
        for match in _WORD.finditer(text)
        if any(map(str.isupper, match[0]))
        and not _inside(match.start(), apart)
        # 'kWh' is a figure's unit, and figures are compared elsewhere.
        and not (match[0][0].islower() and _inside(match.start(), [one.span for one in figures]))
        and not _is_known(match, text, known, heading=_inside(match.start(), headings))
    ]


@dataclass(frozen=True, slots=True)
class _Known:
    """The words of the passages and their stems: all, those with a capital, and those in capitals.

    Attributes:
        words, stems: in lower case.
        named, named_stems: of those that stand with a capital somewhere.
        capitals: as they stand.
    """

    words: frozenset[str]
    stems: frozenset[str]
    named: frozenset[str]
    named_stems: frozenset[str]
    capitals: frozenset[str]

    @classmethod
    def of(cls, cited: str) -> "_Known":
        words = _WORD.findall(cited)
        pieces = [piece for word in words for piece in (word, *_PIECE.findall(word))]
        named = [piece for piece in pieces if piece[0].isupper()]
        return cls(
            frozenset(piece.lower() for piece in pieces),
            frozenset(analyzed(cited)),
            frozenset(piece.lower() for piece in named),
            frozenset(analyzed(" ".join(named))),
            frozenset(piece for piece in named if piece.isupper()),
        )

    def hold(self, word: str) -> bool:
        """Whether they stand there in whatever case and form."""
        return word.lower() in self.words or self.stems.issuperset(analyzed(word))

    def name(self, word: str) -> bool:
        """Whether it stands there as a name may."""
        if _is_short(word):
            # Some write 'NATO' as 'Nato'; but 'Who' and 'Us' are words.
            plain = word.lower()
            written_out = len(word) > _LONGEST_WORD and plain not in OPENERS
            return word in self.capitals or (written_out and plain in self.named)
        return word.lower() in self.named or self.named_stems.issuperset(analyzed(word))


def _is_known(match: re.Match[str], text: str, known: _Known, *, heading: bool) -> bool:
    """Whether a word with a capital in it need not be, or is, a name of the passages."""
    word = _POSSESSIVE.sub("", match[0])
    starts = _opens(text, match.start())
    if word[0].isupper() and starts and (heading or not _is_short(word)):
        return known.hold(match[0]) or known.hold(word) or not _acts(match[0], text, match.end())
    if word[0].isupper() and (heading or not known.hold(word)):
        return known.hold(word)
    # 'eBay' is nothing else than 'ebay'; of 'pro-European' the second part is a name.
    pieces = [piece for piece in _PIECE.findall(word) if any(map(str.isupper, piece))]
    names = [piece for piece in pieces if piece[0].isupper()]
    if not all(map(known.hold, pieces)):
        return False
    return all(map(known.name, names)) or (
        not any(map(_is_short, names)) and _is_labelled(match, text, known)
    )


def _is_short(word: str) -> bool:
    return len(word) > 1 and word.isupper()


def _is_labelled(match: re.Match[str], text: str, known: _Known) -> bool:
    """Whether a capital makes no other thing of a word: 'the Council', 'Gate 3', 'Lake Erie'."""
    before = text[max(match.start() - _BESIDE, 0) : match.start()]
    if _DETERMINER.search(before) or _NUMBERED.match(text, match.end()):
        return True
    left, right = _LAST.search(before), _FIRST.match(text, match.end())
    opens = left is not None and _opens(text, match.start() - len(before) + left.start(1))
    beside = [left[1]] if left and not opens else []
    beside += [right[1]] if right else []
    return any(one.lower() not in OPENERS and known.name(one) for one in beside)


def _headings(text: str) -> list[Span]:
    """The lines written as headings are: in capitals, or each longer word with one."""
    found, start = [], 0
    for line in text.split("\n"):
        words = [word for word in _WORD.findall(line) if len(word) > _LONGEST_WORD]
        ended = line.rstrip().endswith((".", "!", "?"))
        capitals = not ended and all(word[0].isupper() for word in words)
        if len(words) > 1 and (line.isupper() or capitals):
            found.append(Span(start, start + len(line)))
        start += len(line) + 1
    return found


def _opens(text: str, at: int) -> bool:
    """Whether a sentence, or what is set apart in it, begins with the word at a place."""
    before = at
    while before and not (text[before - 1].isalnum() or text[before - 1] == "_"):
        before -= 1
    return not before or not _SENTENCE_STARTS.isdisjoint(text[before:at])


def _initials(text: str, cited: str) -> list[Span]:
    """Where the text writes out a name that the passages have by its initials, or the reverse."""
    short = {re.sub(r"\W", "", match[0]) for match in _SHORT.finditer(cited)}
    long = {_first_letters(match[0]) for match in _LONG.finditer(cited)}
    found = [Span(*m.span()) for m in _LONG.finditer(text) if _first_letters(m[0]) in short]
    return found + [
        Span(*m.span()) for m in _SHORT.finditer(text) if re.sub(r"\W", "", m[0]) in long | short
    ]


def _first_letters(name: str) -> str:
    return "".join(word[0] for word in name.split() if word[0].isupper())


def _acts(word: str, text: str, end: int) -> bool:
    plain = _POSSESSIVE.sub("", word.lower())
    opens = plain in OPENERS or plain in _YES_NO or plain.endswith(("ly", "ing"))
    opens = opens or bool(quantities(plain))
    return not opens and (plain != word.lower() or bool(_ACTS.match(text, end)))


def _inside(position: int, spans: Sequence[Span]) -> bool:
    return any(start <= position < end for start, end in spans)
