"""Whether cited words carry a sentence: what the program can see without reading."""
