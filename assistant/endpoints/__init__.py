"""Language models behind an address: what they are sent, what they reply, what can go wrong."""
