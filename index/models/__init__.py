"""The base model, and vectors."""
