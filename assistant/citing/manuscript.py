"""A text that the user wrote → its sentences, each with its place, as they are to be verified.

The text is Markdown, or plain: in that only blank lines mean anything, and no sign is Markdown.
Headings, code, tables and the text's own footnotes are left alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from assistant.draft import Manuscript
from index.document import Span
from index.errors import DocumentError, QuestionError, ReportError
from index.sandbox.isolation import Limits, made_apart
from index.sentences import label_length, sentence_spans

_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]+\]|\[\d{1,3}\](?!\()")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_SIGNS = re.compile(r"(\*{1,3}|_{1,3}|~~|(?<!`)`++)(?=\S)(.{1,1000}?)(?<=\S)\1", re.DOTALL)
_NESTED = 8
"""Signs around each other of which a text is freed: more is no emphasis."""
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.{0,1000}?-->", re.DOTALL)
_WORD = re.compile(r"\w")
_LABEL = re.compile(r"\(?(?:\d{1,9}|[a-zA-Z])[.)]")
"""The number of an item, as it is typed where no Markdown is meant."""
_FRAGMENT_WORDS = 3
"""What has fewer words and no end of a sentence is a label and claims nothing."""


LONGEST = 1_000_000
"""Characters of the longest draft."""

_MARKDOWN = (".md", ".markdown", "")
_PLAIN = (".txt",)
WORD = (".docx", ".docm")


@dataclass(frozen=True, slots=True)
class ManuscriptSentence:
    """A sentence of a draft: its words, where it stands, and whether it opens a paragraph.

    >>> ManuscriptSentence("It held.", place=Span(9, 17), opens=True).place.end
    17
    """

    text: str
    place: Span
    opens: bool


def claiming_sentences(draft: Manuscript) -> list[ManuscriptSentence]:
    r"""The sentences of a draft that may claim something, in order.

    >>> claiming_sentences(Manuscript("# Night\n\nThe gate **held**. Why?"))
    [ManuscriptSentence(text='The gate held.', place=Span(start=9, end=27), opens=True)]
    """
    markdown = draft.prose is None
    found = []
    for block in _prose(draft.text) if markdown else _blocks(draft):
        opens = True
        for first, end in sentence_spans(block.text):
            start = first + label_length(block.text[first:end])
            words = _bare(block.text[start:end], markdown=markdown)
            if _claims(words):
                place = Span(block.at[start], block.at[end - 1] + 1)
                found.append(ManuscriptSentence(words, place, opens))
                opens = False
    return found


def check_length(text: str) -> None:
    """Raise QuestionError for a draft that is longer than what is taken.

    >>> check_length("It held. " * 1_000_000)
    Traceback (most recent call last):
        ...
    index.errors.QuestionError: The draft has 9,000,000 characters; at most 1,000,000 are taken.
    """
    if len(text) > LONGEST:
        raise QuestionError(
            f"The draft has {len(text):,} characters; at most {LONGEST:,} are taken."
        )


def read_manuscript(path: Path, limits: Limits | None = None) -> Manuscript:
    """The draft in a file, which is read in a process of its own, within the limits.

    Raises:
        ReportError: it cannot be read.
        QuestionError: it is too long.

    >>> _ = (tmp_path / "draft.md").write_text("The gate held.")
    >>> read_manuscript(tmp_path / "draft.md").text
    'The gate held.'
    """
    suffix = path.suffix.lower()
    if suffix not in (*_MARKDOWN, *_PLAIN, *WORD):
        raise ReportError(
            f"{path.name} is no draft that can be read: give a .md, .docx or .txt file."
        )
    try:
        return made_apart(
            Manuscript, "assistant.citing.manuscript:drafted", path, path.name, limits=limits
        )
    except OSError as error:
        raise ReportError(f"{path} cannot be read: {error.strerror}.") from error
    except DocumentError as error:
        raise ReportError(f"{path.name} cannot be read. {error}") from error


def drafted(data: bytes, name: str) -> Manuscript:
    """The draft that a file called `name` with this content holds.

    Raises:
        DocumentError: it is a Word file that cannot be read.
        ReportError: it is not UTF-8 text.
        QuestionError: it is too long.

    >>> drafted(b"The gate held.", "draft.txt").literal
    (Span(start=0, end=14),)
    """
    suffix = Path(name).suffix.lower()
    if suffix in WORD:
        from assistant.citing.word_manuscript import read_word_manuscript

        draft = read_word_manuscript(data).draft
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ReportError(f"{name} is not UTF-8 text: save it in that encoding.") from error
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        draft = Manuscript(text) if suffix in _MARKDOWN else Manuscript.plain(text)
    check_length(draft.text)
    return draft


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph's text, and for each character of it where it stands in the draft."""

    at: tuple[int, ...]
    text: str


def _blocks(draft: Manuscript) -> Iterator[_Block]:
    for start, end in draft.prose or ():
        yield _Block(tuple(range(start, end)), draft.text[start:end])


def _prose(draft: str) -> Iterator[_Block]:
    """The paragraphs, items and cells of a Markdown text that are no heading."""
    # As the parser reads line ends and null characters.
    lines = [0, *(match.end() for match in re.finditer("\r\n?|\n", draft))]
    draft = draft.replace("\0", "\ufffd")
    inside = 0
    for token in _parser().parse(draft):
        if token.type.rpartition("_")[0] in ("heading", "table", "footnote_block"):
            inside += token.nesting
        elif token.type == "inline" and token.map and not inside:
            yield _located(draft, token, lines)


def _located(draft: str, token: Token, lines: list[int]) -> _Block:
    """The text of a token, found again line by line: indentation and signs before it are gone."""
    first, last = token.map or (0, 0)
    positions: list[int] = []
    pieces = token.content.split("\n")
    at = lines[first]
    for number, piece in enumerate(pieces):
        found = draft.find(piece, at)
        if number:
            positions.append(found - 1 if found > 0 else at)
        positions += range(found, found + len(piece))
        at = found + len(piece)
        if first + number + 1 < min(last, len(lines)):
            at = max(at, lines[first + number + 1])
    return _Block(tuple(positions), token.content)


def _bare(sentence: str, *, markdown: bool) -> str:
    """The words of a sentence without footnotes and the signs of Markdown, on one line."""
    text = _FOOTNOTE.sub("", sentence)
    if not markdown:
        return " ".join(text.split())
    text = _TAG.sub("", _LINK.sub(r"\1", text))
    for _ in range(_NESTED):
        text = _SIGNS.sub(r"\2", text)
    return " ".join(re.sub(r"\\([^\w\s])", r"\1", text).split())


def _claims(words: str) -> bool:
    if not _WORD.search(words) or words.endswith("?") or _LABEL.fullmatch(words):
        return False
    return len(words.split()) >= _FRAGMENT_WORDS or words.endswith((".", "!", "”", '"'))


def _parser() -> MarkdownIt:
    # An indented line is a paragraph to whoever writes a text, not code.
    from assistant.reporting.markdown_tokens import parser

    return parser().disable("code")
