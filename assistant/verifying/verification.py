"""Every sentence against the passages it cites. No engine goes round this module.

What is checked is what does harm when it is wrong and can be decided without judgement: figures
with their units, names and negation must stand in the cited words, and quoted words verbatim. A
sentence that is a cited passage word for word is supported; of one that an engine composed, rather
too much is refused than too little.
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from assistant.language.formula import STEP_END, steps, unfounded
from assistant.language.quantities import Quantity, quantities
from assistant.language.terms import content_terms
from assistant.messages import ACCOUNTS_DIFFER, COMPUTED, COMPUTING
from assistant.verifying.added_dates import borne_out, is_date
from assistant.verifying.degree import changed_degrees
from assistant.verifying.negation import reversed_clauses
from assistant.verifying.proper_names import unknown_proper_names
from assistant.verifying.substitution import substituted_words
from index.document import Span
from index.sentences import is_row
from index.store.lexical import analyzed

_QUOTATION = re.compile(r"“([^“”]++)”|\"([^\"]++)\"|(?<!\w)‘(.{1,1000}?)’(?!\w)")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s()<>\[\]\"]*[\w/]")
_ORDINAL, _LABEL, _SHARE, _WRITTEN = "ordinal", "label", "share", "written"
"""Readings of a figure in the place of its unit."""


def unsupported_spans(
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

    >>> unsupported_spans("Gate 3 failed at 21:40.", ["Gate 3 failed at 21:14."])
    [Span(start=17, end=22)]
    >>> unsupported_spans("[Ann Lee:] It held.", ["It held."], ["by Ann Lee"], added=[Span(0, 10)])
    []
    """
    if not quotes:
        return [Span(0, len(text))]
    own = "".join(" " if _inside(i, added) else c for i, c in enumerate(text))
    wrong: list[Span] = []
    if not any(is_verbatim(own, quote) for quote in quotes):
        cited = "\n".join(quotes)
        wrong += [
            *absent_figures(own, quotes),
            *unknown_proper_names(own, cited),
            *misquoted(own, quotes),
        ]
        wrong += foreign_addresses(own, cited)
        wrong += reversed_clauses(own, quotes)
        wrong += [*changed_degrees(own, quotes), *substituted_words(own, quotes)]
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
        for s, e in [*absent_figures(piece, stated), *absent_words(piece, "\n".join(stated))]:
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
        *absent_figures(label, around),
        *absent_words(label, "\n".join(around)),
    ]


def is_verbatim(text: str, quote: str) -> bool:
    """Whether the sentence is the quote, white space apart.

    >>> is_verbatim("The dam held.", "The  dam held."), is_verbatim("The dam held.", "It held.")
    (True, False)
    """
    return " ".join(text.split()) == " ".join(quote.split())


def _inside(position: int, spans: Sequence[Span]) -> bool:
    return any(start <= position < end for start, end in spans)


def absent_figures(text: str, quotes: Sequence[str]) -> list[Span]:
    """Figures that the passages lack: the number, or all of it where the unit is another.

    A bare 'one' is no figure: it is mostly a pronoun.

    >>> absent_figures("It took 25 minutes.", ["It took 24 minutes."])
    [Span(start=8, end=10)]
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


def absent_words(text: str, around: str) -> list[Span]:
    """Words of any kind of a text of which no form stands in `around`.

    >>> absent_words("The gates closed at noon.", "Ann Lee closes the gate.")
    [Span(start=17, end=19), Span(start=20, end=24)]
    """
    known = set(analyzed(around))
    return [
        Span(*match.span())
        for match in re.finditer(r"\w(?:\S*\w)?", text)
        if not known.issuperset(analyzed(match[0]))
    ]


def lacking_words(text: str, around: str) -> list[Span]:
    """The content words of a text of which no form stands in `around`.

    >>> lacking_words("The gates closed at noon.", "Ann Lee closes the gate.")
    [Span(start=20, end=24)]
    """
    missing = content_terms(text) - content_terms(around)
    return [
        span for span in absent_words(text, around) if missing & set(analyzed(text[slice(*span)]))
    ]


def misquoted(text: str, quotes: Sequence[str]) -> list[Span]:
    """Words in quotation marks that are in no one passage, in that order and whole.

    >>> misquoted("She said “it held”.", ["“It held well,” she said."])
    []
    """
    passages = [f" {_flat(quote)} " for quote in quotes]
    return [
        Span(*match.span())
        for match in _QUOTATION.finditer(text)
        if (said := _flat(match[1] or match[2] or match[3]))
        and not any(f" {said} " in passage for passage in passages)
    ]


def foreign_addresses(text: str, cited: str) -> list[Span]:
    """Addresses on the web that are not cited, letter for letter.

    >>> foreign_addresses("See https://a.example/b", "https://a.example/c")
    [Span(start=4, end=23)]
    """
    return [Span(*m.span()) for m in _ADDRESS.finditer(text) if m[0] not in cited]


def _flat(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
