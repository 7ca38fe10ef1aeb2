"""What was trained: the reader with its adapter; and the vectors of sentences."""
