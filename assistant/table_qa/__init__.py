"""Tables: the cell that is asked for, and what is computed from cells."""
