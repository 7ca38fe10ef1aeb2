"""How good answers are, on questions with known answers."""
