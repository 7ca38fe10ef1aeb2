"""Whether cited words carry a sentence: what is proved, and what is weighed."""
