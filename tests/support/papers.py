"""What the documents of these tests hold."""

FERRY = """The ferry of Teal Harbour

2 March 2023

The ferry 🚢 Marigold carried 4,212 passengers in its first week, the harbour office said.

The crossing from Teal Harbour to Quill Island takes 35 minutes. Bicycles travel free of charge.

The old ferry was sold to a museum for 90,000 crowns.
"""

HOSTILE = """The lantern workshop of Brindle Lane

<script>window.injected = 1</script><img src=x onerror="window.injected = 2"> ${window.injected = 3}

The lantern workshop opened in 1931 [1] and <b onclick="window.injected = 4">employs</b> 17 people \
[x](javascript:window.injected=5) ![](http://elsewhere.invalid/x.png) {{value}} [2].

<a href="http://elsewhere.invalid/">The workshop's shop</a> sells a brass lantern for 45 crowns.
"""

PAPER = (
    "The reservoir of Upper Fennel holds 3 million litres of rain water.",
    "Its dam was raised in 1974, after two dry summers in a row.",
    "The pumping station uses 80 kilowatts and was built by the parish.",
)


LETTERS = """The letters of Saltreach

The boat 👩‍👩‍👧‍👦 Café (cafe\u0301) carried 12 chairs 🇮🇸 to Saltreach.

הספינה יצאה מנמל חיפה בשעה 21:40 עם 17 נוסעים 🚢. היא חזרה רק אחרי שלושה ימים.

غادرت السفينة الميناء في السَّاعَة الثامنة مع ٤٥ راكبًا.

船は午後8時に港を出た。乗客は45人だった。
"""

TOLLS = """# The tolls of Saltreach

| Year | Boats | Toll in crowns |
| --- | --- | --- |
| 2021 | 410 | 12 |
| 2022 | 388 | 14 |
"""


def filler(words: str, paragraphs: int) -> str:
    """Text that answers nothing, as much as a long document has."""
    return "\n\n".join(
        f"Entry {number}. {words.capitalize()}, as entry {number} of the log records; nothing else."
        for number in range(1, paragraphs + 1)
    )
