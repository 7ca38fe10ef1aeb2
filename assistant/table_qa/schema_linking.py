"""Which words of a question mean which columns and values of a table, and which mean nothing of it.

A question is put to a table only where each of its words is accounted for: a word that no column,
value, title or operation explains may be just the one that makes the answer another.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

from assistant.language.lexicon import FUNCTION_WORDS
from index.calendar_names import month_numbers
from index.store.lexical import analyzed
from index.tables.columns import Column

_WORD = re.compile(r"\d[\d.,]*\d(?:%|(?=\D|\Z))|[^\W_]+(?:['’][^\W_]+)*|[<>=]=?")
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")
_LONGEST_VALUE = 7
_WEAK = frozenset(
    [
        "id",
        "name",
        "no",
        "nr",
        "number",
        "code",
        "total",
        "value",
        "of",
        "per",
        "the",
        "in",
        "and",
        "to",
        "a",
        "an",
        "s",
    ]
)
"""Words of a column's name that a question need not say."""

_SYNONYMS = (
    "death deaths fatality fatalities died killed dead",
    "cost costs price prices expensive cheap",
    "revenue revenues sales turnover",
    "profit profits earnings",
    "employee employees staff headcount",
    "salary salaries wage wages pay earn earns",
    "country countries nation nations land länder",
    "town towns city cities ort stadt orte städte",
    "customer customers client clients kunde kunden",
    "quantity amount betrag menge",
    "date day datum tag",
    "person people capita head",
    "population inhabitants einwohner",
    "weight weighs weigh heavy gewicht",
    "height tall high höhe",
    "length long länge",
    "age old alter",
    "name names called",
    "year years jahr jahre",
    "kind type category art kategorie",
)
_PERIOD_WORDS = """
year years ended ending end fiscal fy as of at the for in thousands millions jahr geschäftsjahr zum
stand am
"""
"""Words of a column that is called after a period which a question need not say."""

_TELLING = """
not no without except excluding other than before after between more most less least fewer over
under above below since until only or nor neither nicht kein keine ohne außer
"""
"""Words that change what is asked, wherever they stand: never without an account."""

_FILLERS = """
all altogether together overall combined whole entire total there here list lists listed table
tables row rows entry entries record records recorded file files data dataset sheet spreadsheet
document documents come comes came coming contain contains contained have has had having hold holds
held include includes included make makes made place placed places show shows shown give gives given
get gets got see say says tell find found name named belong belongs been being each every per item
items one ones ranking rank ranked value values figure figures exact exactly please currently much
many amount amounts number numbers count sum times stand stands set put go goes went take takes took
use used bring brings brought generate generated
live lives lie lies sit sits located based state stated according respectively column columns
alle allen aller gibt insgesamt zusammen liste tabelle zeile zeilen eintrag einträge haben hat
hatte kommen kam kamen kommt enthalten enthält sitzen sitzt liegen liegt stehen steht sind ist war
waren der die das den dem des ein eine einen einer eines im in aus von vom zu zur mit für auf und
oder wie viel viele welche welcher welches wer was es an bei am
"""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question, with its stem and where it stands.

    >>> [word.stem for word in words_of("How many orders?")]
    ['how', 'mani', 'order']
    """

    text: str
    stem: str
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        """Whether it is written in digits."""
        return self.text[0].isdigit()


def words_of(text: str) -> list[Word]:
    """The words of a question in order.

    >>> [word.text for word in words_of("Over 1,500 of Ann's?")]
    ['Over', '1,500', 'of', "Ann's"]
    """
    return [
        Word(match[0], _stem(match[0]), match.start(), match.end())
        for match in _WORD.finditer(text)
    ]


@cache
def _stem(word: str) -> str:
    return "-".join(analyzed(re.sub(r"['’]s\Z", "", word))) or word.lower()


@cache
def meanings(stem: str) -> frozenset[str]:
    """The stems that may mean the same: itself, and its synonyms.

    >>> "fatal" in meanings("death"), sorted(meanings("pier"))
    (True, ['pier'])
    """
    found = {stem}
    for line in _SYNONYMS:
        stems = {_stem(word) for word in line.split()}
        if stem in stems:
            found |= stems
    return frozenset(found)


@cache
def fillers() -> frozenset[str]:
    """The stems of words that say nothing of a table.

    >>> "there" in fillers(), "chocol" in fillers()
    (True, False)
    """
    said = frozenset(map(_stem, (*_FILLERS.split(), *FUNCTION_WORDS.split())))
    return said - frozenset(map(_stem, _TELLING.split()))


def telling_words(words: Iterable[str]) -> list[str]:
    """Those of the words that change what is asked, as 'not' and 'without' do.

    >>> telling_words(["ships", "without", "nets"])
    ['without']
    """
    telling = {_stem(word) for word in _TELLING.split()}
    return [word for word in words if _stem(word) in telling]


@dataclass(frozen=True, slots=True)
class Mention:
    """A column that words of a question may mean: those words, and how many of its own they lack.

    >>> linked = Linking(words_of("the murders of 2015"), (Column("2015_murders", "number"),), ())
    >>> linked.mentions
    [Mention(column=0, at=frozenset({1, 3}), lacking=0)]
    """

    column: int
    at: frozenset[int]
    lacking: int


@dataclass(frozen=True)
class Linking:
    """A question's words beside a table's columns.

    Args:
        words: of the question.
        columns: of the table.
        names: what the table is called: its title, headings, file.
        values: columns with a value of theirs that stands in the question, and its words there.

    >>> columns = Column("ship", "text"), Column("tons", "number")
    >>> linked = Linking(words_of("Which ships of Hull had 9 tons?"), columns, ["Fleet"])
    >>> linked.unexplained(used=[1, 5])
    ['Hull', 'tons']
    """

    words: Sequence[Word]
    columns: Sequence[Column]
    names: Sequence[str]
    values: Sequence[tuple[int, str, frozenset[int]]] = field(default=())
    """Columns with a value of theirs that stands in the question, and its words there."""
    unique: frozenset[int] = frozenset()
    """Columns of which each value stands in one row only."""

    @cached_property
    def mentions(self) -> list[Mention]:
        """The columns that words mean, without those that others mean better."""
        found = [
            mention
            for number, column in enumerate(self.columns)
            if (mention := self._mention(number, column)) is not None
        ]
        return [
            one
            for one in found
            if not any(
                other.at > one.at or (other.at == one.at and other.lacking < one.lacking)
                for other in found
            )
        ]

    def _mention(self, number: int, column: Column) -> Mention | None:
        own = pieces(column.name)
        strong = [piece for piece in own if piece not in _WEAK] or own
        if (year := _year_alone(own)) is not None:
            strong = [year]
        at: set[int] = set()
        lacking = 0
        for piece in strong:
            places = self._places(piece)
            at |= places
            lacking += not places
        years = all(piece.isdigit() for piece in strong)
        if not at or (not years and all(self.words[place].is_number for place in at)):
            return None
        return Mention(number, frozenset(at), lacking)

    def _places(self, piece: str) -> set[int]:
        """Where a piece of a column's name stands in the question, years also in full."""
        stem = _stem(piece)
        found = set()
        for place, word in enumerate(self.words):
            year = word.is_number and len(word.text) == 4 and piece.isdigit()
            if stem in meanings(word.stem) or (year and len(piece) == 2 and word.text[2:] == piece):
                found.add(place)
        return found

    @cached_property
    def named(self) -> frozenset[int]:
        """The words that the table's names have."""
        own = {_stem(piece) for name in self.names for piece in pieces(name)}
        return frozenset(n for n, word in enumerate(self.words) if meanings(word.stem) & own)

    @cached_property
    def idle(self) -> frozenset[int]:
        """The words that say nothing of any table."""
        return frozenset(n for n, word in enumerate(self.words) if word.stem in fillers())

    @cached_property
    def measures(self) -> frozenset[int]:
        """The words that name a column of figures or days: what is asked of it must be known."""
        kinds = ("number", "date")
        return frozenset(
            place
            for one in self.mentions
            if self.columns[one.column].kind in kinds and not one.lacking
            for place in one.at
        )

    def unexplained(self, used: Iterable[int]) -> list[str]:
        """The words for which nothing accounts, besides those that were used."""
        known = (self.named | self.idle) - self.measures | set(used)
        return [word.text for n, word in enumerate(self.words) if n not in known]


def pieces(name: str) -> list[str]:
    """The words of a column's name or a title, in lower case.

    >>> pieces("fatalities_00_14"), pieces("ShareWomen"), pieces("Price (€)")
    (['fatalities', '00', '14'], ['share', 'women'], ['price'])
    """
    return [
        piece.lower() for piece in _PIECE.findall(re.sub(r"[(\[][^()\[\]]*[)\]]\s*$", "", name))
    ]


def _year_alone(own: Sequence[str]) -> str | None:
    """The year of a column that is called after a period and nothing else."""
    years = [piece for piece in own if re.fullmatch(r"(?:19|20)\d\d", piece)]
    others = [piece for piece in own if piece not in years and not re.fullmatch(r"\d\d?", piece)]
    named = all(piece in _PERIOD_WORDS.split() or piece in month_numbers() for piece in others)
    return years[0] if len(years) == 1 and named else None


def phrases(words: Sequence[Word], text: str) -> dict[str, list[frozenset[int]]]:
    """Every run of words that may be a value, in lower case, with the places of its words.

    >>> sorted(phrases(words_of("from New York"), "from New York"))
    ['from new', 'from new york', 'new', 'new york', 'york']
    """
    found: dict[str, list[frozenset[int]]] = {}
    for first in range(len(words)):
        for last in range(first, min(first + _LONGEST_VALUE, len(words))):
            run = words[first : last + 1]
            at = frozenset(range(first, last + 1))
            if all(word.stem in fillers() for word in run) and not run[0].text[0].isupper():
                continue
            if len(run) == 1 and run[0].is_number:
                continue
            said = text[run[0].start : run[-1].end]
            for spelled in {said, re.sub(r"['’]s\Z", "", said), re.sub(r"s\Z", "", said)}:
                found.setdefault(spelled.lower(), []).append(at)
    return found
