"""The catalog and its indexes."""
