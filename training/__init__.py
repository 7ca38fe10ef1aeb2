"""Training of the adapters in `assistant/models/adapters`: data in, adapter out (extra `train`)."""
