"""The embedded engine: which sentences answer, and whether any do."""
