"""What a question asks for, and what is searched for."""
