"""Formulas (MathML of web pages, OMML of Word) as one line of text; figures above the line."""

import re
from collections.abc import Callable, Iterator

from lxml import etree  # type: ignore[import-untyped]
from lxml.etree import _Element  # type: ignore[import-untyped]

from index.readers.scripts import LOWERED, RAISED, stands_apart

_FIGURES = re.compile(r"[\d+\-−=()n]+")
_FOOT_FIGURES = re.compile(r"[\d+\-−=()]+")
_LETTER = re.compile(r"[a-pr-z]")
_WORD = re.compile(r"[^\W\d_]+\.?|[®™℠°ªº*†‡§]+")
_WHOLE = re.compile(r"-?[\w.,%°′″⁰¹²³⁴-⁹ᵃ-ᶻ₀-₉]+|\([^()]*\)|√\w+")
_LONGEST = 12
_DEEPEST = 60
_RELATIONS = frozenset("=<>≤≥≠≈≡≅∼→←↔⇒⇔∈∉⊂⊆∝±+−×·÷")
_INVISIBLE = {ord(sign): None for sign in "\u2061\u2062\u2063\u2064\u200b"}


def raised(text: str, before: str = "") -> str:
    """Words set above the line, so that they never look like a part of those `before` them.

    A note's mark is set apart, because whoever looks for '2025' finds no '2025²'; a power is not.

    >>> raised("2", "in 2025"), raised("2", "40 m"), raised("-3", "10"), raised("th", "10")
    (' ²', '²', '⁻³', 'th')
    """
    text = " ".join(text.split())
    if text.isdecimal() and stands_apart(before, text):
        return " " + text.translate(RAISED)
    if _FIGURES.fullmatch(text) or _LETTER.fullmatch(text):
        return text.translate(RAISED)
    if not text or _WORD.fullmatch(text):
        return text
    return f"^({text})" if len(text) <= _LONGEST else f" {text}"


def lowered(text: str) -> str:
    """Words set below the line.

    >>> "H" + lowered("2") + "O", "x" + lowered("max")
    ('H₂O', 'xmax')
    """
    text = " ".join(text.split())
    return text.translate(LOWERED) if _FOOT_FIGURES.fullmatch(text) else text


def formula_text(formula: _Element) -> str:
    """A formula (MathML or OMML) as people type it in a line.

    >>> source = "<msup><mi>c</mi><mn>2</mn></msup><mo>=</mo><mfrac><mi>E</mi><mi>m</mi></mfrac>"
    >>> formula_text(etree.fromstring(f"<math>{source}</math>"))
    'c² = E/m'
    """
    return " ".join(_linear(formula, 0).translate(_INVISIBLE).split())


def _linear(element: _Element, depth: int) -> str:
    name = etree.QName(element).localname if isinstance(element.tag, str) else ""
    if depth > _DEEPEST:
        return "".join(element.itertext())
    written = _WRITTEN.get(name)
    return "" if name in _UNSAID or not name else (written or _children)(element, depth + 1)


def _children(element: _Element, depth: int) -> str:
    """An element of no meaning of its own: its words, and those of what it holds, in order."""
    return (element.text or "").strip() + "".join(_parts(element, depth))


def _parts(element: _Element, depth: int) -> Iterator[str]:
    return (_linear(child, depth) for child in element if isinstance(child.tag, str))


def _operands(element: _Element, depth: int, *names: str) -> list[str]:
    """What an element combines: by name in OMML, by place in MathML; missing ones are empty."""
    found = {etree.QName(c).localname: c for c in element if isinstance(c.tag, str)}
    if found.keys() & set(names):
        return [_linear(found[name], depth) if name in found else "" for name in names]
    texts = list(_parts(element, depth))
    return (texts + [""] * len(names))[: len(names)]


def _text(element: _Element, _: int) -> str:
    return element.text or ""


def _operator(element: _Element, _: int) -> str:
    sign = (element.text or "").strip()
    return f" {sign} " if sign in _RELATIONS and element.getprevious() is not None else sign


def _grouped(text: str) -> str:
    text = text.strip()
    return text if _WHOLE.fullmatch(text) else f"({text})"


def _fraction(element: _Element, depth: int) -> str:
    above, below = _operands(element, depth, "num", "den")
    return f"{_grouped(above)}/{_grouped(below)}"


def _script(base: str, low: str, high: str) -> str:
    low, high = low.strip(), high.strip()
    foot = low.translate(LOWERED) if _FOOT_FIGURES.fullmatch(low) else low and f"_{_grouped(low)}"
    head = high.translate(RAISED) if _FIGURES.fullmatch(high) else high and f"^{_grouped(high)}"
    return f"{base}{foot}{head}"


def _above(element: _Element, depth: int) -> str:
    base, high = _operands(element, depth, "e", "sup")
    return _script(base, "", high)


def _below(element: _Element, depth: int) -> str:
    base, low = _operands(element, depth, "e", "sub")
    return _script(base, low, "")


def _both(element: _Element, depth: int) -> str:
    return _script(*_operands(element, depth, "e", "sub", "sup"))


def _limits(element: _Element, depth: int) -> str:
    """Something with a limit below it (MathML's third operand: and one above)."""
    base, low, high = (*_operands(element, depth, "e", "lim"), "")
    if etree.QName(element).localname == "munderover":
        base, low, high = _operands(element, depth, "e", "sub", "sup")
    return _script(base, low, high) + " "


def _limit_above(element: _Element, depth: int) -> str:
    base, high = _operands(element, depth, "e", "lim")
    # A sign of one character above is an accent.
    return base + (high if len(high.strip()) == 1 else f"^{_grouped(high)}")


def _square_root(element: _Element, depth: int) -> str:
    return "√" + _grouped(_children(element, depth))


def _nth_root(element: _Element, depth: int) -> str:
    base, degree = _operands(element, depth, "e", "deg")
    return (raised(degree) if degree.strip() else "") + "√" + _grouped(base)


def _sum(element: _Element, depth: int) -> str:
    """A sum, product or integral over something (OMML's n-ary)."""
    sign = _property(element, "chr", "∫")
    low, high, term = _operands(element, depth, "sub", "sup", "e")
    return f"{_script(sign, low, high)} {term}"


def _delimited(element: _Element, depth: int) -> str:
    inside = _property(element, "sepChr", "|").join(filter(None, _parts(element, depth)))
    return _property(element, "begChr", "(") + inside + _property(element, "endChr", ")")


def _fenced(element: _Element, depth: int) -> str:
    separators = (element.get("separators", ",") or "").strip()[:1]
    inside = separators.join(_parts(element, depth))
    return f"{element.get('open', '(')}{inside}{element.get('close', ')')}"


def _function(element: _Element, depth: int) -> str:
    name, argument = _operands(element, depth, "fName", "e")
    return f"{name.strip()} {argument}"


def _accented(element: _Element, depth: int) -> str:
    return _children(element, depth) + _property(element, "chr", "\u0302")


def _rows(element: _Element, depth: int) -> str:
    """A matrix, or equations one below another."""
    return "; ".join(filter(None, (part.strip() for part in _parts(element, depth))))


def _row(element: _Element, depth: int) -> str:
    return ", ".join(filter(None, (part.strip() for part in _parts(element, depth))))


def _first(element: _Element, depth: int) -> str:
    """What is meant, without the same in other notations."""
    return next(_parts(element, depth), "")


def _property(element: _Element, name: str, default: str) -> str:
    found = element.find(f"{{*}}{etree.QName(element).localname}Pr/{{*}}{name}")
    if found is None:
        return default
    return next((str(v) for k, v in found.attrib.items() if k.endswith("val")), default)


_UNSAID = frozenset(
    """
    annotation annotation-xml rPr ctrlPr fPr sSupPr sSubPr sSubSupPr sPrePr radPr naryPr dPr
    funcPr accPr barPr limLowPr limUppPr mPr eqArrPr boxPr groupChrPr borderBoxPr phantPr
    oMathParaPr argPr del moveFrom delText mphantom
    """.split()  # noqa: SIM905 (a list of words reads as words)
)
_WRITTEN: dict[str, Callable[[_Element, int], str]] = {
    **dict.fromkeys(("t", "mi", "mn", "mtext", "ms"), _text),
    "mo": _operator,
    **dict.fromkeys(("f", "mfrac"), _fraction),
    **dict.fromkeys(("sSup", "msup"), _above),
    **dict.fromkeys(("sSub", "msub"), _below),
    **dict.fromkeys(("sSubSup", "msubsup"), _both),
    **dict.fromkeys(("limLow", "munder", "munderover"), _limits),
    **dict.fromkeys(("limUpp", "mover"), _limit_above),
    "msqrt": _square_root,
    **dict.fromkeys(("rad", "mroot"), _nth_root),
    "nary": _sum,
    "d": _delimited,
    "mfenced": _fenced,
    "func": _function,
    "acc": _accented,
    **dict.fromkeys(("m", "mtable", "eqArr"), _rows),
    **dict.fromkeys(("mr", "mtr"), _row),
    "semantics": _first,
}
