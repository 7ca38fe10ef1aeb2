"""English verb forms that tell whether something was or will be: words alone, no judgement."""

PAST = frozenset(
    """
    arose ate awoke became began bent blew bought bred broke brought built burst came caught chose
    clung crept dealt did drank drew drove fed fell felt fled flew forbade forgave forgot fought
    found freed froze gave got grew heard held hid hung kept knelt knew laid led left lent lit lost
    made met paid rang ran rode rose said sang sank sat saw sent shone shook shot shrank slept slid
    sold sought spent spoke sprang spun stole stood strode struck stuck swam swept swore taught
    threw told took tore understood undertook was went were withdrew woke won wore wrote
    """.split()  # noqa: SIM905 (a list of words reads as words)
)
"""Past forms of irregular verbs that are no present form besides."""

NO_PAST = frozenset(
    "hundred sacred naked wicked rugged kindred hatred beloved embed aged crooked".split()  # noqa: SIM905
)
"""Words in -ed that are no past forms."""

WILL_BE = (
    r"\b(?:will|won[’']t|shall|going to"
    r"|(?:is|are|am)(?: not| also| again| now| \w+ly)? (?:due|set|expected|scheduled|planned|slated"
    r"|likely|to|\w+ing)"
    r"|(?:plans?|expects?|hopes?|intends?|aims?) to)\b|[’']ll\b"
)
"""A pattern for what says that something is to come."""


def is_past(word: str) -> bool:
    """Whether a word in lower case is a past form, or a participle of the same form."""
    regular = word.endswith("ed") and not word.endswith("eed") and len(word) > 4
    return word in PAST or (regular and word not in NO_PAST)
