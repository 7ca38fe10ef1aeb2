"""Outlook message files ([MS-OXMSG] in a compound file, [MS-CFB]), as small as they may be."""

import struct
from collections.abc import Mapping
from typing import Any

Tree = Mapping[str, "bytes | Tree"]

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_END, _FREE, _FAT_SECTOR, _NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF
_STRING, _BINARY, _INTEGER, _TIME = 0x001F, 0x0102, 0x0003, 0x0040


def message_file(subject: str, body: str, **more: Any) -> bytes:
    """A message as a file; what it may have besides, `message` says."""
    return compound(
        {"__nameid_version1.0": {"__substg1.0_00020102": b""}, **message(subject, body, **more)}
    )


def message(
    subject: str,
    body: str,
    *,
    headers: str = "",
    attached: Mapping[str, "bytes | Tree | None"] | None = None,
    rtf: bytes = b"",
    head: int = 32,
) -> Tree:
    """The storages of a message; with a head of 24 bytes they may be attached to another one.

    Of what is attached None stands for something that is no file.
    """
    texts = {0x0037: subject, 0x1000: body, 0x007D: headers}
    strings = {pid: text.encode("utf-16-le") for pid, text in texts.items() if text}
    tree = {**_properties(head, strings, {0x1009: rtf} if rtf else {})}
    for number, (name, data) in enumerate((attached or {}).items()):
        named = {0x3707: name.encode("utf-16-le")}
        own = {0x3701: data} if isinstance(data, bytes) else {}
        inner = {"__substg1.0_3701000D": data} if isinstance(data, dict) else {}
        tree[f"__attach_version1.0_#{number:08X}"] = {**_properties(8, named, own), **inner}
    return tree


def _properties(head: int, strings: Mapping[int, bytes], binaries: Mapping[int, bytes]) -> Tree:
    entries = b""
    tree: dict[str, bytes | Tree] = {}
    for kind, values in ((_STRING, strings), (_BINARY, binaries)):
        for pid, value in values.items():
            size = len(value) + 2 * (kind == _STRING)
            entries += struct.pack("<HHIII", kind, pid, 6, size, 0)
            tree[f"__substg1.0_{pid:04X}{kind:04X}"] = value
    tree["__properties_version1.0"] = bytes(head) + entries
    return tree


def compound(tree: Tree) -> bytes:
    """A compound file with these storages and streams."""
    rows: list[list[object]] = [["Root Entry", 5, _NONE, _NONE, b""]]
    _placed(tree, 0, rows)
    mini, mini_fat, sectors = b"", [], []
    fat: list[int] = []

    def chained(data: bytes) -> int:
        pieces = [data[at : at + _SECTOR] for at in range(0, len(data), _SECTOR)]
        first = len(sectors)
        for piece in pieces:
            sectors.append(piece.ljust(_SECTOR, b"\0"))
            fat.append(len(sectors))
        if pieces:
            fat[-1] = _END
        return first if pieces else _END

    starts = []
    for _, kind, _, _, data in rows:
        assert isinstance(data, bytes)
        if kind != 2 or not data:
            starts.append((_END, 0))
        elif len(data) >= _CUTOFF:
            starts.append((chained(data), len(data)))
        else:
            count = -(-len(data) // _MINI)
            starts.append((len(mini_fat), len(data)))
            mini_fat += [len(mini_fat) + n + 1 for n in range(count - 1)] + [_END]
            mini += data.ljust(count * _MINI, b"\0")
    starts[0] = (chained(mini), len(mini))
    packed = struct.pack(f"<{len(mini_fat)}I", *mini_fat)
    packed += b"\xff" * (-len(packed) % _SECTOR)
    first_mini, mini_sectors = chained(packed), len(packed) // _SECTOR
    directory = b"".join(_row(row, start) for row, start in zip(rows, starts, strict=True))
    empty = _row(["", 0, _NONE, _NONE, b""], (0, 0))
    directory += empty * (-len(rows) % 4)
    first_directory = chained(directory)
    count = 1
    while count * 128 < len(fat) + count:
        count += 1
    fat_sectors = range(len(fat), len(fat) + count)
    fat += [_FAT_SECTOR] * count
    fat += [_FREE] * (count * 128 - len(fat))
    table = struct.pack(f"<{len(fat)}I", *fat)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, count, first_directory, 0, _CUTOFF, first_mini,
                        mini_sectors, _END, 0)  # fmt: skip
    head += struct.pack("<109I", *fat_sectors, *[_FREE] * (109 - count))
    return head + b"".join(sectors) + table


def _placed(tree: Tree, parent: int, rows: list[list[object]]) -> None:
    """The tree's entries, each the right neighbour of the one before."""
    before: int | None = None
    for name in sorted(tree, key=lambda name: (len(name), name.upper())):
        held = tree[name]
        at = len(rows)
        rows.append([name, 2 if isinstance(held, bytes) else 1, _NONE, _NONE, b""])
        rows[before if before is not None else parent][2 if before is not None else 3] = at
        before = at
        if isinstance(held, bytes):
            rows[at][4] = held
        else:
            _placed(held, at, rows)


def _row(row: list[object], start: tuple[int, int]) -> bytes:
    name, kind, right, child, _ = row
    encoded = str(name).encode("utf-16-le")
    size = len(encoded) + 2 if encoded else 0
    packed = encoded.ljust(64, b"\0") + struct.pack("<HBB", size, kind, 1)
    packed += struct.pack("<III", _NONE, right, child) + bytes(36)
    return packed + struct.pack("<IQ", *start)
