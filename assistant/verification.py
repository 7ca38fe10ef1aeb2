"""Every sentence against the passages it cites. No engine goes round this module.

What is checked is what does harm when it is wrong and can be decided without judgement: figures
with their units, names and negation must stand in the cited words, and quoted words verbatim. A
sentence that is a cited passage word for word is supported; of one that an engine composed, rather
too much is refused than too little.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from assistant.added_dates import borne_out, is_date
from assistant.contrasts import contrasted
from assistant.formulas import STEP_END, steps, unfounded
from assistant.messages import ACCOUNTS_DIFFER, COMPUTED, COMPUTING
from assistant.openers import OPENERS
from assistant.polarity import reversed_in
from assistant.quantities import Quantity, quantities
from assistant.substitution import substituted
from index.document import Span
from index.lexical import analyzed
from index.sentences import is_row

_WORD = re.compile(r"[^\W\d_]+(?:[’'\-][^\W\d_]+)*")
_PIECE = re.compile(r"[^\W\d_]+")
_POSSESSIVE = re.compile(r"[’']s$")
_SHORT = re.compile(r"\b(?:[A-Z]\.?){2,6}(?!\w)")
_LONG = re.compile(r"\b[A-Z][\w’'\-]*(?: (?:(?:of|for|and|the|on|in) ){0,2}[A-Z][\w’'\-]*)+")
_QUOTATION = re.compile(r"“([^”]+)”|\"([^\"]+)\"|(?<!\w)‘(.+?)’(?!\w)")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s()<>\[\]\"]*[\w/]")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;“\"(\[]\s*|\n)\W*$")
_DETERMINER = re.compile(
    r"\b(?:the|an?|this|that|these|those|its|their|his|her|our|your|my|each|every|no|both)\s+$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r" (?:No\.? ?)?\d")
_LAST, _FIRST = re.compile(r"([A-Z][\w\-]*) $"), re.compile(r" ([A-Z][\w\-]*)")
_LONGEST_WORD = 3
"""Letters of words such as 'Who', which headings may leave without a capital."""
_AUXILIARIES = r"is|are|was|were|has|have|had|does|did|will|would|can|could|should|may|might|must"
_OBJECT = r"an?|the|this|that|these|those|it|him|her|them|his|its|their|us|you|me"
_ACTS = re.compile(
    # 'Ann, who', 'Ann Lee', 'Ann and Bob', 'Ann was', 'Ann opened', 'Ann tore it'
    r",| (?:(?:and|or) )?[A-Z]"
    rf"| (?:\w+ly |also |then |later |never )?(?:(?:{_AUXILIARIES}|said|says|[a-z]+ed)\b"
    rf"|[a-z]+ (?:{_OBJECT})\b)"
)

_ORDINAL, _LABEL, _SHARE, _WRITTEN = "ordinal", "label", "share", "written"
"""Readings of a figure in the place of its unit."""


def unsupported(
    text: str,
    quotes: Sequence[str],
    facts: Sequence[str] = (),
    added: Sequence[Span] = (),
    dates: Sequence[str | None] = (),
) -> list[Span]:
    """The spans of a sentence that its cited passages do not carry; empty when all is supported.

    Args:
        text: the sentence.
        quotes: the words of the cited spans.
        facts: what the cited documents state about themselves (title, author, date); it can only
            support words that the program added.
        added: spans of `text` that the program added.
        dates: the own date of the document of each quote (ISO 8601); an added date must follow from
            one of them and from the words before it.
    """
    if not quotes:
        return [Span(0, len(text))]
    own = "".join(" " if _inside(i, added) else c for i, c in enumerate(text))
    wrong: list[Span] = []
    if not any(is_verbatim(own, quote) for quote in quotes):
        cited = "\n".join(quotes)
        wrong += [*_figures(own, quotes), *_names(own, cited), *_quotations(own, quotes)]
        wrong += _addresses(own, cited)
        wrong += reversed_in(own, quotes)
        wrong += [*contrasted(own, quotes), *substituted(own, quotes)]
    stated = [*quotes, *facts, ACCOUNTS_DIFFER]
    for start, end in added:
        piece = text[start:end]
        if piece.startswith(f"[{COMPUTED}"):
            wrong += [Span(start + s, start + e) for s, e in _miscomputed(piece, quotes, facts)]
            continue
        if is_date(piece):
            if not borne_out(own[:start], piece, own[end:], quotes, dates or [None] * len(quotes)):
                wrong.append(Span(start, end))
            continue
        for s, e in [*_figures(piece, stated), *lacking(piece, "\n".join(stated))]:
            wrong.append(Span(start + s, start + e))
    return sorted(set(wrong))


def _miscomputed(piece: str, quotes: Sequence[str], facts: Sequence[str]) -> list[Span]:
    """What does not hold of a computation: steps, figures of its label, words."""
    found = steps(piece)
    label = piece[: found[0].span.start] if found else piece
    around = [*quotes, *facts, COMPUTING]
    rest = piece[found[-1].span.end :] if found else ""
    between = [
        Span(one.span.end, other.span.start)
        for one, other in pairwise(found)
        if piece[one.span.end : other.span.start] != STEP_END
    ]
    if rest not in ("", "]"):
        between.append(Span(len(piece) - len(rest), len(piece)))
    return [
        *unfounded(piece, quotes),
        *between,
        *_figures(label, around),
        *lacking(label, "\n".join(around)),
    ]


def is_verbatim(text: str, quote: str) -> bool:
    """Whether the sentence is the quote, white space apart."""
    return " ".join(text.split()) == " ".join(quote.split())


def _inside(position: int, spans: Sequence[Span]) -> bool:
    return any(start <= position < end for start, end in spans)


def _figures(text: str, quotes: Sequence[str]) -> list[Span]:
    """Figures that the passages lack: the number, or all of it where the unit is another.

    A bare 'one' is no figure: it is mostly a pronoun.
    """
    known: set[tuple[str, str]] = set()
    for quote in quotes:
        known |= _stated(quote)
    numbers = {value for value, _ in known}
    return [
        figure.span if figure.value in numbers else figure.number
        for figure in quantities(text)
        if known.isdisjoint(_readings(figure, text)) and not _pronoun(figure)
    ]


def _pronoun(figure: Quantity) -> bool:
    return figure.in_words and (figure.value, figure.unit) == ("1", "")


def _stated(quote: str) -> set[tuple[str, str]]:
    """The figures of a passage, each in every reading that carries it."""
    # In a row the cells stand apart, where in prose '482 657 911' is one number.
    cells = [cell for line in quote.split("\n") if is_row(line) for cell in line.split()]
    return {
        reading
        for part in (quote, *cells)
        for figure in quantities(part)
        for reading in _readings(figure, part)
    }


def _readings(figure: Quantity, text: str) -> set[tuple[str, str]]:
    """What a figure may stand for: its value, the same as a share in percent, and as it is written.

    'Third' stands for 'the 3rd' and for 'Q3', never for three of a thing in words. What is written
    alike is the same, though '1.234' may be read in two ways.
    """
    value, unit = figure.value, figure.unit
    if figure.ordinal:
        return {(value, _ORDINAL), (value, _LABEL)}
    found = {(value, unit)}
    if not figure.in_words:
        found.add((" ".join(text[slice(*figure.span)].lower().split()), _WRITTEN))
        found |= {(value, _LABEL)} if not unit else set()
    if unit == "%" and (share := _share(value)) is not None:
        found.add((share, _SHARE))
    if unit in ("", "×") and figure.in_words and (share := _share(value, 100)) is not None:
        found.add((share, _SHARE))
    return found


def _share(value: str, times: int = 1) -> str | None:
    """A share below one in percent, as a fraction in its lowest terms; None where it is none."""
    try:
        percent = Fraction(value) * times
    except ValueError:
        return None
    return str(percent) if 0 < percent < 100 else None


def _names(text: str, cited: str) -> list[Span]:
    """Names that the passages lack, case and all: 'US' is no 'us', 'Turkey' no 'turkey'.

    At a sentence's start any word is capitalised, and its case says nothing. There it counts where
    it is no word that opens sentences, no adverb in -ly and no participle in -ing, and stands as
    one who acts stands: before a verb, a possessive, a comma or another name. A plain noun there
    counts too: who acts in a sentence must be found in what it cites.
    """
    known, figures = _Known.of(cited), [f.span for f in quantities(text) if f.in_words]
    apart = [*_initials(text, cited), *figures]
    return [
        Span(*match.span())
        for match in _WORD.finditer(text)
        if any(map(str.isupper, match[0]))
        and not _inside(match.start(), apart)
        and not _is_known(match, text, known)
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


def _is_known(match: re.Match[str], text: str, known: _Known) -> bool:
    """Whether a word with a capital in it need not be, or is, a name of the passages."""
    word = _POSSESSIVE.sub("", match[0])
    heading = _says_nothing(text, match.start())
    starts = bool(_SENTENCE_START.search(text[: match.start()]))
    if word[0].isupper() and starts and (heading or not _is_short(word)):
        return known.hold(match[0]) or known.hold(word) or not _acts(match[0], text, match.end())
    if word[0].isupper() and (heading or not known.hold(word)):
        return known.hold(word)
    # 'eBay' is nothing else than 'ebay'; of 'pro-European' the second part is a name.
    pieces = [piece for piece in _PIECE.findall(word) if any(map(str.isupper, piece))]
    names = [piece for piece in pieces if piece[0].isupper()]
    if not all(map(known.hold, pieces)):
        return _is_unit(match, text)
    return all(map(known.name, names)) or (
        not any(map(_is_short, names)) and _is_labelled(match, text, known)
    )


def _is_short(word: str) -> bool:
    return len(word) > 1 and word.isupper()


def _is_labelled(match: re.Match[str], text: str, known: _Known) -> bool:
    """Whether a capital makes no other thing of a word: 'the Council', 'Gate 3', 'Lake Erie'."""
    before, after = text[: match.start()], text[match.end() :]
    if _DETERMINER.search(before) or _NUMBERED.match(after):
        return True
    left, right = _LAST.search(before), _FIRST.match(after)
    beside = [left[1]] if left and not _SENTENCE_START.search(before[: left.start(1)]) else []
    beside += [right[1]] if right else []
    return any(one.lower() not in OPENERS and known.name(one) for one in beside)


def _is_unit(match: re.Match[str], text: str) -> bool:
    """Whether a word is a figure's unit, as 'kWh' is: figures are compared elsewhere."""
    return match[0][0].islower() and any(
        figure.span.start <= match.start() < figure.span.end for figure in quantities(text)
    )


def _says_nothing(text: str, position: int) -> bool:
    """Whether the line is written as headings are: in capitals, or each longer word with one."""
    start = text.rfind("\n", 0, position) + 1
    line = text[start:].partition("\n")[0]
    words = [word for word in _WORD.findall(line) if len(word) > _LONGEST_WORD]
    ended = line.rstrip().endswith((".", "!", "?"))
    return len(words) > 1 and (line.isupper() or (not ended and all(w[0].isupper() for w in words)))


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
    opens = plain in OPENERS or plain.endswith(("ly", "ing")) or bool(quantities(plain))
    return not opens and (plain != word.lower() or bool(_ACTS.match(text, end)))


def lacking(text: str, around: str) -> list[Span]:
    """Words of any kind of a text of which no form stands in `around`."""
    known = set(analyzed(around))
    return [
        Span(*match.span())
        for match in re.finditer(r"\w(?:\S*\w)?", text)
        if not known.issuperset(analyzed(match[0]))
    ]


def _quotations(text: str, quotes: Sequence[str]) -> list[Span]:
    """Words in quotation marks that are in no one passage, in that order and whole."""
    passages = [f" {_flat(quote)} " for quote in quotes]
    return [
        Span(*match.span())
        for match in _QUOTATION.finditer(text)
        if (said := _flat(match[1] or match[2] or match[3]))
        and not any(f" {said} " in passage for passage in passages)
    ]


def _addresses(text: str, cited: str) -> list[Span]:
    """Addresses on the web that are not cited, letter for letter."""
    return [Span(*m.span()) for m in _ADDRESS.finditer(text) if m[0] not in cited]


def _flat(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
