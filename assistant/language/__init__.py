"""What any text says, with no question and no store."""
