"""Answers and reports as files."""
