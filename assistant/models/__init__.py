"""What was trained: reader, judge, sentence vectors, and their adapters."""
