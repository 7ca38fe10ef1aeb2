"""Passages for a question, best first."""
