"""reStructuredText, Org, AsciiDoc, LaTeX and BibTeX: marks become structure, words stay."""

import pytest
from outcomes import assert_read_or_one_line

from index.errors import DocumentError, EmptyDocument
from index.readers import read
from index.readers.reading import read_bytes


def words(document, span):
    return document.text[span.start : span.end]


def headings(document):
    return [(h.level, words(document, h)) for h in document.headings]


def told(document):
    return [(left.words, left.why) for left in document.left_out]


RST = """\
=======
Weather
=======

:Author: Ada Hale
:Date: 2024-05-03

.. comment about the draft

The storm of *1990* broke **14** masts, says :ref:`the log <log>` of the `harbour
office <https://harbour.example>`_ in ``storm.txt``. See [1]_ and |who|.

.. |who| replace:: Mia Falk
.. _log: https://log.example

Damage
------

.. note:: The barometer fell to 958 hPa.

.. warning::

   Do not sail.

   - ever
   - at night

Run this::

    make pier --safe

1. First
2. Second
   goes on

   * inner

mast
    a pole

+-------+--------+
| Year  | Masts  |
+=======+========+
| 1990  | 14     |
+-------+--------+
| 1991  | none   |
|       | at all |
+-------+--------+

=====  =====
Pier   Boats
=====  =====
North  12
South  9
=====  =====

.. list-table:: Tides
   :header-rows: 1

   * - Day
     - High
   * - Monday
     - 4 m

.. csv-table:: Winds
   :header: "Day", "Wind"

   "Monday", "north, strong"

.. code-block:: python

   level = 6.9

.. image:: mast.png
   :alt: A broken mast

.. toctree::
   :maxdepth: 2

   other/page

Causes
~~~~~~

It blew.

.. [1] The log of 1990.
"""


def test_restructured_text_is_read_as_it_would_be_set(saved):
    document = read(saved(RST, "weather.rst"))
    assert headings(document) == [(1, "Weather"), (2, "Damage"), (3, "Causes")]
    assert (document.title, document.author, document.date) == ("Weather", "Ada Hale", "2024-05-03")
    blocks = document.text.split("\n\n")
    assert blocks[1:3] == [
        "Author: Ada Hale\nDate: 2024-05-03",
        (
            "The storm of 1990 broke 14 masts, says the log of the harbour office in storm.txt. "
            "See [1] and Mia Falk."
        ),
    ]
    for block in (
        "Note: The barometer fell to 958 hPa.",
        "Warning: Do not sail.",
        "• ever\n• at night",
        "Run this:\nmake pier --safe",
        "1. First\n2. Second goes on\n  • inner",
        "mast: a pole",
        "level = 6.9",
        "A broken mast",
        "It blew.",
        "[1] The log of 1990.",
    ):
        assert f"\n\n{block}" in document.text
    assert [words(document, table) for table in document.tables] == [
        "Year | Masts\n1990 | 14\n1991 | none at all",
        "Pier | Boats\nNorth | 12\nSouth | 9",
        "Day | High\nMonday | 4 m",
        "Day | Wind\nMonday | north, strong",
    ]
    assert ("comment about the draft", "comment") in told(document)
    assert ("other/page", "toctree") in told(document)
    assert not set("`*").intersection(document.text)
    assert "::" not in document.text


ORG = """\
#+TITLE: Garden
#+AUTHOR: Ada Hale
#+FILETAGS: :home:spring:
# a remark
Words before, with a [[https://pear.example][fine pear]] and *bold* /slanted/ =code=.

* Trees                                                        :fruit:
** TODO [#A] Plant the pear tree
   SCHEDULED: <2026-04-02 Thu>
** DONE Mend the gate
   CLOSED: [2026-03-01 Sun 10:00]
   :PROPERTIES:
   :Effort: 2:00
   :END:
   It was rusty.
*** Tools
    - [ ] hammer
    - [X] saw
      with a guard
    - nail :: of iron
| Tree | Height |
|------+--------|
| Pear | 4 m    |
#+TBLFM: $2=1
#+BEGIN_SRC sh
dig --deep
#+END_SRC
#+BEGIN_QUOTE
A pear a day.
#+END_QUOTE
#+BEGIN_COMMENT
secret thoughts
#+END_COMMENT
"""


def test_org_keeps_states_tags_properties_and_tables(saved):
    document = read(saved(ORG, "garden.org"))
    assert headings(document) == [
        (1, "Trees"),
        (2, "TODO Plant the pear tree, scheduled 2026-04-02 Thu"),
        (2, "DONE Mend the gate, closed 2026-03-01 Sun 10:00"),
        (3, "Tools"),
    ]
    assert (document.title, document.author) == ("Garden", "Ada Hale")
    assert ("tags", "home, spring") in document.properties
    for block in (
        "Words before, with a fine pear and bold slanted code.",
        "Tags: fruit",
        "Effort: 2:00",
        "It was rusty.",
        "• (open) hammer\n• (done) saw with a guard\n• nail: of iron",
        "Tree | Height\nPear | 4 m",
        "dig --deep",
        "A pear a day.",
    ):
        assert block in document.text.split("\n\n")
    assert words(document, document.tables[0].header) == "Tree | Height"
    assert told(document) == [
        ("a remark", "comment"),
        ("$2=1", "tblfm"),
        ("secret thoughts", "comment"),
    ]


ADOC = """\
= Harbour rules
Ada Hale <ada@harbour.example>
v1.2, 2024-05-03
:toc:
:office: the harbour office
:unused: words of nobody

Ask {office} or see https://harbour.example[the page] and <<tolls,the tolls>>.

// hidden remark
[[tolls]]
== Tolls

NOTE: A ton costs a *shilling*.

[WARNING]
====
Do not _sail_ at night.

* ever
** in winter
* alone
====

.Start the crane
[source,sh]
----
crane --up <1>
----
<1> It goes up.

term:: its meaning

.Fees
[%header,cols=2*]
|===
| Ship | Fee
| Brig | 2 s
| Sloop
| 1 s
|===

include::other.adoc[]

////
a long
remark
////

=== Exceptions

None.footnote:[Since 1931.]
"""


def test_asciidoc_is_read_with_attributes_tables_and_admonitions(saved):
    document = read(saved(ADOC, "rules.adoc"))
    assert headings(document) == [(1, "Harbour rules"), (2, "Tolls"), (3, "Exceptions")]
    assert (document.title, document.author, document.date) == (
        "Harbour rules",
        "Ada Hale",
        "2024-05-03",
    )
    assert ("version", "v1.2") in document.properties
    for block in (
        "Ask the harbour office or see the page and the tolls.",
        "Note: A ton costs a shilling.",
        "Warning: Do not sail at night.",
        "• ever\n  • in winter\n• alone",
        "Start the crane",
        "crane --up <1>",
        "<1> It goes up.",
        "term: its meaning",
        "Fees",
        "Ship | Fee\nBrig | 2 s\nSloop | 1 s",
        "None. (Since 1931.)",
    ):
        assert block in document.text.split("\n\n")
    assert ("hidden remark", "comment") in told(document)
    assert ("a long remark", "comment") in told(document)
    assert ("unused: words of nobody", "attribute") in told(document)
    assert any("other.adoc" in warning for warning in document.warnings)
    assert not {"====", "|===", "----"}.intersection(document.text.split())


TEX = r"""\documentclass{article}
\usepackage[utf8]{inputenc}
\newcommand{\port}{the port}
\title{The \emph{Pier}}
\author{Ada Hale \and Mia Falk}
\date{3 May 2024}
\begin{document}
\maketitle
\begin{abstract}
We measure a pier. % not for print
\end{abstract}
\section{Levels}\label{sec:l}
The level rose by 5\,\% to $h_{1} = \frac{a+b}{2} \leq \alpha x^2$ m~\cite{hale31}, see
Section~\ref{sec:l}.\footnote{By a gauge.} Caf\'e M\"uller --- ``closed''.

\subsection*{Tools}
\begin{itemize}
  \item a gauge
  \item \textbf{two} ropes
\end{itemize}
\begin{equation}
E = mc^{2} \label{eq:e}
\end{equation}
\begin{table}
\caption{Ships}
\begin{tabular}{l|r}
\hline
Year & Ships \\ \hline
1931 & 12 \\
1932 & 15 \\
\end{tabular}
\end{table}
\begin{verbatim}
if x % 2: { stop }
\end{verbatim}
See \href{https://pier.example}{the page}.
\end{document}
after the end
"""


def test_latex_is_read_as_it_would_be_printed(saved):
    document = read(saved(TEX, "pier.tex"))
    assert (document.title, document.author, document.date) == (
        "The Pier",
        "Ada Hale, Mia Falk",
        "2024-05-03",
    )
    assert headings(document) == [(1, "The Pier"), (2, "Abstract"), (2, "1 Levels"), (3, "Tools")]
    for block in (
        "We measure a pier.",
        (
            "The level rose by 5 % to h₁ = (a+b)/2 ≤ α x² m [hale31], see Section 1. "
            "(By a gauge.) Café Müller — “closed”."
        ),
        "• a gauge\n• two ropes",
        "E = mc²",
        "Table 1: Ships",
        "Year | Ships\n1931 | 12\n1932 | 15",
        "if x % 2: { stop }",
        "See the page.",
    ):
        assert block in document.text.split("\n\n")
    assert document.tables
    assert "\\" not in document.text
    whys = {why for _, why in told(document)}
    assert whys == {"preamble", "comment", "after the end"}
    assert ("not for print", "comment") in told(document)


def test_latex_without_a_document_around_it_is_read_too(saved):
    document = read(saved("\\section{Levels}\nThe level \\emph{rose}.\n", "part.tex"))
    assert document.text == "Levels\n\nThe level rose."


BIB = r"""
% all of it
@string{hp = "Harbour Press"}
@comment{for nobody}
@article{hale31,
  author = {Hale, Ada and M{\"u}ller, Jon},
  title = "The {Pier} fell",
  journal = {Gazette},
  year = 1931,
  pages = {12--14},
}
@book(falk, title={Tides}, editor = {Falk, Mia}, publisher = hp # { Ltd}, doi={10.1/x})
"""


def test_each_entry_of_a_bibliography_is_a_part(saved):
    document = read(saved(BIB, "refs.bib"))
    assert [(p.kind, p.label) for p in document.parts] == [("entry", "hale31"), ("entry", "falk")]
    assert words(document, document.parts[0]).split("\n\n") == [
        "The Pier fell",
        "Title: The Pier fell",
        "Author: Hale, Ada and Müller, Jon",
        "Journal: Gazette",
        "Year: 1931",
        "Pages: 12–14",
        "Type: article",
    ]
    assert "Publisher: Harbour Press Ltd" in document.text
    assert ("for nobody", "comment") in told(document)


def test_a_bibliography_that_is_cut_off_keeps_what_is_whole_and_says_so(saved):
    document = read(saved(BIB[: BIB.index("editor")], "refs.bib"))
    assert "The Pier fell" in document.text
    assert len(document.warnings) == 1


@pytest.mark.parametrize("name", ["a.rst", "a.org", "a.adoc", "a.tex", "a.bib"])
def test_files_of_marks_alone_say_that_they_are_empty(saved, name):
    source = {"rst": ".. \n", "org": "#+TITLE: \n", "adoc": ":toc:\n", "tex": "%\n", "bib": "%\n"}
    with pytest.raises((EmptyDocument, DocumentError)) as caught:
        read(saved(source[name.split(".")[1]], name))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "source",
    [
        "{" * 50_000,
        "\\begin{a}" * 20_000,
        "$" * 50_001,
        "`" * 50_000,
        "*" * 50_000,
        "* a\n" * 20_000,
        "- " * 20_000,
        "".join(" " * n + "- a\n" for n in range(300)),
        ".. note::\n" * 5_000,
        "".join("  " * n + ".. note::\n\n" for n in range(200)),
        "|" * 50_000,
        "+--" * 20_000 + "+\n" + "|  " * 20_000,
        "=== " * 10_000 + "\n" + "a b " * 10_000,
        "[[" * 30_000,
        "====\n" * 20_001,
        "|===\n" + "|a" * 30_000,
        "@a{" * 20_000,
        "@article{a, b = " + "{" * 40_000,
        "\\frac" * 20_000,
        "$" + "{\\frac{" * 5_000 + "$",
        "a_{" * 20_000 + "$",
        "<<" * 30_000 + "link:" * 5_000,
        "x\n" + "=" * 50_000,
        "#+BEGIN_SRC\n" * 10_000,
    ],
)
def test_hostile_markup_ends_in_words_or_one_line(saved, source):
    for kind in ("rst", "org", "adoc", "tex", "bib"):
        assert_read_or_one_line(saved(source, f"hostile.{kind}"))


def test_what_latex_defines_for_itself_and_its_units_are_read_in_full(saved):
    source = r"""\newcommand{\pier}{the old pier}\def\tons{tons\xspace}
\newcommand*{\sq}[1]{#1 squared}
\begin{document}
At \pier{} 40 \tons fell, \sq{twice}; see \verb|gate_7| and \pier.
It is \SI{12.5}{\kilo\metre} long, \qty[mode=text]{3}{\metre\per\second}, in \si{\percent}.
\end{document}"""

    document = read(saved(source.encode(), name="pier.tex"))

    assert document.text == (
        "At the old pier 40 tons fell, twice; see gate_7 and the old pier. "
        "It is 12.5 km long, 3 m/s, in %."
    )
    assert r"\newcommand{\pier}{the old pier}" in document.left_out[0].words


ARTICLE = r"""
\section{Introduction}\label{sec:intro}
See Table~\ref{tab:flow}, Section~\ref{sec:gauges}, formula~\eqref{eq:two} and \ref{sec:gone}
on page~\pageref{fig:gate}. Rule~\ref{it:second} counts, as \autoref{fig:gate} shows.
\section*{Thanks}
\section{Method}
\subsection{Gauges}\label{sec:gauges}
\begin{align} a &= b \nonumber \\ c &= d \label{eq:one} \\ e &= f \label{eq:two} \end{align}
\begin{table}\caption{Flow}\label{tab:flow}\begin{tabular}{l} May \end{tabular}\end{table}
\begin{figure*}\caption{The gate}\label{fig:gate}\end{figure*}
\begin{enumerate}\item First\item Second\label{it:second}\end{enumerate}
\appendix
\section{Tables}\label{app:tables}
This is Appendix~\ref{app:tables}, after \nameref{sec:intro} and \cref{sec:gauges,tab:flow}.
"""


def test_references_of_latex_are_the_numbers_that_are_printed():
    text = read_bytes(ARTICLE.encode(), "a.tex").text

    assert "See Table 1, Section 2.1, formula (2) and ?? on page ??." in text
    assert "Rule 2 counts, as Figure 1 shows." in text
    assert "This is Appendix A, after Introduction and section 2.1 and table 1." in text
    lines = text.split("\n\n")
    assert {"1 Introduction", "Thanks", "2 Method", "2.1 Gauges", "A Tables"} <= set(lines)
    assert {"Table 1: Flow", "Figure 1: The gate"} <= set(lines)


def test_numbers_of_latex_are_by_chapter_where_there_are_chapters():
    source = r"\chapter{One}\chapter{Two}\section{Locks}\label{a}\begin{figure}\caption{Gate}"
    source += r"\label{b}\end{figure} See \ref{a} and \ref{b}."

    assert "See 2.1 and 2.1." in read_bytes(source.encode(), "a.tex").text


def test_latex_without_references_stays_without_numbers():
    assert read_bytes(rb"\section{Locks} They close.", "a.tex").text == "Locks\n\nThey close."
