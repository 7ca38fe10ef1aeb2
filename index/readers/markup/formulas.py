"""Formulas of LaTeX in signs that can be read: Greek letters, fractions, raised figures."""

import re
import unicodedata

_DEEPEST = 30
_SIGN = re.compile(r"\\(?:[a-zA-Z]+|.)|[{}^_&~]|[^\\{}^_&~]", re.DOTALL)
_SIGNS = {
    "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠", "ne": "≠", "approx": "≈",
    "equiv": "≡", "sim": "∼", "propto": "∝", "times": "×", "cdot": "·", "div": "÷", "pm": "±",
    "mp": "∓", "sum": "∑", "prod": "∏", "int": "∫", "partial": "∂", "nabla": "∇", "infty": "∞",
    "in": "∈", "notin": "∉", "subset": "⊂", "subseteq": "⊆", "cup": "∪", "cap": "∩",
    "emptyset": "∅", "forall": "∀", "exists": "∃", "neg": "¬", "land": "∧", "lor": "∨",
    "wedge": "∧", "vee": "∨", "to": "→", "rightarrow": "→", "leftarrow": "←", "mapsto": "↦",
    "Rightarrow": "⇒", "Leftarrow": "⇐", "iff": "⇔", "Leftrightarrow": "⇔", "circ": "∘",
    "ldots": "…", "cdots": "…", "dots": "…", "vdots": "⋮", "degree": "°", "angle": "∠",
    "langle": "⟨", "rangle": "⟩", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉",
    "ell": "ℓ", "hbar": "ℏ", "prime": "′", "star": "⋆", "oplus": "⊕", "otimes": "⊗", "mid": "|",
    "ll": "≪", "gg": "≫", "quad": " ", "qquad": " ", "\\": "\n", "|": "‖", "perp": "⊥",
    "varepsilon": "ε", "varphi": "φ", "vartheta": "ϑ", "lbrace": "{", "rbrace": "}", "{": "{",
    "}": "}", "%": "%", "$": "$", "&": "&", "_": "_", "#": "#", "bmod": "mod", "setminus": "∖",
}  # fmt: skip
_NAMES = frozenset(
    """
    sin cos tan log ln exp max min lim sup inf det dim arg gcd mod sinh cosh tanh arcsin arccos
    arctan Pr deg ker
    """.split()  # noqa: SIM905 (a list of words reads as words)
)
_SUPERSCRIPTS = str.maketrans("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ")
_SUBSCRIPTS = str.maketrans("0123456789+-=()aeoxhklmnpst", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜ")
_FRACTIONS = frozenset({"frac", "dfrac", "tfrac", "cfrac"})
_SKIPPED = frozenset({"label", "tag", "vspace", "hspace"})
_PLAIN = re.compile(r"[\w.′]*")


def readable_formula(source: str) -> str:
    r"""The formula as one reads it in running text.

    >>> readable_formula(r"h_{1} = \frac{a+b}{2} \leq \alpha x^2")
    'h₁ = (a+b)/2 ≤ α x²'
    """
    lines = (" ".join(line.split()) for line in _read(source, 0).split("\n"))
    return "\n".join(filter(None, lines))


def _read(source: str, depth: int) -> str:
    if depth > _DEEPEST:
        return source
    found: list[str] = []
    at = 0
    while match := _SIGN.match(source, at):
        sign, at = match[0], match.end()
        name = sign[1:] if sign[0] == "\\" else ""
        if sign in ("^", "_"):
            argument, at = _argument(source, at)
            found.append(_script(sign, _read(argument, depth + 1)))
        elif name in _FRACTIONS:
            above, at = _argument(source, at)
            below, at = _argument(source, at)
            pair = (_read(above, depth + 1), _read(below, depth + 1))
            found.append("/".join(map(_in_brackets, pair)))
        elif name == "sqrt":
            under, at = _argument(source, at)
            found.append("√" + _in_brackets(_read(under, depth + 1)))
        elif name in _SKIPPED:
            _, at = _argument(source, at + source.startswith("*", at))
        elif name:
            found.append(_sign(name))
        elif sign not in ("{", "}"):
            found.append(" " if sign in ("&", "~", "\n") else sign)
    return "".join(found)


def _argument(source: str, at: int) -> tuple[str, int]:
    """The group or the sign at a place, and where it ends."""
    while source[at : at + 1] == " ":
        at += 1
    if source[at : at + 1] != "{":
        match = _SIGN.match(source, at)
        return (match[0], match.end()) if match else ("", at)
    depth = 0
    for match in re.compile(r"\\.|[{}]", re.DOTALL).finditer(source, at):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return source[at + 1 : match.start()], match.end()
    return source[at + 1 :], len(source)


def _script(sign: str, words: str) -> str:
    words = words.strip()
    small = words.translate(_SUPERSCRIPTS if sign == "^" else _SUBSCRIPTS)
    if all(a != b for a, b in zip(words, small, strict=True)):
        return small
    return sign + (words if len(words) == 1 else f"({words})")


def _in_brackets(words: str) -> str:
    words = words.strip()
    return words if _PLAIN.fullmatch(words) else f"({words})"


def _sign(name: str) -> str:
    if name in _SIGNS:
        return _SIGNS[name]
    if name in _NAMES:
        return f"{name} "
    size = "CAPITAL" if name[0].isupper() else "SMALL"
    try:
        return unicodedata.lookup(f"GREEK {size} LETTER {name.removeprefix('var').upper()}")
    except KeyError:
        return " " if not name.isalpha() else ""
