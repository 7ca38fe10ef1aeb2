"""The cell of a table that a question asks for: row and column by their words and periods.

Years, quarters and lengths of time by which questions and columns of tables name a period.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.asking.question import Question
from assistant.language.terms import content_terms
from assistant.language.values import MONTH, has_value
from assistant.table_qa.figures import Figure, Row, Table, TableContext
from index.places import innermost_stem
from index.store.lexical import analyzed

_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d,]\d|\d)|\b(?:FY|CY) ?['’]?\d\d(?!\d)")
_QUARTER = re.compile(
    r"\bQ(?P<after>[1-4])\b|\b(?P<before>[1-4])Q\b"
    r"|\b(?P<word>first|second|third|fourth|final|last|closing|1st|2nd|3rd|4th) quarter\b",
    re.IGNORECASE,
)
_ORDER = {
    **dict.fromkeys(["first", "1st"], 1),
    **dict.fromkeys(["second", "2nd"], 2),
    **dict.fromkeys(["third", "3rd"], 3),
}
_MONTH = re.compile(rf"\b{MONTH}(?=\W+\d|\W*$)")
_LENGTHS = (
    (3, r"\b(?:three|3) months\b|\b1[34] weeks\b|\bquarter\b|\bQ[1-4]\b|\b[1-4]Q\b"),
    (6, r"\b(?:six|6) months\b|\b2[67] weeks\b|\bhalf\b|\bH[12]\b"),
    (9, r"\b(?:nine|9) months\b|\b(?:39|40) weeks\b"),
    (12, r"\b(?:twelve|12) months\b|\b5[23] weeks\b|\bfull[- ]year\b|\b(?:fiscal )?years? ended\b"),
)
_FISCAL = re.compile(r"\bfiscal\b|\bFY", re.IGNORECASE)
_POINT = re.compile(
    r"\bas (?:of|at)\b|\b(?:at|by) (?:the )?(?:end|close|start|beginning)\b|\byear[- ]end\b",
    re.IGNORECASE,
)
_YEAR_END = re.compile(r"\b(?:Jan[a-z]*\.? \d|Feb[a-z]*\.? [1-7]\b)")
"""A day on which retailers end a year: of fiscal 2022 for some, of fiscal 2023 for others."""

WORDS = re.compile(
    rf"{_YEAR.pattern}|\b(?:fiscal|fy|year|years|quarter|months?|weeks|ended|ending|end|period|full"
    rf"|half|Q[1-4]|[1-4]Q|as of|during|late|early|{MONTH} \d\d?,?|unaudited|audited"
    r"|first|second|third|fourth|closing|three|six|nine|twelve)\b",
    re.IGNORECASE,
)
"""What only names a period."""


@dataclass(frozen=True, slots=True)
class Period:
    """What a text says of its period: each is empty, 0 or '' where it says nothing.

    `length` is in months; `point` is set where the state on a day is meant.

    >>> Period(years=(2022,), quarter=3, length=3) == period_of("Q3 2022")
    True
    """

    years: tuple[int, ...] = ()
    quarter: int = 0
    month: str = ""
    length: int = 0
    fiscal: bool = False
    point: bool = False


def period_of(text: str) -> Period:
    """The period that a question, or a column's heading, names.

    >>> found = period_of("Three months ended June 30, 2022")
    >>> found.years, found.month, found.length
    ((2022,), 'jun', 3)
    """
    quarter, month = _QUARTER.search(text), _MONTH.search(text)
    fiscal = bool(_FISCAL.search(text))
    length = next((n for n, named in _LENGTHS if re.search(named, text, re.IGNORECASE)), 0)
    return Period(
        years=tuple(dict.fromkeys(_year(match[0]) for match in _YEAR.finditer(text))),
        quarter=_quarter(quarter) if quarter else 0,
        month=month[0][:3].lower() if month else "",
        length=length or (12 if fiscal else 0),
        fiscal=fiscal,
        point=bool(_POINT.search(text)),
    )


def fits_period(wanted: Period, heading: str) -> bool:
    """Whether a column under this heading may be of the wanted period.

    A heading that gives a day at the end of January does not say which fiscal year it ends; it
    fits only where the month is asked for.

    >>> fits_period(period_of("in 2022"), "Fiscal 2022"), fits_period(period_of("in 2022"), "2021")
    (True, False)
    """
    own = period_of(heading)
    if wanted.years and not set(wanted.years) & set(own.years):
        return False
    if wanted.years and not wanted.month and not own.fiscal and _YEAR_END.search(heading):
        return False
    if wanted.point and own.length and not own.fiscal:
        return False
    if wanted.month and own.month and wanted.month != own.month:
        return False
    if wanted.quarter and own.quarter and wanted.quarter != own.quarter:
        return False
    whole = wanted.point or not (wanted.length and own.length)
    return whole or wanted.length == own.length


def _year(written: str) -> int:
    number = int(re.sub(r"\D", "", written))
    return number if number > 99 else 2000 + number


def _quarter(match: re.Match[str]) -> int:
    number = match["after"] or match["before"]
    return int(number) if number else _ORDER.get(match["word"].lower(), 4)


ACCEPTED = 0.55
"""The least score of a cell that is given as the answer, chosen on our questions about reports."""

OPERAND = 0.85
"""The least score of a cell that is computed with: its row may say hardly anything else."""

_SECTION, _CONTEXT = 0.9, 0.7
"""What a word counts that heads a row, or that stands above its table, and not in it."""

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

_HOW_MANY = re.compile(r"\bhow many (?P<what>\S+(?: \S+)?)", re.IGNORECASE)
_NO_CELL = re.compile(
    r"\b(?:why|by how much|how many times|how (?:is|are|was|were|do|does|did)|list|range)\b",
    re.IGNORECASE,
)
_PARENTHESES = re.compile(r"\(([^()]*)\)")
_NO_TERMS: frozenset[str] = frozenset()
_SEVERAL = re.compile(r"\brespective(?:ly)?\b", re.IGNORECASE)
_PERCENT = re.compile(r"%|\bper ?cent|\bpercentage|\bshare\b|\bpart of\b|\brate\b", re.IGNORECASE)


def figure(
    phrase: str,
    period: Period,
    among: Sequence[TableContext],
    rarity: Mapping[str, float],
    least: float = ACCEPTED,
) -> Figure | None:
    r"""The cell that a phrase asks for in a period; None where none does for certain.

    Args:
        phrase: what the figure is called, or the question that asks for it.
        period: the period that its column, or its row, must be of.
        among: the tables, those of the best passages first.
        rarity: the weights of stems; 1 for those that it lacks.
        least: the score from which a cell counts.

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
        for found in _fitting(sheet, wanted):
            score = _score(wanted, found, rarity)
            if score < least:
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
    wanted = _Wanted(frozenset(), frozenset(), period, found.cell.is_percent)
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
    period = period_of(question.asking)
    if period_of(question.text).fiscal and not period.length:
        period = replace(period, length=12, fiscal=True)
    years = period.years or (0,)
    if len(years) < 2 and _SEVERAL.search(question.asking):
        return []
    first = replace(period, years=years[:1]) if len(years) > 1 else period
    found = _asked_figure(question, first, among, rarity)
    if found is None:
        return []
    others = [beside(found, replace(period, years=(year,))) for year in years[1:]]
    there = [found, *(one for one in others if one is not None)]
    return there if len({one.cell.span for one in there}) == len(years) else []


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

    `terms` are the stems that are to be found, `needed` those without which nothing is; those in
    parentheses stand `aside`, and a row with others in its own is another.
    """

    terms: frozenset[str]
    needed: frozenset[str]
    period: Period
    percent: bool
    aside: frozenset[str] = frozenset()

    @classmethod
    def by(cls, phrase: str, period: Period) -> "_Wanted":
        counted = _HOW_MANY.search(phrase)
        needed = terms_of(counted["what"]) if counted else frozenset[str]()
        percent = bool(_PERCENT.search(phrase))
        return cls(content_terms(_plain(phrase)), needed, period, percent, _aside(phrase))


def _fitting(sheet: TableContext, wanted: _Wanted) -> Iterator[Figure]:
    """The cells that may be of the period; of a column's several, the one of the kind."""
    for table in sheet.tables:
        names = [n for n in table.columns if table.columns.count(n) == 1]
        for row in table.rows:
            for number, name in enumerate(table.columns):
                cells = [c for c in row.cells if c.column == number]
                if len(cells) > 1:
                    cells = [c for c in cells if c.is_percent == wanted.percent]
                if (
                    len(cells) == 1
                    and name in names
                    and _in_period(sheet, table, row, name, wanted.period)
                ):
                    yield Figure(sheet, table, row, cells[0])


def _in_period(sheet: TableContext, table: Table, row: Row, column: str, period: Period) -> bool:
    """Whether a column, or else the row or what stands above, is of the period."""
    if period_of(column).years or not period.years:
        return fits_period(period, column)
    for text in (row.label, sheet.words(row.section)):
        if period_of(text).years:
            return fits_period(period, text)
    return period_of(table.above).years == period.years


def _score(wanted: _Wanted, found: Figure, rarity: Mapping[str, float]) -> float:
    """How much of what is asked for stands in row and column, or above; and how little else."""
    info, row = found.sheet.info, found.row
    asked, needed = wanted.terms, wanted.needed
    aside = _aside(row.label)
    if wanted.aside and aside and not wanted.aside & aside:
        return 0.0
    named = _names(f"{info.title} {innermost_stem(info.path)} {info.author or ''}")
    named = named if asked - named else frozenset()
    asked, needed = asked - named, (asked & needed) - named
    own = terms_of(f"{row.label} {found.column}")
    own -= (_stems(_NEUTRAL) - asked) | named
    headings = found.sheet.document.heading_path(row.span.start)
    heads = _stems(found.sheet.words(row.section)) - own
    context = heads | (_stems(" ".join([found.table.above, *headings])) - own)
    if not (needed <= own | context and asked & _CHANGES <= own):
        return 0.0
    # Words of the column alone mean any of its rows.
    if len(found.table.rows) > 1 and not (asked & _stems(row.label) or period_of(row.label).years):
        return 0.0
    whole = sum(rarity.get(term, 1.0) for term in asked)
    direct = sum(rarity.get(term, 1.0) for term in asked & own)
    if not direct:
        return 0.0
    weights = ((heads, _SECTION), (context - heads, _CONTEXT))
    indirect = sum(
        share * rarity.get(term, 1.0) for terms, share in weights for term in asked & terms
    )
    precision = len(asked & own) / len(own)
    return (direct + indirect) / whole * (0.5 + 0.5 * precision)


@lru_cache(maxsize=8192)
def _aside(text: str) -> frozenset[str]:
    """The stems in parentheses that are no units, notes or the other way a figure may go."""
    said = " ".join(_PARENTHESES.findall(text))
    return (
        content_terms(_IDLE.sub(" ", said)) - _CHANGES if re.search(r"[^\W\d]", said) else _NO_TERMS
    )


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
