"""Training of the adapters in `assistant/adapters`: data in, adapter out (extra `train`)."""
