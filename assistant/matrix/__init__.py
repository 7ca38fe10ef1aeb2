"""One question to every document: matrices of typed, cited cells."""
