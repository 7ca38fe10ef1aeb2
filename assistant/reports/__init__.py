"""Answers and reports of many answers → Markdown, HTML, DOCX, BibTeX and CSL-JSON.

One module a format; `content` says what each of them shows.
"""
