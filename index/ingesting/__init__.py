"""Files → documents in the store."""
