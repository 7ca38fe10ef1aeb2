"""The words of the page's library, where they can be read and changed."""

from datetime import datetime

from assistant.web.texts import counted, readable_date

SEARCH = "Search the list"
ORDER = "Order"
ORDERS = {
    "latest": "Latest first",
    "oldest": "Oldest first",
    "title": "By title",
    "author": "By author",
    "added": "Added last",
    "longest": "Longest first",
}
FILTERS = "Filter"
KIND, TAG, YEAR, STATUS, STATE = "Kind", "Tag", "Year", "Status", "State"
ANY = "any"
NONE = "none"
NONE_FOUND = "No document matches."
STATES = {
    "changed": "File changed since",
    "gone": "File gone",
    "partial": "Something left out",
    "corrected": "Corrected by hand",
}
KINDS = {
    "pdf": "PDF",
    "text": "Text",
    "web": "Web page",
    "office": "Word or other text document",
    "sheet": "Table",
    "slides": "Slides",
    "mail": "Mail and chats",
    "picture": "Picture",
    "book": "E-book",
    "data": "Data and code",
}
TICK_ALL, UNTICK = "Ask only these", "Ask all again"

CORRECT, SAVE, SAVED = "Correct title, author, date or status", "Save", "Saved."
FIELDS = {"title": "Title", "author": "Author", "date": "Date", "status": "Status"}
DATE_HELP = "2025, 2025-11 or 2025-11-13"
STATUS_HELP = "draft, final, archived …"
UNDO = "Undo"
ELSEWHERE = "From the web or a folder of this server"
ADDRESS = "A page, a sitemap or a feed"
ADDRESS_HELP = "https://…"
ADDRESS_DETAIL = "It is asked for once, now; of a sitemap or feed the pages on its own site."
ADD = "Add"
FOLDER, WITHIN, KEEP = "Folder", "Within it", "Keep in step with it"
ALL_OF_IT = "all of it"
NO_FOLDERS = "Folders of the server can be added once FOOTNOTE_FOLDERS names those that may be."
NO_ADDRESS = "“{}” is no web address: it begins with http:// or https://."
NOT_ALLOWED = "Only folders that are there, within those that FOOTNOTE_FOLDERS names, can be added."
WATCHED = "Folders kept in step"
NOT_YET = "It is being read for the first time …"
IN_STEP = "In step on {}"
LAST_CHANGE = "Last change on {}: {}"
STOP_WATCHING = "Stop"
STOPPED = "“{}” is not kept in step any more. Its documents stay."

NOT_LOADED = "The list could not be loaded: the server is busy or not there. Try again in a while."
SCRIPT = {
    "notLoaded": NOT_LOADED,
    "noneFound": NONE_FOUND,
    "limitedOne": "Answers come from 1 document.",
    "limitedMany": "Answers come from {n} documents.",
}
"""What the script says; it puts the numbers in."""

DETAILS_OF = "Details, replace, correct or remove “{}”"
TICK = "Limit answers to “{}”"


def stop_watching(folder: str) -> str:
    """The button that ends keeping a folder in step.

    >>> stop_watching("/srv/papers")
    'Stop keeping in step with “/srv/papers”'
    """
    return f"Stop keeping in step with “{folder}”"


def begun(folder: str) -> str:
    """What is said once a folder is kept in step.

    >>> begun("/srv/papers")
    '“/srv/papers” is kept in step from now on, also after the server is started again.'
    """
    return f"“{folder}” is kept in step from now on, also after the server is started again."


def moment(iso: str) -> str:
    """A time of this machine's clock, as it is kept, for a reader.

    >>> moment("2026-11-13T10:05:00+00:00").startswith("13 November 2026")
    True
    """
    local = datetime.fromisoformat(iso).astimezone()
    return f"{readable_date(local.date().isoformat())}, {local:%H:%M}"


def changes(added: int, updated: int, removed: int) -> str:
    """What has changed in a folder.

    >>> changes(2, 0, 1)
    '2 added, 1 removed'
    """
    counts = {"added": added, "updated": updated, "removed": removed}
    return ", ".join(f"{count:,} {what}" for what, count in counts.items() if count) or "none"


def not_added(count: int) -> str:
    """The line that opens the files of a folder that cannot be read.

    >>> not_added(1)
    '1 file is not added'
    """
    return f"{counted(count, 'file')} {'is' if count == 1 else 'are'} not added"


def found(count: int, total: int) -> str:
    """How many documents of how many a filter leaves.

    >>> found(3, 20_000)
    '3 of 20,000 documents'
    """
    return f"{count:,} of {counted(total, 'document')}"


def read_as(field: str, read: str | None) -> str:
    """What stands below a field that has been corrected.

    >>> read_as("date", "2025-11"), read_as("author", None)
    ('read: November 2025', 'read: none')
    """
    said = readable_date(read) if read and field == "date" else read
    return f"read: {said or NONE}"


def option(label: str, count: int) -> str:
    """An entry of a filter with the number of documents that it leaves.

    >>> option("PDF", 12_000)
    'PDF (12,000)'
    """
    return f"{label} ({count:,})"


def undo(field: str) -> str:
    """The button that goes back to what was read.

    >>> undo("date")
    'Undo the correction of the date'
    """
    return f"Undo the correction of the {field}"
