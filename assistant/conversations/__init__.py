"""Kept conversations and what people thought of answers."""
