"""Bytes become text, whatever their encoding."""

import unicodedata
from collections.abc import Iterable
from itertools import islice, pairwise

from charset_normalizer import from_bytes

from index.errors import UnsupportedFormat

# UTF-32 before UTF-16: its little-endian mark begins with the other's.
_MARKS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_LATIN = ("cp1252", "cp1250", "iso8859_2", "cp1257", "cp1254")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\b\x1b")) + b"\x7f"
_MOST_CONTROLS = 0.02
_SAMPLE = 65_536


def decode(data: bytes) -> str | None:
    """The text that `data` encodes, or None where it is no text.

    A byte order mark decides first, then UTF-8, then UTF-16 without a mark, then the likeliest
    code page.

    >>> decode("Café".encode("utf-16"))
    'Café'
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if _share(data[:_SAMPLE], _CONTROLS) > _MOST_CONTROLS:
        return _utf16(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    repaired = data.decode("utf-8", "replace")
    wrong = repaired.count("\ufffd")
    if sum(character > "\x7f" for character in repaired) > 10 * wrong:
        return repaired  # UTF-8 with a few damaged bytes, or cut off inside a character
    return (_utf16(data) if b"\0" in data else None) or _legacy(data)


def text_of(data: bytes) -> str:
    """The text that `data` encodes.

    Raises:
        UnsupportedFormat: it is no text.

    >>> text_of(b"The pier fell.")
    'The pier fell.'
    """
    text = decode(data)
    if text is None:
        raise UnsupportedFormat("The file is not text in any known encoding.")
    return text


def _share(data: bytes, wanted: bytes) -> float:
    return 1 - len(data.translate(None, wanted)) / len(data) if data else 0.0


def _utf16(data: bytes) -> str | None:
    """`data` as UTF-16 without a mark, if one byte order gives text."""
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _reads_as_text(islice(text, _SAMPLE)):
            return text
    return None


def _reads_as_text(characters: Iterable[str]) -> bool:
    """Whether all are assigned characters, and what separates words is among them."""
    spaces = total = 0
    for character in characters:
        total += 1
        if character in " \t\r\n\f\u3000、。，,.":
            spaces += 1
        elif unicodedata.category(character) in {"Cc", "Cn", "Co", "Cs"}:
            return False
    return spaces > 0 or total < 20


def _legacy(data: bytes) -> str | None:
    """`data` in the code page that fits best; None where none does.

    charset-normalizer takes a German sentence for Chinese and a French one for Central European,
    so where high bytes stand alone among ASCII letters, as in Latin scripts, only Latin pages
    compete and the Western one wins a tie.
    """
    if _high_bytes_stand_alone(data[:_SAMPLE]):
        found = [m for m in from_bytes(data, cp_isolation=list(_LATIN)) if m.encoding in _LATIN]
        if not found:
            return data.decode("cp1252", "replace")
        best = min(
            (round(match.chaos, 2), -round(match.coherence, 1), _LATIN.index(page))
            for match in found
            for page in match.could_be_from_charset
            if page in _LATIN
        )
        return data.decode(_LATIN[best[2]], "replace")
    match = from_bytes(data).best()
    return None if match is None else str(match)


def _high_bytes_stand_alone(data: bytes) -> bool:
    high = [byte > 0x7F for byte in data]
    total = sum(high)
    pairs = sum(first and second for first, second in pairwise(high))
    letters = sum(chr(byte).isalpha() for byte in data if byte < 0x80)
    return pairs <= 0.2 * total and total <= 0.4 * letters
