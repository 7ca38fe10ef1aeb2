"""The words, example questions and thresholds of the page, where they can be read and changed."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from assistant.annotation import Stance
from assistant.answer import Answer
from assistant.messages import NOT_VERIFIED
from index.calendar_names import MONTHS

DEMO_QUESTIONS = (
    "Was it a controlled release?",
    "How many people were evacuated?",
    "Why did Gate 3 fail?",
    "What did Pell Arnquist say about the key?",
    "What is in my documents?",
    "Who won the football match?",
)
"""Shown for the demo store, one click each."""

STAGES = {
    "understanding": "Reading your question …",
    "searching": "Searching your documents …",
    "reading": "Reading the closest passages …",
    "writing": "Writing; each sentence shows once its source carries it …",
    "verifying": "Checking every sentence against its source …",
}


class Confidence(NamedTuple):
    """From which score on it applies, its name in the page's styles, its word, what it means.

    >>> Confidence(0.5, "even", "Even chances", "As often right as wrong.").word
    'Even chances'
    """

    lowest: float
    level: str
    word: str
    meaning: str


CONFIDENCE = (
    Confidence(
        0.9,
        "high",
        "High confidence",
        "Of answers as sure as this, about nine in ten were right when measured.",
    ),
    Confidence(
        0.7,
        "fair",
        "Fair confidence",
        "Of answers as sure as this, about seven in ten were right when measured.",
    ),
    Confidence(
        0.0,
        "low",
        "Low confidence",
        "Of answers no surer than this, many were wrong: read the cited passages.",
    ),
)
"""The first that a score reaches applies."""

WELCOME = "Ask your documents."
WELCOME_DETAIL = (
    "Every sentence of an answer carries a footnote. Open one to read it in its source."
)
NOTHING_ADDED = "Add documents to begin: drop them into the Documents panel."
DIFFER = "Accounts differ"
BROKEN = "Something went wrong; the terminal that serves this page shows what."
NOT_DONE = "Not done"
NOT_TAKEN = "The page cannot do this as it stands: load it anew, and try again."
WAITING = "Waiting until the questions before yours are answered …"
STOPPED = "This answer was stopped."

YOUR_QUESTION, ASK_A_QUESTION, ASK, STOP = "Your question", "Ask a question", "Ask", "Stop"
TOO_LONG = (
    "This question has {now} characters; at most {most} are taken. Shorten it, or paste a text of "
    "your own into “Check a draft”."
)
"""The script puts the numbers in."""
EXAMPLES, FOOTNOTES, NEAREST_PASSAGES = "Example questions", "Footnotes", "The nearest passages"
CONVERSATION = "Conversation"

NOT_SENT = "This question has not been sent: the server is busy or not there. Try again in a while."

DOCUMENTS, CLOSE_DOCUMENTS, ADD_DOCUMENTS = "Documents", "Close the documents", "Add documents"
LIMITED, EVERYWHERE = "Limited to {}.", "Search all documents"
DROP_FILES = "Drop files here, or click to choose them"
NO_DOCUMENTS = "Nothing has been added yet."
DEMO = ("These are the demo documents.", "Use my own documents")
OWN = ("These are your own documents.", "Back to the demo")
ORIGINAL = "Original file"
PUT_AWAY = "Put this list away"
READING, EMBEDDED = "reading …", "{:,} of {:,} passages …"
OUTCOMES = {
    "added": "added",
    "updated": "new version added",
    "unchanged": "already here",
    "failed": "not added",
    "removed": "removed",
    "passed over": "passed over",
}

LEFT_OUT = "{} is left out: it has more than {most} MiB (FOOTNOTE_FILE_LIMIT)."

CONVERSATIONS, CLOSE_CONVERSATIONS = "Conversations", "Close the conversations"
FIND_CONVERSATION = "Find a conversation"
SAID = {
    "copied": "Copied",
    "notCopied": "Not copied",
    "linkCopied": "Link copied",
    "thanks": "Thank you",
}
"""What the script says on a button."""

NEW_CONVERSATION = "New conversation"
SO_FAR = "This conversation so far: {}"
NO_CONVERSATIONS = "Nothing has been asked yet."
NO_SUCH_CONVERSATION = "No conversation matches."
NOT_KEPT = "This conversation is not kept: {}"
THIS_ANSWER = "This answer"
COPY, LINK, EXPORT, ASK_AGAIN = "Copy", "Link", "Export", "Edit and ask again"
TITLE, RENAME, DELETE, CANCEL, SEND = "Title", "Rename", "Delete", "Cancel", "Send"
THUMBS = {"up": "Helpful", "down": "Not helpful"}
WHY = "What was good or bad about it? It is kept in the store on this machine."
FORMATS = {
    "markdown": "Markdown",
    "html": "Web page (HTML)",
    "docx": "Word (DOCX)",
    "bibtex": "BibTeX",
    "csl": "CSL-JSON",
    "json": "JSON",
}

STATES = {
    "ready": "Ready",
    "changed": "Its file has changed since: sync its folder",
    "gone": "Its file is gone",
}
REPLACE, REMOVE, REPLACEMENT = "Replace …", "Remove it", "The file that replaces the document"

SOURCE, CLOSE_SOURCE = "Source", "Close the source"
NEAREST_PASSAGE = "Nearest passage: {}"
MORE_ABOUT = "Rename, export or delete “{}”"
SOURCE_OF, PRINTED = "Source: {}", "{} as it is printed"
TEXT_OF_SOURCE = "Text of the source"
SHOWN_AS = "Shown as"
VIEWS = {"page": "Page", "text": "Text"}
TEXT_INSTEAD = "This is its text."
CITED_HERE = "What is cited of this document"
CITED_OF = "Cited here: {at} of {all}"
"""The script puts the numbers in."""
PREVIOUS_CITED, NEXT_CITED = "Previous footnote of this document", "Next footnote of this document"
PAGE, PAGE_TOOLS = "Page", "Pages and size"
PREVIOUS_PAGE, NEXT_PAGE = "Previous page", "Next page"
SMALLER, LARGER, SIZE = "Smaller", "Larger", "Size"
NOT_MARKED = "Where the cited words stand on this page is not known; the text has them marked."
OUTLINE, FIND_IN, ASK_ABOUT = "Outline", "Find in this document", "Ask about this document"
FOUND, FOUND_BEFORE, FOUND_AFTER = "Found", "Previous place", "Next place"
NOT_FOUND = "not there"
ANSWERED = "The answer is complete. Footnotes: {}."
"""Said to who listens; the script puts in how many there are."""
ASK_ON, ASK_WRITER, CONNECT_MODEL = "Ask on", "Ask the writer", "Connect a model"
NO_FONT = "This device has no font for these letters, which show as boxes: {}."
PIN, UNPIN, PINNED = "Pin to the top", "Pin no longer", "Pinned"
KEYS_HEAD, KEYS_CLOSE = "Keys", "Close"
KEYS_ON = "Single keys work outside of fields"
KEYS = (
    ("/", "Go to the question"),
    ("Enter", "Send the question"),
    ("Shift Enter", "Another line in the question"),
    ("f", "Find in the open document"),
    ("n", "The next place that is cited of it"),
    ("p", "The place before"),
    ("d", "The documents"),
    ("c", "The conversations"),
    ("Escape", "Close what is open"),
    ("?", "These keys"),
)
"""What a key does."""
ASK_ABOUT_WORDS = "Ask about these words"
ABOUT, ABOUT_WORDS, ABOUT_NO_MORE = "About “{}”", "About “{words}” in “{}”", "Ask all documents"
"""The script puts in the title and the words."""
EARLIER, LATER = "Show earlier text", "Show later text"
TABLE = "Table"

NO_DATE = "“{}” is no date that can be read: write 2025, 2025-11 or 2025-11-13."
NONE_OF_PERIOD = "None of the documents to ask is dated in that period: change it, or empty it."
SINCE, UNTIL, DAY = "Dated from", "Dated to", "YYYY-MM-DD"
ADD_FOLDER = "Add a folder"
ANSWERED_BY = "Answered by"
NOT_IN_TEXT = "Left out of its text:"
CONNECT = (
    "Answers are quoted from the documents. A model that writes can compose them, checked sentence "
    "by sentence: one on this machine (Ollama, llama.cpp, LM Studio, vLLM), or any OpenAI-like "
    "address. Set before starting:"
)
CONNECTING = (
    "FOOTNOTE_WRITER=openai:MODEL\n"
    "FOOTNOTE_WRITER_BASE=http://127.0.0.1:11434/v1\n"
    "FOOTNOTE_WRITER_KEY=…"
)
CONNECTED = "“footnote doctor” tries it. Questions and passages are then sent to that address."
ENGINES = (("Writer", "writer"), ("Embedded reader", "reader"), ("Research", "research"))
"""Who answers, as one chooses it; in a research the writer plans questions and answers each."""

PLANNING, RESEARCHING = "Planning what to ask …", "Question {} of {}, below …"
YOUR_DRAFT, PASTE, DRAFT_FILE = "Your draft", "Paste your text", "A draft as a file"
CLOSE_DRAFT = "Close the draft"
DRAFT_HEAD = "Check a draft"
DRAFT_DETAIL = (
    "Paste your own text, or drop it as a Markdown, text or Word file. Each sentence that your "
    "documents support gets a footnote; the others are marked. Nothing is reworded, and a Word "
    "file can be exported as it was, with its footnotes in it."
)
SET_FOOTNOTES = "Set footnotes"
SIGNS = {"contradicted": "≠", "unverified": "?", "superseded": "→"}
"""Before the words of a label, by its name in the page's styles; for the eye only."""
LACKING = "not in the passages"
COMPARE = "Nearest passages"
THE_SENTENCE, THE_PASSAGE = "The sentence", "The passage"


def of(last: int) -> str:
    """What stands behind a page's number: 'of 300'.

    >>> of(3000)
    'of 3,000'
    """
    return f"of {last:,}"


def page_of(number: int, last: int, label: str | None = None) -> str:
    """'Page 2 of 300', or 'Page iv (4 of 300)' where another number is printed on it.

    >>> page_of(2, 300), page_of(4, 300, "iv")
    ('Page 2 of 300', 'Page iv (4 of 300)')
    """
    return page_named(number, last, label) if label else f"{PAGE} {number} {of(last)}"


def page_named(number: int, last: int, label: str | None) -> str:
    """'Page 2', or 'Page iv (4 of 300)' where another number is printed on it.

    >>> page_named(2, 300, None), page_named(4, 300, "iv")
    ('Page 2', 'Page iv (4 of 300)')
    """
    return f"{PAGE} {label} ({number} {of(last)})" if label else f"{PAGE} {number}"


def needs_writer(answer: Answer) -> bool:
    """Whether only a model that writes could answer, whatever the language in which that is said.

    >>> told = "A model that writes can be named in FOOTNOTE_WRITER."
    >>> needs_writer(Answer(question="Translate it", message=told, created="2026-01-02"))
    True
    """
    return "FOOTNOTE_WRITER" in (answer.message or "")


def ask_only(title: str) -> str:
    """The button that puts a question to one document.

    >>> ask_only("Tide log")
    'Only “Tide log”'
    """
    return f"Only “{title}”"


def hit_of(number: int, total: int) -> str:
    """Which of the places where something was found is shown; 0 for none of them.

    >>> hit_of(3, 1200), hit_of(0, 2)
    ('3 of 1,200', '2 found')
    """
    return f"{number:,} of {total:,}" if number else f"{total:,} found"


def passage_on(page: int, label: str | None = None, *, elsewhere: bool) -> str:
    """The button that turns to a page on which the passage, or more of it, stands.

    >>> passage_on(4, elsewhere=True), passage_on(4, "iv", elsewhere=False)
    ('The passage is on page 4', 'The passage is also on page iv (4)')
    """
    named = f"{label} ({page})" if label else f"{page}"
    return f"The passage is {'' if elsewhere else 'also '}on page {named}"


def earlier(count: int) -> str:
    """What shows the turns that have gone out of view.

    >>> earlier(1200)
    'Show earlier questions (1,200)'
    """
    return f"Show earlier questions ({count:,})"


def open_footnote(number: int, title: str) -> str:
    """The link to a footnote's source.

    >>> open_footnote(2, "Tide log")
    'Open footnote 2: Tide log'
    """
    return f"Open footnote {number}: {title}"


def left_out(count: int) -> str:
    """How many sentences are not shown, and why.

    >>> left_out(2)
    '2 sentences left out: not verified'
    """
    return f"{counted(count, 'sentence')} left out: {NOT_VERIFIED}"


def folded(count: int) -> str:
    """What opens sentences that nothing has verified.

    >>> folded(1)
    '1 sentence not verified'
    """
    return f"{counted(count, 'sentence')} {NOT_VERIFIED}"


def footnote(number: int, title: str, stance: Stance) -> str:
    """The name of a footnote's number, with what it is there for where it supports nothing.

    >>> footnote(2, "Tide log", "says otherwise")
    'Footnote 2, says otherwise: Tide log'
    """
    return f"Footnote {number}{'' if stance == 'supports' else f', {stance}'}: {title}"


def only_there(sentence: str, passage: str) -> str:
    """The words in which a sentence and a passage differ, for who does not see them marked.

    >>> only_there("21:40", "21:58")
    'Only in the sentence: 21:40. Only in the passage: 21:58.'
    """
    parts = [f"Only in the sentence: {sentence}."] if sentence else []
    parts += [f"Only in the passage: {passage}."] if passage else []
    return " ".join(parts)


def adding(done: int, total: int) -> str:
    """How far files are that are being added.

    >>> adding(1, 3)
    'Adding 1 of 3 …'
    """
    return f"Adding {done} of {total} …"


def pace(rate: float, left: float) -> str:
    """Characters a second, where that is known, and the seconds that are left.

    >>> pace(52_300, left=95)
    '52,300 characters a second, about 1 min left'
    """
    speed = f"{rate:,.0f} characters a second, " if rate else ""
    minutes, rest = divmod(round(left), 60)
    return f"{speed}about {f'{minutes} min' if minutes else f'{rest} s'} left"


def added(good: int, failed: int) -> str:
    """What became of the files.

    >>> added(2, failed=1)
    '2 files ready, 1 file could not be added'
    """
    parts = [f"{counted(good, 'file')} ready"] if good or not failed else []
    if failed:
        parts.append(f"{counted(failed, 'file')} could not be added")
    return ", ".join(parts)


def replace_document(title: str) -> str:
    """The button that asks for the file which is to be the document from now on.

    >>> replace_document("Tide log")
    'Replace “Tide log” with another file'
    """
    return f"Replace “{title}” with another file"


def remove_document(title: str) -> str:
    """The button that removes a document.

    >>> remove_document("Tide log")
    'Remove “Tide log”'
    """
    return f"Remove “{title}”"


def confirm_removal(title: str) -> str:
    """What is asked before a document is removed.

    >>> confirm_removal("Tide log")
    'Remove “Tide log”? No answer will be found in it any more; adding its file brings it back.'
    """
    return (
        f"Remove “{title}”? No answer will be found in it any more; adding its file brings it back."
    )


def removed(title: str) -> str:
    """What is said once a document has been removed.

    >>> removed("Tide log")
    '“Tide log” has been removed.'
    """
    return f"“{title}” has been removed."


def confirm_deletion(title: str) -> str:
    """What is asked before a conversation is deleted.

    >>> confirm_deletion("Did it hold?")
    'Delete “Did it hold?” with all its answers? This cannot be undone.'
    """
    return f"Delete “{title}” with all its answers? This cannot be undone."


def deleted(title: str) -> str:
    """What is said once a conversation has been deleted.

    >>> deleted("Did it hold?")
    '“Did it hold?” has been deleted.'
    """
    return f"“{title}” has been deleted."


def checking(done: int, total: int) -> str:
    """How far a draft is.

    >>> checking(2, 3)
    'Checking sentence 3 of 3 …'
    """
    return f"Checking sentence {done + 1} of {total} …" if done < total else "Checking …"


def replacing(number: int) -> str:
    """The line above the question field while an earlier question is being edited.

    >>> replacing(2)
    'Your next question replaces question 2 and what came after it.'
    """
    return f"Your next question replaces question {number} and what came after it."


def engine(name: str) -> str:
    """What answers, in words; `name` is an `Answer.engine`.

    >>> engine("writer:quill-1")
    'quill-1 writes'
    """
    if name.startswith("writer:"):
        return f"{name.removeprefix('writer:')} writes"
    return "Embedded reader · no key, nothing leaves this machine"


def confidence(score: float) -> Confidence:
    """What a score of 0 to 1 is called, and what that means.

    >>> confidence(0.95).word
    'High confidence'
    """
    return next(known for known in CONFIDENCE if score >= known.lowest)


def readable_date(iso: str) -> str:
    """'2 March 2023', 'March 2023' or '2023' for an ISO 8601 date of that precision.

    >>> readable_date("2023-03-02"), readable_date("2023-03")
    ('2 March 2023', 'March 2023')
    """
    parts = iso.split("-")
    if len(parts) == 1:
        return iso
    month = MONTHS[int(parts[1]) - 1]
    if len(parts) == 2:
        return f"{month} {parts[0]}"
    return f"{date.fromisoformat(iso).day} {month} {parts[0]}"


def where(iso: str | None, locator: str) -> str:
    """'2 March 2023 · p. 3', as far as the date and the place in the document are known.

    >>> where("2023-03-02", "p. 3")
    '2 March 2023 · p. 3'
    """
    return " · ".join(when_and_where(iso, locator))


def when_and_where(iso: str | None, locator: str) -> list[str]:
    """The date and the place in the document, as far as they are known.

    >>> when_and_where("2023-03-02", "p. 3"), when_and_where(None, "")
    (['2 March 2023', 'p. 3'], [])
    """
    return [told for told in (readable_date(iso) if iso else "", locator) if told]


def limited_to(titles: Sequence[str]) -> str:
    """The documents that a person limited a question to.

    >>> limited_to(["Tide log"]), limited_to(["Tide log", "Map", "List"])
    ('Limited to “Tide log”.', 'Limited to “Tide log” and 2 more documents.')
    """
    first, *others = (f"“{title}”" for title in titles)
    if len(others) == 1:
        return LIMITED.format(f"{first} and {others[0]}")
    return LIMITED.format(f"{first} and {len(others)} more documents" if others else first)


def is_limited(notices: Sequence[str]) -> bool:
    """Whether a person had limited the question of an answer with these notices.

    >>> is_limited([limited_to(["Tide log"])]), is_limited(["The list may be incomplete."])
    (True, False)
    """
    return any(notice.startswith(LIMITED.split("{}")[0]) for notice in notices)


def places(number: int) -> str:
    """How many places of a document are cited.

    >>> places(3)
    '3 places'
    """
    return f"{number} places"


def language(code: str) -> str:
    """The English name of a language by its code; the code where it has none.

    >>> language("de"), language("xx")
    ('German', 'xx')
    """
    from babel import Locale

    return str(Locale("en").languages.get(code, code))


def more_left_out(number: int) -> str:
    """What stands below the first things that are left out of a document.

    >>> more_left_out(3)
    'and 3 more'
    """
    return f"and {number:,} more"


def counted(number: int, noun: str) -> str:
    """'1 document', '2 documents', '12,000 documents'.

    >>> counted(1, "document"), counted(12_000, "document")
    ('1 document', '12,000 documents')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


SIGN_IN = "Sign in to Footnote"
SIGN_IN_WITH = "Whoever runs this server gave you a token for it."
SIGN_IN_AT_PROVIDER = "Sign in with your organisation"
SIGN_IN_AT_PROXY = "People sign in at the proxy before this page: open it by its public address."
SIGN_OUT = "Sign out"
NAME = "Name"
PASSWORD = "Password"  # noqa: S105 (a label)
NOT_LET_IN = "No such name and password are let in."
NOT_LET_IN_ANY_MORE = "You are let in no longer: ask whoever runs this installation."
TOO_MANY_ATTEMPTS = (
    "Too many attempts from here with this name: try again in a quarter of an hour. In a browser "
    "in which you have signed in before it goes on."
)
WRONG_PASSWORD = "That is not your password."  # noqa: S105 (a sentence)
PASSWORD_CHANGED = "Your password is changed; every session has ended, sign in anew."  # noqa: S105
OLD_PASSWORD = "Your password now"  # noqa: S105 (a label)
NEW_PASSWORD = "The new one, ten characters or more"  # noqa: S105 (a label)
CHANGE = "Change"
GROUPS = "Groups: {}"
NO_GROUPS = "You are in no group."
TOKENS = "Tokens for programs"
TOKEN_MADE = "Keep it now, it is not shown again. It lasts {} days."  # noqa: S105 (a sentence)
TOKEN_REVOKED = "{} counts no longer."  # noqa: S105 (a sentence)
NO_TOKEN = "You have no such token."  # noqa: S105 (a sentence)
MAKE_TOKEN = "Make a token"  # noqa: S105 (a label)
REVOKE = "Revoke"
SHARE = "Share"
SHARE_HELP = (
    "Others read it and change nothing. Footnotes open for them as far as they may read the "
    "documents; by a link, whoever has it reads the sentences until its last day."
)
SHARE_WITH = "Name people or groups, or for how many days a link is to last."
SHARE_PEOPLE = "With people, by commas"
SHARE_GROUPS = "With groups, by commas"
SHARE_DAYS = "Or by a link, for days"
SHARED = "Others find it at this address:"
SHARED_NO_LONGER = "It is shared no longer."
LINK_UNTIL = "a link until {}"
COLLECTIONS = "Collections"
COLLECTIONS_HELP = (
    "A collection is a set of documents; a document may be in several. A question can be put to "
    "one of them, as if there were no other documents."
)
COLLECTIONS_SHARED = "Whoever is in none of a document's collections does not see that it exists."
BEGIN_COLLECTION = "Begin a collection"
WITH_DOCUMENTS = "With these documents"
DOCUMENTS_TO_CHOOSE = "Documents"
END_COLLECTION = "End “{}”, its documents stay"
PUT_IN = "Put documents in"
TAKE_OUT = "Take documents out"
ASK_WITHIN = "Ask only these"
PERSON_OR_GROUP = "A person or a group"
PERSON = "person"
GROUP = "group"
MAY = "May"
GRANT = "Let them"
REVOKE_FROM = "Revoke what {} may do in {}"
ROLES = {
    "reader": "read",
    "contributor": "read, add and remove",
    "owner": "do all of it, and say who may",
}
WITHIN = "Only documents of “{}” are read."
ALL_DOCUMENTS = "Read all documents"
UNSHARE = "Share no longer"
SHOWN_TO_YOU = "Shared with you"
SHOWN_BY = "by {}"
CONVERSATION = "Conversation"
ONE_ANSWER = "One answer"
YOUR_DATA = "What is kept of you"
TAKE_DATA = "Take all of it along (JSON)"
ERASE = "Erase it"
ERASE_HELP = (
    "Erase your conversations, opinions, matrices, shares and tokens. There is no way back: type "
    "your name"
)
TYPE_YOUR_NAME = "Nothing was erased: type your name as it stands above."
ERASED = "All of it is erased."
SIGN_IN_FIRST = "Sign in first: open the page in this browser."
TOKEN = "Token"  # noqa: S105 (a label)
TOKEN_FOR_LESS = "This token is not for people: it lacks one of the scopes read, ask and write."  # noqa: S105


# The sheet for the model that writes ------------------------------------------------------------

MODEL_HEAD, CLOSE_MODEL = "A model that writes", "Close the model"
MODEL_NOW = "What writes now"
NO_MODEL = "The embedded reader answers: it quotes, and nothing leaves this machine."
MODEL_DETAIL = (
    "A model that writes composes answers in its own words; each sentence is checked against the "
    "documents before it is shown as supported."
)
MODEL_HERE = "On this machine"
LOOKS_WHERE = (
    "Ollama, LM Studio, llama.cpp and vLLM are looked for at their usual ports, once, when you ask."
)
LOOK = "Look for models"
NOTHING_FOUND = (
    "Nothing that serves models answers on this machine. Start one of them, or give an address."
)
NO_MODELS_THERE = "It has no model yet: load one there."
MODEL_ELSEWHERE = "At another address"
OPENAI = "https://api.openai.com/v1"
SENT_THERE = (
    "Questions, and the passages found for them, are sent to this address. The key is kept in "
    ".env, which only its owner can read, and is shown nowhere."
)
ADDRESS, KEY, MODEL_NAME = "Address", "Key", "Model"
KEY_KEPT = "kept; leave empty to go on with it"
WITH_KEY, WITHOUT_KEY = "with a key", "without a key"
LIST_MODELS, TRY, USE, DISCONNECT = "List its models", "Try it", "Use it", "Use it no longer"
TRIAL, TRY_WITH = "How it does", "A question to try a model with"
TRIAL_QUESTION = "What are the documents about?"
TRYING = {
    "reply": "Sending a short request …",
    "examination": "It sits the judge's examination: 132 sentences, some of them wrong …",
    "question": "It answers the question …",
}
TRIED = {
    "reply": ("It answers", "It does not answer"),
    "examination": (
        "It passes as a judge",
        "It does not pass as a judge: only quotations are marked as supported",
    ),
    "question": ("Its answer to the question", "The embedded reader answered the question"),
}
"""What is said of each part of a trial, as it went well or not."""

MODEL_WAIT = "One moment …"
MODEL_BEING_TRIED = "A model is being tried already: wait until that has ended."
NOT_OPERATOR = (
    "A model is connected only in a browser on the server's own machine, where nobody else reaches "
    "the page; elsewhere FOOTNOTE_WRITER names it."
)
NOT_ANSWERED = "The server does not answer. Is it still running?"


def try_model(name: str) -> str:
    """The button that tries a model.

    >>> try_model("tiny")
    'Try tiny'
    """
    return f"Try {name}"


def use_model(name: str) -> str:
    """The button that has a model write.

    >>> use_model("tiny")
    'Use tiny'
    """
    return f"Use {name}"


# The view of matrices -------------------------------------------------------------------------

MATRIX = "Matrix"
MATRIX_TITLE = "One question to every document"
MATRIX_HELP = (
    "A column a line: a question, or “Name (kind): question”. Kinds are text, date, amount, "
    "yes/no, list and “choice: one | other”."
)
MATRIX_EXAMPLE = "Begins (date): When does the agreement begin?"
MATRIX_NAME = "Name of the matrix"
MATRIX_QUESTIONS = "Questions"
MATRIX_DOCUMENTS = "Documents"
MATRIX_ALL = "None chosen: all of them are asked."
MATRIX_ASK = "Ask every document"
MATRIX_STOP = "Stop"
MATRIX_KEPT = "Earlier matrices"
MATRIX_OPEN = "Open"
MATRIX_BACK = "Back to the questions"
MATRIX_FILTER = "Show only rows with"
MATRIX_DOWNLOAD = "Take it along as"
MATRIX_DOCUMENT = "Document"
MATRIX_STOPPED = "Stopped; what was found is kept. Ask again to go on."
MATRIX_EMPTY = "There are no documents yet. Add some on the page of questions."


def matrix_done(cells: int, computed: int) -> str:
    """What is said of a matrix that is there.

    >>> matrix_done(40, 4)
    '40 cells; worked out now: 4.'
    """
    return f"{counted(cells, 'cell')}; worked out now: {computed:,}."


def delete_matrix(title: str) -> str:
    """What the button that deletes a kept matrix is called.

    >>> delete_matrix("Leases")
    'Delete the matrix “Leases”'
    """
    return f"Delete the matrix “{title}”"
