"""Which of a file's properties are statements, and which a program wrote unasked."""

import re

_PROGRAM_TITLE = re.compile(
    r"microsoft (?:word|powerpoint|excel)\b"
    r"|(?:\(?(?:anonymous|unspecified)\)?|untitled|unbenannt|sans titre|document ?\d*|title"
    r"|slide ?\d*|(?:powerpoint[- ])?pr[eä]sentation ?\d*|blank|none|print|layout ?\d*)$"
    r"|.*\.(?:docx?|dotx?|rtf|odt|pdf|ps|eps|tex|dvi|indd|qxp|qxd|xlsx?|pptx?|html?|txt|pmd|fm)$"
    r"|https?://|file:",
    re.IGNORECASE,
)
_PROGRAM_AUTHOR = re.compile(
    r"(?:python-docx|apache poi|microsoft(?: office)?(?: user)?|user ?\d*|admin(?:istrator)?|owner"
    r"|author|unknown|\(?anonymous\)?|none|root|guest|default|office|test|pc|hp|dell|lenovo"
    r"|windows user|\W*)$"
    r"|\S*[\\@/]\S*$",
    re.IGNORECASE,
)


def sensible_title(written: str | None) -> str | None:
    """The title, unless it is a program's, a file's name or no words."""
    title = " ".join((written or "").split())
    words = len(re.findall(r"[^\W\d_]{2,}", title))
    if not words or len(title) > 300 or _PROGRAM_TITLE.match(title):
        return None
    coded = " " not in title and re.search(r"[\d_]", title)
    return None if coded else title


def sensible_author(written: str | None) -> str | None:
    """The author, unless it is a program's default or an account's name."""
    author = " ".join((written or "").split())
    if not re.search(r"[^\W\d_]{2}", author) or len(author) > 300 or _PROGRAM_AUTHOR.match(author):
        return None
    login = " " not in author and (author.islower() or re.search(r"\d", author))
    return None if login else author
