"""Source code as it stands, each function, class and line a part that can be looked up.

Settings (YAML, TOML, INI): each value behind the path that leads to it. Logs: entry by entry.
"""

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import NamedTuple

import yaml  # type: ignore[import-untyped]

from index.document import Document, Part, PartKind, normalised
from index.errors import EmptyDocument
from index.readers.encoding import text_of
from index.readers.metadata import Statement, compose

_LONGEST_LINE = 300
"""Characters of the longest line that may begin a definition."""
_PARSED = 1_000_000
"""Characters of the longest file that is parsed whole, by Python's or YAML's own parser."""
_DEEPEST = 60

_CLASSES = "class|struct|interface|trait|enum|impl|module|namespace|object|record|protocol"
_KEYWORD = re.compile(
    rf"(?:[\w@<>,()]{{1,40}}\s++){{0,5}}?(?:(?P<class>{_CLASSES})|function\*?|func|fn|def|fun|sub|proc)\s+"
    r"(?:\([^()]{0,100}\)\s*)?(?P<name>[A-Za-z_$][\w$:.!?]{0,100})"
)
_ASSIGNED = re.compile(
    r"(?:export\s+)?(?:default\s+)?(?:(?:const|let|var)\s+)?(?P<name>[A-Za-z_$.][\w$.]{0,100})"
    r"\s*+(?:<-|=)\s*+(?:async\s++)?(?:function\b|[^=]{0,200}=>)"
)
_CALLED = re.compile(r"[\w*&:<>,~\[\]\s]{0,200}?(?P<name>[A-Za-z_~][\w:~]{0,100})\s*+")
_CONTROL = frozenset("if for while switch else catch do return foreach until elseif".split())  # noqa: SIM905
_CLOSING = re.compile(r"[})\]]|end\b|fi\b|done\b|esac\b")


class _Found(NamedTuple):
    """A definition: its kind and name, its first line and its last, counted from 0."""

    kind: PartKind
    name: str
    first: int
    last: int


def read_code(data: bytes, name: str) -> Document:
    r"""A source file, titled by its name.

    Raises:
        UnsupportedFormat: the bytes are not text.
        EmptyDocument: there is nothing but white space.

    >>> document = read_code(b"def toll():\n    return 1", "toll.py")
    >>> [(part.kind, part.label) for part in document.parts_at(16, 22)]
    [('function', 'toll'), ('line', '2')]
    """
    return _as_it_stands(_text(data), name)


def _as_it_stands(text: str, name: str, warning: str = "") -> Document:
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    found = _definitions(text, lines, PurePath(name).suffix.lower())
    parts = [
        Part(one.kind, one.name, starts[one.first], starts[one.last] + len(lines[one.last]))
        for one in found
    ]
    parts += [
        Part("line", str(at + 1), starts[at], starts[at] + len(line))
        for at, line in enumerate(lines)
        if line.strip()
    ]
    parts.sort(key=lambda part: (part.start, -part.end, part.kind == "line"))
    return compose(
        text,
        media_type="text/x-source",
        name=name,
        beside=Statement(title=name),
        parts=parts,
        warnings=[warning] if warning else [],
    )


def _text(data: bytes) -> str:
    source = text_of(data)
    return normalised(source)


def _definitions(text: str, lines: Sequence[str], suffix: str) -> list[_Found]:
    if suffix in (".py", ".pyi") and len(text) <= _PARSED:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass  # what stands at the margin says most of it
        else:
            return list(_of_python(tree.body))
    return list(_at_the_margin(lines))


def _of_python(body: Iterable[ast.stmt]) -> Iterator[_Found]:
    for node in body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        first = min(node.lineno, *(one.lineno for one in node.decorator_list), node.lineno) - 1
        kind: PartKind = "class" if isinstance(node, ast.ClassDef) else "function"
        yield _Found(kind, node.name, first, (node.end_lineno or node.lineno) - 1)
        if isinstance(node, ast.ClassDef):
            yield from (one for one in _of_python(node.body) if one.kind == "function")


def _at_the_margin(lines: Sequence[str]) -> Iterator[_Found]:
    """Definitions that begin at the margin, and reach to what closes them there."""
    at = 0
    while at < len(lines):
        named = _named(lines, at)
        if named is None:
            at += 1
            continue
        last = at
        if not (lines[at].rstrip().endswith("}") and "{" in lines[at]):
            last = _last_line(lines, at)
        yield _Found(*named, at, last)
        at = last + 1


def _named(lines: Sequence[str], at: int) -> tuple[PartKind, str] | None:
    line = lines[at]
    if not line or line[0] in " \t}#/*" or len(line) > _LONGEST_LINE or line.rstrip()[-1:] == ";":
        return None
    if match := _KEYWORD.match(line):
        return ("class" if match["class"] else "function"), match["name"].rstrip(":.")
    if match := _ASSIGNED.match(line):
        return "function", match["name"]
    before, bracket, _ = line.partition("(")
    below = lines[at + 1] if at + 1 < len(lines) else ""
    if bracket and (line.rstrip().endswith("{") or below.startswith("{")):
        called = _CALLED.fullmatch(before)
        if called and called["name"] not in _CONTROL:
            return "function", called["name"]
    return None


def _last_line(lines: Sequence[str], at: int) -> int:
    last = at
    for number in range(at + 1, len(lines)):
        line = lines[number]
        if line.strip() and line[0] not in " \t{":
            return number if _CLOSING.match(line) else last
        last = number if line.strip() else last
    return last


def read_settings(data: bytes, name: str) -> Document:
    r"""The values of a file of settings, each with the path that leads to it, and its comments.

    A file that cannot be parsed is read as it stands. Raises as `read_code` does.

    >>> read_settings(b"server:\n  port: 8080", "harbour.yaml").text
    'server.port: 8080'
    """
    text = _text(data)
    suffix = PurePath(name).suffix.lower()
    if suffix not in (".yaml", ".yml"):
        return _stated(list(_sections(text.split("\n"), suffix)), name)
    if len(text) > _PARSED:
        return _as_it_stands(text, name)
    try:
        found = _of_yaml(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark is not None else ""
        return _as_it_stands(text, name, f"It is not valid YAML{where}: it is read as it stands.")
    return _stated(found, name) if found else _as_it_stands(text, name)


def _stated(entries: Sequence[tuple[int, str]], name: str) -> Document:
    """Entries with the numbers of their lines, from 0, a blank line between two of them.

    Lines of like length would else be taken for one that is wrapped.
    """
    parts: list[Part] = []
    offset = 0
    for at, entry in entries:
        parts.append(Part("line", str(at + 1), offset, offset + len(entry)))
        offset += len(entry) + 2
    text = "\n\n".join(entry for _, entry in entries)
    if not text.strip():
        raise EmptyDocument("The file holds no values.")
    return Document(text=text, title=name, media_type="text/x-source", parts=tuple(parts))


_SECTION = re.compile(r"\[{1,2}([^\[\]]{1,300})\]{1,2}\s*(?:[#;].*)?")
_STRING = re.compile(r'"(?:\\.|[^"\\])*+(?:"|\Z)|\'[^\']*+(?:\'|\Z)|#.*')
_QUOTED = re.compile(r"([\"'])([^\"'\\]*)\1(\s*#.*)?")


def _sections(lines: Sequence[str], suffix: str) -> Iterator[tuple[int, str]]:
    """The entries of TOML or INI; what is none stays as it is written."""
    signs = "=" if suffix == ".toml" else "=:"
    setting = re.compile(rf"([^\s{signs}#;\[][^{signs}]{{0,200}}?)\s*[{signs}]\s*(.*)")
    section = ""
    at = 0
    while at < len(lines):
        line, first = lines[at].strip(), at
        at += 1
        if match := _SECTION.fullmatch(line):
            section = match[1].strip() + "."
        elif match := setting.fullmatch(line):
            at = _end_of_value(lines, at, match[2], suffix)
            value = " ".join(" ".join([match[2], *lines[first + 1 : at]]).split())
            plain = _QUOTED.fullmatch(value)
            said = plain[2] + (plain[3] or "") if plain else value
            yield first, f"{section}{match[1]}: {said}".rstrip()
        elif line:
            yield first, line


def _end_of_value(lines: Sequence[str], at: int, value: str, suffix: str) -> int:
    """Behind the lines over which a value goes on."""
    if suffix != ".toml":
        while at < len(lines) and lines[at][:1] in (" ", "\t") and lines[at].strip():
            at += 1
        return at
    for marks in ('"""', "'''"):
        if value.startswith(marks):
            if value.count(marks) == 1:
                closing = (n for n in range(at, len(lines)) if marks in lines[n])
                return next(closing, len(lines) - 1) + 1
            return at
    bare = _STRING.sub("", value)
    depth = sum(map(bare.count, "[{")) - sum(map(bare.count, "]}"))
    while depth > 0 and at < len(lines):
        bare = _STRING.sub("", lines[at])
        depth += sum(map(bare.count, "[{")) - sum(map(bare.count, "]}"))
        at += 1
    return at


def _of_yaml(text: str) -> list[tuple[int, str]]:
    """The entries of YAML, in order of their lines, and its comments."""
    reading = _Yaml(text.split("\n"))
    for root in yaml.compose_all(text, Loader=yaml.SafeLoader):
        if isinstance(root, yaml.CollectionNode):
            reading.enter(root, "", 0)
    if not reading.entries:
        return []
    comments = (
        (at, line.strip())
        for at, line in enumerate(reading.lines)
        if line.lstrip().startswith("#") and at not in reading.inside
    )
    return sorted([*reading.entries, *comments], key=lambda entry: entry[0])


class _Yaml:
    """The nodes of YAML as entries; what an alias repeats is named, not told again."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.entries: list[tuple[int, str]] = []
        self.inside: set[int] = set()  # lines in the middle of a text
        self._seen: dict[int, str] = {}

    def enter(self, node: yaml.CollectionNode, path: str, depth: int) -> None:
        if depth > _DEEPEST:
            raise ValueError("nested beyond measure")
        self._seen[id(node)] = path
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                name = self._said(key)
                self._place(value, f"{path}.{name}" if path else name, key.start_mark.line, depth)
        else:
            for number, value in enumerate(node.value, 1):
                self._place(value, f"{path}[{number}]", value.start_mark.line, depth)

    def _place(self, node: yaml.Node, path: str, line: int, depth: int) -> None:
        scalars = isinstance(node, yaml.ScalarNode) or (
            isinstance(node, yaml.SequenceNode)
            and all(isinstance(item, yaml.ScalarNode) for item in node.value)
        )
        if scalars:
            self.entries.append((line, f"{path}: {self._said(node)}".rstrip() + self._beside(node)))
        elif id(node) in self._seen:
            self.entries.append((line, f"{path}: as {self._seen[id(node)]}"))
        else:
            if node.start_mark.line > line and (comment := _comment(self.lines[line])):
                self.entries.append((line, f"{path}: {comment}"))
            self.enter(node, path, depth + 1)

    def _said(self, node: yaml.Node) -> str:
        if isinstance(node, yaml.SequenceNode):
            return ", ".join(map(self._said, node.value))
        if not isinstance(node, yaml.ScalarNode):
            raise ValueError("a name that is a list or a table")  # noqa: TRY004
        first, last = node.start_mark.line, node.end_mark.line
        block = node.style in ("|", ">")
        self.inside.update(range(first + 1, last + (not block)))
        return "\n  ".join(line for line in normalised(node.value).split("\n") if line.strip())

    def _beside(self, node: yaml.Node) -> str:
        """The comment behind a value."""
        mark = node.start_mark if getattr(node, "style", "") in ("|", ">") else node.end_mark
        if isinstance(node, yaml.SequenceNode) and not node.flow_style:
            return ""
        behind = self.lines[mark.line][mark.column :] if mark.line < len(self.lines) else ""
        comment = _comment(behind) if behind.lstrip("|>-+ 0123456789").startswith("#") else ""
        return f" {comment}" if comment else ""


def _comment(line: str) -> str:
    match = re.search(r"(?:^|\s)(#.*)", line)
    return match[1].strip() if match else ""


_STAMP = re.compile(r"\W{0,3}(?:\d{4}[-/.]\d\d|\d{10}|.{0,60}?\d\d:\d\d)")
_GOES_ON = re.compile(r"\s|Traceback \(|Caused by:|\.\.\. \d")
_STAMPED = 0.2
"""Share of a log's lines from which those with a time are the ones that begin its entries."""


def read_log(data: bytes, name: str) -> Document:
    r"""The entries of a log; the lines of a stack trace stand with the entry that they belong to.

    Raises:
        UnsupportedFormat: the bytes are not text.
        EmptyDocument: there is nothing but white space.

    >>> read_log(b"10:01 started\n10:02 failed\n  at gate.open\n10:03 ended", "gate.log").text
    '10:01 started\n\n10:02 failed\n  at gate.open\n\n10:03 ended'
    """
    lines = _text(data).split("\n")
    written = [at for at, line in enumerate(lines) if line.strip()]
    stamped = {at for at in written if _STAMP.match(lines[at])}
    has_times = len(stamped) >= _STAMPED * len(written)
    pieces: list[str] = []
    parts: list[Part] = []
    offset = 0
    traced = False
    for at in written:
        line = lines[at].rstrip()
        begins = at in stamped if has_times else not (_GOES_ON.match(line) or traced)
        # Without times, the line below an indented trace is the error that it ends in.
        traced = bool(re.match(r"\s|Traceback \(", line))
        gap = "" if not pieces else "\n\n" if begins else "\n"
        pieces += [gap, line]
        offset += len(gap)
        parts.append(Part("line", str(at + 1), offset, offset + len(line)))
        offset += len(line)
    if not written:
        raise EmptyDocument("The log holds no entries.")
    return Document(text="".join(pieces), title=name, media_type="text/x-log", parts=tuple(parts))
