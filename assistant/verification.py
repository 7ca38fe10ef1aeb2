"""Every sentence against the passages it cites. No engine goes round this module.

What is checked is what does harm when it is wrong and can be decided without judgement: figures
with their units, names and negation must stand in the cited words, and quoted words verbatim. A
sentence that is a cited passage word for word is supported; of one that an engine composed, rather
too much is refused than too little.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from assistant.accounting import MEASURES
from assistant.contrasts import contrasted
from assistant.copies import miscopied
from assistant.formulas import STEP_END, steps, unfounded
from assistant.modality import stated_as_fact
from assistant.openers import OPENERS
from assistant.polarity import reversed_in
from assistant.quantities import Quantity, quantities
from assistant.substitution import substituted
from index.document import Span
from index.lexical import analyzed
from index.sentences import is_row

_WORD = re.compile(r"[^\W\d_]+(?:[’'\-][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"[’']s$")
_SHORT = re.compile(r"\b(?:[A-Z]\.?){2,6}(?!\w)")
_LONG = re.compile(
    r"\b[A-Z][\w’'\-]{0,60}(?: (?:(?:of|for|and|the|on|in) ){0,2}[A-Z][\w’'\-]{0,60})+"
)
_QUOTATION = re.compile(r"“([^”]{1,1000})”|\"([^\"]+)\"|(?<!\w)‘(.{1,1000}?)’(?!\w)")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s()<>\[\]\"]*[\w/]")
_SENTENCE_STARTS = frozenset('.!?:;“"([\n')
_AUXILIARIES = r"is|are|was|were|has|have|had|does|did|will|would|can|could|should|may|might|must"
_OBJECT = r"an?|the|this|that|these|those|it|him|her|them|his|its|their|us|you|me"
_ACTS = re.compile(
    # 'Ann, who', 'Ann Lee', 'Ann and Bob', 'Ann was', 'Ann opened', 'Ann tore it'
    r",| (?:(?:and|or) )?[A-Z]"
    rf"| (?:\w+ly |also |then |later |never )?(?:(?:{_AUXILIARIES}|said|says|[a-z]+ed)\b"
    rf"|[a-z]+ (?:{_OBJECT})\b)"
)


COMPUTED = "Computed:"
"""Opens what the program computed; its formula is computed again here."""

PERCENTAGE_POINTS = "percentage points"

_COMPUTING = f"""
{COMPUTED} change ratio share difference sum average of and against {PERCENTAGE_POINTS}
{" ".join(MEASURES)}
"""
"""Words of its own that the program may put beside a formula."""

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
    wrong: list[Span] = []
    if not any(is_verbatim(own, quote) for quote in quotes):
        cited = "\n".join(quotes)
        wrong += [*_figures(own, cited), *_names(own, cited), *_quotations(own, quotes)]
        wrong += _addresses(own, cited)
        wrong += reversed_in(own, quotes)
        wrong += [*contrasted(own, quotes), *stated_as_fact(own, quotes)]
        wrong += [*substituted(own, quotes), *miscopied(own, quotes)]
    around = "\n".join([*quotes, *facts, ACCOUNTS_DIFFER])
    for start, end in added:
        piece = text[start:end]
        if piece.startswith(f"[{COMPUTED}"):
            wrong += [Span(start + s, start + e) for s, e in _miscomputed(piece, quotes, facts)]
            continue
        for s, e in [*_figures(piece, around), *lacking(piece, around)]:
            wrong.append(Span(start + s, start + e))
    return sorted(set(wrong))


def _miscomputed(piece: str, quotes: Sequence[str], facts: Sequence[str]) -> list[Span]:
    """What does not hold of a computation: steps, figures of its label, words."""
    found = steps(piece)
    label = piece[: found[0].span.start] if found else piece
    around = "\n".join([*quotes, *facts, _COMPUTING])
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
        *lacking(label, around),
    ]


def is_verbatim(text: str, quote: str) -> bool:
    """Whether the sentence is the quote, white space apart."""
    return " ".join(text.split()) == " ".join(quote.split())


def _inside(position: int, spans: Sequence[Span]) -> bool:
    return any(start <= position < end for start, end in spans)


def _figures(text: str, cited: str) -> list[Span]:
    """Figures that the passages lack: the number, or all of it where the unit is another.

    A bare 'one' is no figure: it is mostly a pronoun.
    """
    # In a row the cells stand apart, where in prose '482 657 911' is one number.
    cells = (cell for line in cited.split("\n") if is_row(line) for cell in line.split())
    stated = [*quantities(cited), *(one for cell in cells for one in quantities(cell))]
    known = {(figure.value, figure.unit) for figure in stated}
    numbers = {value for value, _ in known}
    return [
        figure.span if figure.value in numbers else figure.number
        for figure in quantities(text)
        if (figure.value, figure.unit) not in known and not _pronoun(figure)
    ]


def _pronoun(figure: Quantity) -> bool:
    return figure.in_words and (figure.value, figure.unit) == ("1", "")


def _names(text: str, cited: str) -> list[Span]:
    """Capitalised words that the passages lack.

    At a sentence's start any word is capitalised. There it counts where it is no word that opens
    sentences, no adverb in -ly and no participle in -ing, and stands as one who acts stands: before
    a verb, a possessive, a comma or another name. A plain noun there counts too: who acts in a
    sentence must be found in what it cites.
    """
    words, stems = {word.lower() for word in _WORD.findall(cited)}, set(analyzed(cited))
    initials = _initials(text, cited)
    return [
        Span(*match.span())
        for match in _WORD.finditer(text)
        if match[0][0].isupper()
        and match[0].lower() not in words
        and not _inside(match.start(), initials)
        and not stems.issuperset(analyzed(_POSSESSIVE.sub("", match[0])))
        and (not _opens(text, match.start()) or _acts(match[0], text, match.end()))
    ]


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
        Span(*m.span()) for m in _SHORT.finditer(text) if re.sub(r"\W", "", m[0]) in long
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
