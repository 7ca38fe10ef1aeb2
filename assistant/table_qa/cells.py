"""The cell of a table that a question asks for: row and column by their words and periods."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.asking.question import Question
from assistant.language.terms import content_terms
from assistant.language.values import has_value
from assistant.table_qa.figures import Figure, Row, Table, TableContext
from assistant.table_qa.measures import HIGHEST, LOWEST
from assistant.table_qa.periods import WORDS, Period, fits_period, period_of, years_in_range
from index.places import innermost_stem
from index.store.lexical import analyzed

_CERTAIN = 0.9
"""The least score of a cell: the question is of little else than its row and column say, which say
little else. Lower ones are wrong as often as not; see `benchmarks/README.md`."""

_SECTION = 0.9
"""What a word counts that heads a row and does not stand in it."""

_IDLE = re.compile(
    r"\([^()]*\)|\b(?:in |of )?(?:usd|us dollars?|dollars?|euros?|thousands?|millions?|billions?"
    r"|percent|per ?cent|amounts?|figures?|values?|numbers?|size|level"
    r"|spend|spent|holds?|held|c[ao]mes?|report(?:ed)?|record(?:ed)?|earn(?:ed)?|ma[dk]e|t[ao]ken?"
    r"|took|respective(?:ly)?|generated?|pa(?:y|id)|posted?|stood|stand|reach(?:ed)?)\b|[$€£¥%]",
    re.IGNORECASE,
)
"""What asks for a figure and does not say which: units, and verbs that go with any."""

_NEUTRAL = "net total"
"""Words of a row that say nothing else where they are not asked for."""

_CHANGES = frozenset(
    analyzed(
        "grow grew growth change increase decrease fall fell rise rose shrink decline drop times"
        " average mean median ratio proportion share percentage difference sum parts"
    )
)
"""Words without which a figure is another: how much it grew is not how much it is."""

_NO_CELL = re.compile(
    r"\b(?:why|by how much|how many times|how (?:is|are|was|were|do|does|did)|list|range)\b"
    r"|^\W*(?:what|which)(?: \w+)* (?:do|does|did)\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\b(?:in |for |during )?(?:what|which) (?:fiscal )?(?:years?|quarters?|months?|periods?)\b",
    re.IGNORECASE,
)
_HIGHER = re.compile(rf"{HIGHEST.pattern}|\b(?:high|larg|great|bigg)er\b", re.IGNORECASE)
_LOWER = re.compile(rf"{LOWEST.pattern}|\b(?:low|small)er\b", re.IGNORECASE)
_PARENTHESES = re.compile(r"\(([^()]*)\)")
_NO_TERMS: frozenset[str] = frozenset()
SEVERAL = re.compile(r"\brespective(?:ly)?\b", re.IGNORECASE)
"""What asks for each figure by itself."""


def figure(
    phrase: str,
    period: Period,
    among: Sequence[TableContext],
    rarity: Mapping[str, float],
) -> Figure | None:
    r"""The cell that a phrase asks for in a period; None where none does for certain.

    Args:
        phrase: what the figure is called, or the question that asks for it.
        period: the period that its column, or its row, must be of.
        among: the tables, those of the best passages first.
        rarity: the weights of stems; 1 for those that it lacks.

    >>> from index.document import Document, Span, Table as Place
    >>> text = "Item | 2021 | 2022\nRevenue | 10 | 12"
    >>> report = Document(text, "Report", "text/markdown", tables=(Place(0, 36, Span(0, 18)),))
    >>> sheet = TableContext.of(demo.documents()[0], report, 0)
    >>> figure("revenue", Period(years=(2022,)), [sheet], rarity={}).cell.text
    '12'
    """
    wanted = _Wanted.by(phrase, period)
    best: tuple[tuple[float, int, int, int], Figure] | None = None
    for rank, sheet in enumerate(among):
        info = sheet.info
        named = _names(f"{info.title} {innermost_stem(info.path)} {info.author or ''}")
        for found in _fitting(sheet, wanted):
            score = _score(wanted, found, named, rarity)
            if score < _CERTAIN:
                continue
            # Of equals the longest and the latest period, then the best passage.
            own = period_of(found.column)
            order = (round(score, 2), own.length, max(own.years, default=0), -rank)
            if best is None or order > best[0]:
                above = terms_of(sheet.words(found.row.section))
                meant = bool(wanted.terms & above)
                best = order, replace(found, score=score, under_section=meant)
    return best[1] if best else None


def beside(found: Figure, period: Period) -> Figure | None:
    r"""The cell of the same row that is of another period.

    >>> from index.document import Document, Span, Table as Place
    >>> text = "Item | 2021 | 2022\nRevenue | 10 | 12"
    >>> report = Document(text, "Report", "text/markdown", tables=(Place(0, 36, Span(0, 18)),))
    >>> sheet = TableContext.of(demo.documents()[0], report, 0)
    >>> found = figure("revenue", Period(years=(2022,)), [sheet], rarity={})
    >>> beside(found, Period(years=(2021,))).cell.text
    '10'
    """
    wanted = _Wanted(frozenset(), period)
    sheet = replace(found.sheet, tables=(replace(found.table, rows=(found.row,)),))
    cells = [one.cell for one in _fitting(sheet, wanted)]
    lengths = [period_of(found.table.name_of(cell)).length for cell in cells]
    own = period_of(found.column).length
    alike = [cell for cell, length in zip(cells, lengths, strict=True) if length == own]
    return replace(found, cell=alike[0]) if len(alike) == 1 else None


def asked_figures(
    question: Question, among: Sequence[TableContext], rarity: Mapping[str, float]
) -> list[Figure]:
    r"""The cell that a question asks for, or one of each period that it names, in that order.

    None where it asks for no cell, or one of them is not certain.

    >>> from assistant.asking.question import parse_question
    >>> from index.document import Document, Span, Table as Place
    >>> text = "Item | 2021 | 2022\nRevenue | 10 | 12"
    >>> report = Document(text, "Report", "text/markdown", tables=(Place(0, 36, Span(0, 18)),))
    >>> sheet = TableContext.of(demo.documents()[0], report, 0)
    >>> asked = parse_question("What was the revenue in 2022 and 2021?")
    >>> [found.cell.text for found in asked_figures(asked, [sheet], rarity={})]
    ['12', '10']
    """
    if question.kind != "question" or _NO_CELL.search(question.asking):
        return []
    if _WHEN.search(question.asking):
        best = _best_period(question.asking, among, rarity)
        return [] if best is None else [best]
    period = period_of(question.asking)
    if period_of(question.text).fiscal and not period.length:
        period = replace(period, length=12, fiscal=True)
    years = years_in_range(question.asking) or period.years or (0,)
    if len(years) < 2 and SEVERAL.search(question.asking):
        return []
    first = replace(period, years=years[:1]) if len(years) > 1 else period
    found = _asked_figure(question, first, among, rarity)
    if found is None:
        return []
    others = [beside(found, replace(period, years=(year,))) for year in years[1:]]
    there = [found, *(one for one in others if one is not None)]
    return there if len({one.cell.span for one in there}) == len(years) else []


def _best_period(
    asking: str, among: Sequence[TableContext], rarity: Mapping[str, float]
) -> Figure | None:
    """The highest or lowest cell of a row, of those of one length of time, for its period is asked.

    None where two are alike, and where one is negative or no figure.
    """
    high, low = _HIGHER.search(asking), _LOWER.search(asking)
    if bool(high) == bool(low) or re.search(r"\d", WORDS.sub(" ", asking)):
        return None
    phrase = asking
    for said in (_WHEN, _HIGHER, _LOWER):
        phrase = said.sub(" ", phrase)
    found = figure(phrase, Period(), among, rarity)
    if found is None:
        return None
    own, years = period_of(found.column), years_in_range(asking) or period_of(asking).years
    there: dict[tuple[int, ...], list[Figure]] = {}
    for cell in found.row.cells:
        named = period_of(found.table.name_of(cell))
        if named.years and named.length == own.length and (not years or named.years[0] in years):
            there.setdefault(named.years, []).append(replace(found, cell=cell))
    ordered = sorted(
        (one for cells in there.values() for one in cells),
        key=lambda one: one.value or 0,
        reverse=bool(high),
    )
    # Of what is negative, the greater may be meant with its sign or without.
    known = len(ordered) > 1 and all(one.value is not None and one.value >= 0 for one in ordered)
    if not known or len(ordered) > len(there) or ordered[0].value == ordered[1].value:
        return None
    return ordered[0]


def _asked_figure(
    question: Question,
    period: Period,
    among: Sequence[TableContext],
    rarity: Mapping[str, float],
) -> Figure | None:
    found = figure(question.asking, period, among, rarity)
    kinds = question.expected - {"person", "place"}
    if found is None:
        return None
    shown = found.sheet.words(found.cell.span)
    numeric = kinds <= {"number", "money"} and not question.expected & {"person", "place"}
    if numeric and re.search(r"\d", shown):
        return found
    return (
        found if any(has_value(kind, shown, question.text) for kind in question.expected) else None
    )


def names_something(phrase: str) -> bool:
    """Whether a phrase has words by which a figure can be found.

    >>> names_something("total revenue in 2022"), names_something("fiscal 2022")
    (True, False)
    """
    return bool(terms_of(phrase) - content_terms("the")) and bool(re.search(r"\w", _plain(phrase)))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A phrase taken apart.

    `terms` are the stems that are to be found; those in parentheses stand `aside`, and a row with
    others in its own is another.
    """

    terms: frozenset[str]
    period: Period
    aside: frozenset[str] = frozenset()
    month: str = ""
    """That of a day which may be one of the row's own words: 'outstanding at 31 March'."""

    @classmethod
    def by(cls, phrase: str, period: Period) -> "_Wanted":
        month = period.month or period_of(phrase).month
        return cls(content_terms(_plain(phrase)), period, _aside(phrase), month)


def _fitting(sheet: TableContext, wanted: _Wanted) -> Iterator[Figure]:
    """The cells that may be of the period, of columns that have a name of their own."""
    for table in sheet.tables:
        named = {name for name, count in Counter(table.columns).items() if count == 1}
        for row in table.rows:
            if wanted.month and period_of(row.label).month not in ("", wanted.month):
                continue
            for cell in row.cells:
                name = table.name_of(cell)
                if name in named and _in_period(sheet, table, row, name, wanted.period):
                    yield Figure(sheet, table, row, cell)


def _in_period(sheet: TableContext, table: Table, row: Row, column: str, period: Period) -> bool:
    """Whether a column, or else the row or what stands above, is of the period."""
    if period_of(column).years or not period.years:
        return fits_period(period, column)
    for text in (row.label, sheet.words(row.section)):
        if period_of(text).years:
            return fits_period(period, text)
    return period_of(table.above).years == period.years


def _score(
    wanted: _Wanted, found: Figure, named: frozenset[str], rarity: Mapping[str, float]
) -> float:
    """How much of what is asked for stands in row and column, or above; and how little else."""
    row = found.row
    asked = wanted.terms
    aside = _aside(row.label)
    if wanted.aside and aside and not wanted.aside & aside:
        return 0.0
    named = named if asked - named else frozenset()
    asked = asked - named
    own = terms_of(f"{row.label} {found.column}")
    own -= (_stems(_NEUTRAL) - asked) | named
    heads = _stems(found.sheet.words(row.section)) - own
    if not asked & _CHANGES <= own:
        return 0.0
    # Words of the column alone mean any of its rows.
    if len(found.table.rows) > 1 and not (asked & _stems(row.label) or period_of(row.label).years):
        return 0.0
    whole = sum(rarity.get(term, 1.0) for term in asked)
    direct = sum(rarity.get(term, 1.0) for term in asked & own)
    if not direct:
        return 0.0
    indirect = _SECTION * sum(rarity.get(term, 1.0) for term in asked & heads)
    precision = len(asked & own) / len(own)
    return (direct + indirect) / whole * (0.5 + 0.5 * precision)


@lru_cache(maxsize=8192)
def _aside(text: str) -> frozenset[str]:
    """The stems in parentheses that are no units, notes or the other way a figure may go."""
    said = " ".join(_PARENTHESES.findall(text))
    return content_terms(said) - _CHANGES if re.search(r"[^\W\d]{2}", said) else _NO_TERMS


@lru_cache(maxsize=8192)
def _stems(text: str) -> frozenset[str]:
    return frozenset(analyzed(text))


@lru_cache(maxsize=8192)
def terms_of(text: str) -> frozenset[str]:
    """The stems of the words that are no period and no units.

    >>> sorted(terms_of("Total revenues in millions, 2022"))
    ['revenu', 'total']
    """
    plain = _plain(text)
    return content_terms(plain) if re.search(r"\w", plain) else frozenset()


def _names(facts: str) -> frozenset[str]:
    """The stems by which a question may name a document."""
    return _stems(facts.replace("_", " "))


def _plain(text: str) -> str:
    return _IDLE.sub(" ", WORDS.sub(" ", text))
