"""Texts in plain-text markup: reStructuredText, Org, AsciiDoc, LaTeX and BibTeX."""
