"""A text as words that compare alike whatever encoding, line breaks and typography did to them.

What is folded: white space; the way a character is composed (Unicode's NFC); ligatures; the shapes
of quotation marks, apostrophes, dashes and the ellipsis; invisible characters; a hyphen at the end
of a line. What is not: letters, case, figures (10² is not 102), accents, and every other sign.
"""

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import regex  # type: ignore[import-untyped]

from index.document import Span

_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_ALONE = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
"""Scripts that set no space between words: each character counts as a word."""
_IN_WORDS = rf"[[\p{{L}}\p{{M}}\p{{N}}]--[{_ALONE}]]"
_DASHES = r"-\u2010-\u2015\u2212"
_HYPHEN = r"[-\u2010\u2011]"
_LINE_END = r"(?:[-\u2010\u00ad][^\S\n]*\n[^\S\n]*|[-\u2010]\x20(?=\p{Ll}))"
"""A hyphen where a line ended, or did before a reader of HTML or Markdown joined the lines."""
_WORD = regex.compile(
    rf"""(?V1x)
    {_IN_WORDS}+
    (?: (?: ['\u2019\u02bc](?=\p{{L}}) | [{_INVISIBLE}]+
          | (?<=[\p{{L}}\p{{M}}]) (?:{_LINE_END}|{_HYPHEN}) (?=\p{{L}}) )
        {_IN_WORDS}+ )*
    | [{_ALONE}]
    | \.{{3}} | [{_DASHES}]{{2,}}
    | [^\s\p{{Cf}}]
    """
)
_FINAL = frozenset(".!?:;)]") | {'"', "..."}
_FULL_STOPS = frozenset("。！？")
_BREAK = "\x1f"
"""In a word as it stands: a hyphen that may be there only because a line ended."""
_LINE_BREAK = regex.compile(_LINE_END)
_SIGNS = str.maketrans(
    {
        **dict.fromkeys(_INVISIBLE),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("‘’‚‛ʼ′´`", "'"),
        **dict.fromkeys("“”„‟«»‹›″", '"'),
    }
    | {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ſt", "ﬆ": "st", "…": "..."}
)


class Words:
    r"""The words and signs of a text in order, with their spans in it.

    `keys` are what passages are sought by: besides what is folded, without case and without hyphens
    between letters. Whether two words are the same is for `same` to say.

    >>> words = Words("The flood-\ngate held.")
    >>> words.keys
    ['the', 'floodgate', 'held', '.']
    >>> words.find(Words("the floodgate")), words.find(Words("The floodgate"))
    ([], [Span(start=0, end=15)])
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.keys: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        for found in _WORD.finditer(text):
            start, end = found.span()
            self.keys.append(_key(self._standing(start, end)))
            self.starts.append(start)
            self.ends.append(end)

    def __len__(self) -> int:
        return len(self.keys)

    def standing(self, at: int) -> str:
        """The word as it stands, with only its encoding and typography folded."""
        return self._standing(self.starts[at], self.ends[at])

    def inside(self, start: int, end: int) -> tuple[int, int]:
        """The words that share a character with a span of the text, as first and one past last."""
        first = bisect_right(self.ends, start)
        return first, max(first, bisect_left(self.starts, end))

    def begins(self, at: int) -> bool:
        """Whether a sentence, a line or a cell begins with word `at`, or may begin behind all."""
        if at in (0, len(self)):
            return True
        before = self.keys[at - 1]
        between = self.text[self.ends[at - 1] : self.starts[at]]
        return (
            "\n" in between
            or before in _FULL_STOPS
            or (bool(between) and before in _FINAL)
            or "|" in (before, self.keys[at])
        )

    def extract(self, first: int, behind: int) -> str:
        """The text from word `first` to before word `behind`; empty where there is none."""
        return self.text[self.starts[first] : self.ends[behind - 1]] if first < behind else ""

    def find(self, wanted: "Words") -> list[Span]:
        """The spans at which the same words stand, as they stand; none for no words."""
        if not wanted:
            return []
        there = [wanted.standing(at) for at in range(len(wanted))]
        spans = []
        for at, key in enumerate(self.keys):
            behind = at + len(there)
            if (
                key == wanted.keys[0]
                and self.keys[at:behind] == wanted.keys
                and all_same([self.standing(i) for i in range(at, behind)], there)
            ):
                spans.append(Span(self.starts[at], self.ends[behind - 1]))
        return spans

    def _standing(self, start: int, end: int) -> str:
        word = self.text[start:end]
        if word.isascii() and word.isalnum():
            return word
        word = _LINE_BREAK.sub(_BREAK, word)
        word = unicodedata.normalize("NFC", word).translate(_SIGNS)
        if word == "'" and not (start and self.text[start - 1].isdigit()):
            return '"'  # a quotation mark, unless it stands for feet or minutes
        return "-" if len(word) > 1 and not word.strip("-") else word


def same(first: str, second: str) -> bool:
    r"""Whether two words, as they stand, are the same.

    >>> words = Words("flood-\ngate floodgate Floodgate")
    >>> same(words.standing(0), words.standing(1)), same(words.standing(1), words.standing(2))
    (True, False)
    """
    if first == second:
        return True
    return (_BREAK in first or _BREAK in second) and _unbroken(first) == _unbroken(second)


def all_same(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether two sequences of words, as they stand, are the same.

    >>> all_same(["high", "tide"], ["high", "tide"]), all_same(["high"], ["high", "tide"])
    (True, False)
    """
    return len(first) == len(second) and all(map(same, first, second))


def is_word(key: str) -> bool:
    """Whether a key is a word or a figure, and no sign.

    >>> [key for key in Words("High tide: 21:58!").keys if is_word(key)]
    ['high', 'tide', '21', '58']
    """
    return any(character.isalnum() for character in key)


def _key(standing: str) -> str:
    if standing.isascii() and standing.isalnum():
        return standing.lower()
    return _unbroken(standing).casefold() or standing


def _unbroken(standing: str) -> str:
    return standing.replace(_BREAK, "").replace("-", "")
