"""Files' names as people would write them."""

import re
from pathlib import PurePath


def readable_stem(name: str) -> str:
    """A file's name as a title: 'annual_report-2023.pdf' → 'Annual report 2023'."""
    stem = PurePath(name).stem
    words = stem if " " in stem else re.sub(r"(?<!\d)-|-(?!\d)", " ", stem).replace("_", " ")
    title = " ".join(words.split()) or stem or "Untitled"
    return title[:1].upper() + title[1:]
