"""Footnotes: of answers, and of texts that somebody else wrote."""
