"""Raised and lowered figures as signs of their own; a note's mark told from a power or a unit."""

import re

RAISED = str.maketrans(
    "0123456789+-−–=()abcdefghijklmnoprstuvwxyz",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ",
)
LOWERED = str.maketrans("0123456789+-−–=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎")
_RAISED_FIGURES = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_SCRIPT = re.compile(r"[+−–-]?\d[\d+−–,*-]*")
_BESIDE = 8  # characters before a mark that tell what it stands at
_POWER = re.compile(r"(?<![\d.,])10\Z|(?<![^\W\d_])[^\W\d_]\Z|(?<![^\W\d_])[a-zµμ]m\Z")
_UNIT = re.compile(r"\d ?[^\W\d_]{1,3}\Z")


def script(text: str, *, raised: bool) -> str | None:
    """Figures as Unicode's raised or lowered ones; None where the text is not only figures.

    >>> script("12", raised=True), script("2", raised=False), script("st", raised=True)
    ('¹²', '₂', None)
    """
    if not _SCRIPT.fullmatch(text):
        return None
    return text.translate(RAISED if raised else LOWERED)


def is_raised(text: str) -> bool:
    """Whether it begins with a raised figure.

    >>> is_raised("¹²"), is_raised("₂"), is_raised("12")
    (True, False, False)
    """
    return text[:1] in _RAISED_FIGURES


def stands_apart(before: str, mark: str) -> bool:
    """Whether a raised mark is a note's, which is no part of the figure or word before it.

    >>> [stands_apart(before, "²") for before in ("in 2025", "trust", "40 m", "10", "spring.")]
    [True, True, False, False, False]
    """
    before = before[-_BESIDE:]
    if _POWER.search(before) or (len(mark) <= 2 and _UNIT.search(before)):
        return False
    return before[-1:].isalnum()


def begins_word(text: str) -> bool:
    """Whether a note's words begin there, not the sign of an element ('¹⁴C').

    >>> begins_word("Without"), begins_word("C"), begins_word("“We")
    (True, False, True)
    """
    return text[1:2].islower() or not text[:1].isalpha()


def note_apart(before: str, behind: str, *, first: bool) -> bool:
    """Whether a space parts two runs of a row, one a note's mark; `first`: the row begins there.

    >>> note_apart("in 2025", "¹²", first=True), note_apart("¹²", "Without it", first=True)
    (True, True)
    """
    if is_raised(behind):
        return stands_apart(before, behind)
    return first and is_raised(before) and begins_word(behind)
