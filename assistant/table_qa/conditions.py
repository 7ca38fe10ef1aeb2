"""The conditions that a question sets: values, comparisons, periods, numbers, yes and no."""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from assistant.table_qa.schema_linking import Linking, Mention, pieces
from index.calendar_names import month_numbers
from index.tables.columns import Column, Value
from index.tables.query import Condition, Operator

_NUMBER = r"(?P<currency>[$€£]\s?)?(?P<number>\d[\d,]*(?:\.\d+)?)(?P<percent>\s?%| percent)?"
_NO_SCALE = r"(?! (?:thousand|million|billion|tausend|millionen|mio|mrd))"
_COMPARED: tuple[tuple[Operator, str], ...] = (
    (">=", r"at least|no less than|not less than|mindestens|>="),
    ("<=", r"at most|no more than|not more than|up to|höchstens|<="),
    (
        ">",
        (
            r"(?:more|greater|higher|larger|bigger|longer|heavier|older) than|over|above|exceeding"
            r"|mehr als|größer als|über|>"
        ),
    ),
    (
        "<",
        (
            r"(?:less|fewer|lower|smaller|shorter|lighter|younger) than|under|below"
            r"|weniger als|kleiner als|unter|<"
        ),
    ),
    ("=", r"exactly|equal to|genau|="),
)
_BETWEEN = re.compile(rf"\bbetween {_NUMBER} and (?P<upper>\d[\d,]*(?:\.\d+)?)", re.IGNORECASE)
_NEGATED = re.compile(
    r"\b(?:not|no|without|except(?: for)?|excluding|other than|outside|nicht|ohne|außer|keine?)"
    r"(?: \w+){0,2} $",
    re.IGNORECASE,
)
_YEAR = r"(?:19|20)\d\d"


@dataclass
class Parsing:
    """A question while it is read over a table: which of its words are used, what they ask for.

    >>> from assistant.table_qa.schema_linking import words_of
    >>> parsing = Parsing("How many ships?", Linking(words_of("How many ships?"), (), ()))
    >>> sorted(parsing.take(0, 8))
    [0, 1]
    """

    text: str
    linking: Linking
    used: set[int] = field(default_factory=set)
    conditions: list[Condition] = field(default_factory=list)
    said: list[tuple[int, Condition]] = field(default_factory=list)
    """Each condition by itself, with the place of the words that set it."""

    def add(self, condition: Condition, start: int) -> None:
        """Take up a condition that words at a place set."""
        self.conditions.append(condition)
        self.said.append((start, condition))

    @property
    def columns(self) -> Sequence[Column]:
        """Those of the table."""
        return self.linking.columns

    def take_named(self, column: int) -> None:
        """Use the words that name a column, perhaps in part: 'issued' of a day 'issued on'."""
        for one in self.linking.mentions:
            if one.column == column:
                self.used |= one.at

    def within(self, start: int, end: int) -> set[int]:
        """The words of a stretch."""
        return {n for n, w in enumerate(self.linking.words) if w.start < end and w.end > start}

    def take(self, start: int, end: int) -> set[int]:
        """The words of a stretch, which are thereby used."""
        found = self.within(start, end)
        self.used |= found
        return found

    def found(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first match of a pattern among words that are not used yet."""
        for match in pattern.finditer(self.text):
            if not self.within(*match.span()) & self.used:
                return match
        return None

    def taken(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """That match, whose words are thereby used."""
        match = self.found(pattern)
        if match is not None:
            self.take(*match.span())
        return match

    def mentions(self, *kinds: str, after: int = 0) -> list[Mention]:
        """Mentions of columns of these kinds, from a place in the text on."""
        return [
            one
            for one in self.linking.mentions
            if self.columns[one.column].kind in kinds
            and self.linking.words[max(one.at)].start >= after
        ]

    def is_negated(self, start: int) -> bool:
        """Whether what begins at a place is denied."""
        match = _NEGATED.search(self.text[:start])
        if match is not None:
            self.take(*match.span())
        return match is not None


def by_values(parser: Parsing) -> bool:
    """Words that stand in a column, as conditions; whether it is certain in which.

    >>> from assistant.table_qa.schema_linking import words_of
    >>> values = [(0, "Hull", frozenset({2}))]
    >>> linking = Linking(words_of("ships from Hull"), (Column("port", "text"),), (), values)
    >>> parser = Parsing("ships from Hull", linking)
    >>> by_values(parser), parser.conditions
    (True, [Condition(column=0, operator='=', value='Hull')])
    """
    by_column: dict[int, list[tuple[str, frozenset[int], bool]]] = {}
    words = parser.linking.words
    spans = sorted({at for _, _, at in parser.linking.values}, key=lambda at: (-len(at), min(at)))
    taken: set[int] = set()
    for at in spans:
        if at & taken:
            continue
        said = [one for one in parser.linking.values if one[2] == at]
        columns = sorted({column for column, _, _ in said})
        small = all(words[n].text[0].islower() for n in at)
        if small and any(one.at >= at and not one.lacking for one in parser.linking.mentions):
            continue
        if len(columns) > 1:
            meant = {one.column for one in parser.linking.mentions} & set(columns)
            if len(meant) != 1:
                return False
            columns = sorted(meant)
        taken |= at
        parser.used |= at
        start = words[min(at)].start
        value = next(value for column, value, _ in said if column == columns[0])
        negated = parser.is_negated(start)
        by_column.setdefault(columns[0], []).append((value, at, negated))
        parser.said.append((start, Condition(columns[0], "!=" if negated else "=", value)))
    for column, values in by_column.items():
        denied = [value for value, _, negated in values if negated]
        meant_values = tuple(dict.fromkeys(value for value, _, negated in values if not negated))
        parser.conditions += [Condition(column, "!=", value) for value in denied]
        if len(meant_values) == 1:
            parser.conditions.append(Condition(column, "=", meant_values[0]))
        elif meant_values:
            parser.conditions.append(Condition(column, "in", meant_values))
            for n, word in enumerate(words):
                if word.text.lower() in ("or", "oder"):
                    parser.used.add(n)
    return True


def by_comparisons(parser: Parsing) -> bool:
    """'More than 300 servings' and the like; whether each is of a column for certain.

    >>> from assistant.table_qa.schema_linking import words_of
    >>> asked = "ships of more than 300 tons"
    >>> parser = Parsing(asked, Linking(words_of(asked), (Column("tons", "number"),), ()))
    >>> by_comparisons(parser), parser.conditions
    (True, [Condition(column=0, operator='>', value=Decimal('300'))])
    """
    for match in _BETWEEN.finditer(parser.text):
        years = re.fullmatch(_YEAR, match["number"]) and re.fullmatch(_YEAR, match["upper"])
        if years and when_column(parser) is not None:
            continue
        column = _compared_column(parser, *match.span())
        if column is None or _other_currency(match, parser.columns[column]):
            _named_period(parser, *match.span())
            continue
        parser.take(*match.span())
        lower, upper = (Decimal(match[name].replace(",", "")) for name in ("number", "upper"))
        parser.add(Condition(column, ">=", lower), match.start())
        parser.add(Condition(column, "<=", upper), match.start())
    for operator, said in _COMPARED:
        pattern = re.compile(rf"(?<![\w<>=])(?:{said})\s?{_NUMBER}(?![\w.]){_NO_SCALE}", re.I)
        for match in pattern.finditer(parser.text):
            if parser.take(*match.span()) & _condition_words(parser):
                continue
            column = _compared_column(parser, *match.span())
            if column is None or _other_currency(match, parser.columns[column]):
                return False
            value = Decimal(match["number"].replace(",", ""))
            parser.add(Condition(column, operator, value), match.start())
    return True


def _named_period(parser: Parsing, start: int, end: int) -> None:
    """'Between 2000 and 2014' where a column is called after these years."""
    at = {n for n, w in enumerate(parser.linking.words) if w.start < end and w.end > start}
    years = {n for n in at if parser.linking.words[n].is_number}
    if any(years <= one.at for one in parser.linking.mentions):
        parser.used |= at - years


def _other_currency(match: re.Match[str], column: Column) -> bool:
    asked = (match["currency"] or "").strip()
    return bool(asked and column.unit and asked not in column.unit)


def _condition_words(parser: Parsing) -> set[int]:
    return {place for _, _, at in parser.linking.values for place in at}


def _compared_column(parser: Parsing, start: int, end: int) -> int | None:
    """The column of figures that is named right behind a comparison, or last before it."""
    words = parser.linking.words
    numeric = [
        one
        for one in parser.mentions("number")
        if not (parser.columns[one.column].flag or parser.columns[one.column].doubt)
    ]
    behind = [
        one for one in numeric if 0 <= words[min(one.at)].start - end <= 12 and min(one.at) > 0
    ]
    before = [one for one in numeric if 0 <= start - words[max(one.at)].end <= 25]
    last = max((max(one.at) for one in before), default=0)
    before = [one for one in before if max(one.at) == last]
    near = behind or before
    if len({one.column for one in near}) != 1:
        return None
    parser.used |= near[0].at
    return near[0].column


def by_periods(parser: Parsing) -> None:
    """'In March 2025', 'before 2020' and the like, of the one column of dates or years.

    >>> from assistant.table_qa.schema_linking import words_of
    >>> asked = "ships built before 1931"
    >>> parser = Parsing(asked, Linking(words_of(asked), (Column("Year", "number"),), ()))
    >>> by_periods(parser)
    >>> parser.conditions
    [Condition(column=0, operator='<', value=Decimal('1931'))]
    """
    when = when_column(parser)
    months = "|".join(sorted(month_numbers(), key=len, reverse=True))
    pattern = re.compile(
        r"\b(?P<how>in|during|im|after|since|before|until|nach|seit|vor|from|of|for|für|between|zwischen|over)\s+"
        r"(?:the year |jahr )?"
        rf"(?:(?P<month>{months})\.?\s+)?(?P<year>{_YEAR})(?![\d-])"
        rf"(?:\s*(?:to|until|and|-|–|bis)\s*(?P<last>{_YEAR}))?",
        re.IGNORECASE,
    )
    named = {p for one in parser.mentions("number") for p in one.at}
    for match in pattern.finditer(parser.text):
        at = {
            n
            for n, w in enumerate(parser.linking.words)
            if w.start < match.end() and w.end > match.start()
        }
        if at & named:
            continue  # a column of that year
        low: Value
        high: Value
        if when is not None and parser.columns[when].kind == "date":
            low, high = _days(match)
        elif when is not None and not match["month"]:
            low, high = Decimal(match["year"]), Decimal(match["last"] or match["year"])
        else:
            return  # its figures stay unexplained
        column = when
        parser.used |= at
        parser.take_named(column)
        how = match["how"].lower()
        bounds: tuple[tuple[Operator, Value], ...] = ((">=", low), ("<=", high))
        if how in ("after", "nach"):
            bounds = ((">", high),)
        elif how in ("since", "seit") or (how == "from" and not match["last"]):
            bounds = ((">=", low),)
        elif how in ("before", "vor"):
            bounds = (("<", low),)
        elif how == "until":
            bounds = (("<=", high),)
        for operator, value in bounds:
            parser.add(Condition(column, operator, value), match.start())


def when_column(parser: Parsing) -> int | None:
    """The one column that says when: of days, or else of years.

    >>> from assistant.table_qa.schema_linking import words_of
    >>> columns = Column("Ship", "text"), Column("Year", "number")
    >>> when_column(Parsing("In 1931?", Linking(words_of("In 1931?"), columns, ())))
    1
    """
    dates = [n for n, column in enumerate(parser.columns) if column.kind == "date"]
    years = [
        n
        for n, column in enumerate(parser.columns)
        if column.kind == "number" and set(pieces(column.name)) <= {"year", "jahr"}
    ]
    if len(dates) > 1:
        dates = [one.column for one in parser.mentions("date")]
    if len(dates) == 1 and not parser.columns[dates[0]].doubt:
        return dates[0]
    return years[0] if len(years) == 1 else None


def _days(match: re.Match[str]) -> tuple[str, str]:
    year, last = int(match["year"]), int(match["last"] or match["year"])
    if not match["month"]:
        return f"{year}-01-01", f"{last}-12-31"
    month = month_numbers()[match["month"].lower()]
    return f"{year}-{month:02}-01", f"{year}-{month:02}-{monthrange(year, month)[1]}"


def by_numbers(parser: Parsing) -> None:
    """'Order 2117': a number right behind the name of a column of numbers.

    >>> from assistant.table_qa.schema_linking import words_of
    >>> parser = Parsing("order 7", Linking(words_of("order 7"), (Column("order", "number"),), ()))
    >>> by_numbers(parser)
    >>> parser.conditions
    [Condition(column=0, operator='=', value=Decimal('7'))]
    """
    words = parser.linking.words
    for one in parser.mentions("number"):
        if all(words[place].is_number for place in one.at):
            continue  # a column that a year names
        if parser.columns[one.column].in_full:
            continue  # what a cell shows is not what it holds
        behind = max(one.at) + 1
        if behind < len(words) and words[behind].text.lower() in ("number", "no", "nr", "nummer"):
            behind += 1
        if behind >= len(words) or behind in parser.used or not words[behind].is_number:
            continue
        if not re.fullmatch(r"\d[\d,]*(?:\.\d+)?", words[behind].text):
            continue
        parser.used |= {*one.at, *range(max(one.at), behind + 1)}
        value = Decimal(words[behind].text.replace(",", ""))
        parser.add(Condition(one.column, "=", value), words[min(one.at)].start)


def by_measures(parser: Parsing) -> None:
    """'Of 40 tons': a number right before the name of a column of numbers.

    >>> from assistant.table_qa.schema_linking import words_of
    >>> asked = "ships of 40 tons"
    >>> parser = Parsing(asked, Linking(words_of(asked), (Column("tons", "number"),), ()))
    >>> by_measures(parser)
    >>> parser.conditions
    [Condition(column=0, operator='=', value=Decimal('40'))]
    """
    words = parser.linking.words
    for one in parser.mentions("number"):
        before, column = min(one.at) - 1, parser.columns[one.column]
        if before < 0 or before in parser.used or one.lacking or column.in_full or column.doubt:
            continue
        if not re.fullmatch(r"\d[\d,]*(?:\.\d+)?", words[before].text) or is_key(column):
            continue
        parser.used |= {*one.at, before}
        value = Decimal(words[before].text.replace(",", ""))
        parser.add(Condition(one.column, "=", value), words[before].start)


def by_flags(parser: Parsing, measured: frozenset[int]) -> None:
    """Columns of yes and no that are named: 'contain chocolate', 'without nougat'.

    >>> from assistant.table_qa.schema_linking import words_of
    >>> asked = "bars without nougat"
    >>> parser = Parsing(asked, Linking(words_of(asked), (Column("nougat", "boolean"),), ()))
    >>> by_flags(parser, frozenset())
    >>> parser.conditions
    [Condition(column=0, operator='=', value=False)]
    """
    # 'How many fight songs?' of the table “Fight songs” says nothing of its column 'fight'.
    others = measured | parser.used | parser.linking.named
    for one in parser.linking.mentions:
        column = parser.columns[one.column]
        if not (column.flag or column.kind == "boolean") or one.at & others:
            continue
        meant = not parser.is_negated(parser.linking.words[min(one.at)].start)
        value = meant if column.kind == "boolean" else Decimal(int(meant))
        parser.add(Condition(one.column, "=", value), parser.linking.words[min(one.at)].start)
        parser.used |= one.at


def is_key(column: Column) -> bool:
    """Whether a column's numbers name its rows.

    >>> is_key(Column("order_id", "number")), is_key(Column("amount", "number"))
    (True, False)
    """
    return bool({"id", "nr", "no", "number", "code"} & set(pieces(column.name)))
