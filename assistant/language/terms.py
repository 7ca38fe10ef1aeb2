"""The content words of a text, as stems: what it is about, without the words that join it.

Two texts are compared by these: 'closed the gates' and 'the gate was closed' have the same.
"""

from functools import cache

from index.store.lexical import analyzed

FUNCTION_WORDS = """
a an the this that these those there here it its he she they them him her his hers their theirs we
us our you your i me my mine who whom whose what which when where why how am is are was were be
been being do does did doing done have has had having can could will would shall should may might
must of in on at by for from to into onto with without within about as than then so and or but not
no nor if whether because while during before after between among any some all each every many much
more most other such only own same too very just also please tell say says said give show list name
describe explain according s t d ll m re ve
"""
"""Words that tell nothing of what a text is about."""


def content_terms(text: str) -> frozenset[str]:
    """The stems of a text's content words; of all its words where it has no others.

    >>> sorted(content_terms("Who closed the gates?"))
    ['close', 'gate']
    """
    terms = frozenset(analyzed(text))
    return terms - function_terms() or terms


@cache
def function_terms() -> frozenset[str]:
    """The stems of the function words.

    >>> "which" in function_terms(), "gate" in function_terms()
    (True, False)
    """
    return frozenset(analyzed(FUNCTION_WORDS))
