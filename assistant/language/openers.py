"""How sentences open: words with a capital that name nothing, and turns before what is said."""

import re

OPENERS = frozenset(
    """
    a an the this that these those there here it its he his she her they their we our you your i my
    who what which when where why how as at by for from in into of off on out over to under up upon
    with within without about above across after against along amid among around before behind below
    beside besides between beyond despite during except following given like near once per since
    than through throughout till toward towards until versus via and but or nor so yet if because
    although though while whereas whether unless both either neither each every all any some many
    much more most few fewer several other others another such same no none nobody nothing everyone
    everybody someone somebody anyone one first second third next last finally then thus hence
    therefore however moreover furthermore nevertheless nonetheless otherwise instead indeed rather
    also even just only not never always often perhaps maybe today yesterday tomorrow tonight later
    earlier soon afterwards meanwhile still again now overall altogether yes well is are was were do
    does did has have had can could will would shall should may might must
    """.split()  # noqa: SIM905 (a list of words reads as words)
)
"""Words that open a sentence and name nothing."""

_TURNS = re.compile(
    r"(?:(?:yes|no|sorry|sure|absolutely|well|however|additionally|moreover|furthermore|also"
    r"|in addition|in fact|indeed|actually|in summary|overall|finally|lastly|meanwhile|similarly"
    r"|instead|otherwise|remember|therefore|thus|hence|consequently|as a result|then|next|first"
    r"|second|nevertheless|for example|for instance|in other words|in contrast|on the other hand"
    r"|alternatively|specifically|of course), +"
    r"|(?:(?:it is|it[’']s) (?:important|worth) (?:to note|noting)|(?:please )?note|keep in mind)"
    r" that +)+",
    re.IGNORECASE,
)


def opening_length(text: str) -> int:
    """Where a sentence begins to say something: behind 'Yes, ' and 'However, '; mostly 0.

    >>> text = "However, the ferry sank."
    >>> text[opening_length(text):]
    'the ferry sank.'
    """
    match = _TURNS.match(text)
    return match.end() if match and match.end() < len(text) else 0
