"""Mail: messages and mailboxes, who says what in them, and what was attached."""
