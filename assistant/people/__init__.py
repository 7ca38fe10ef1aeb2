"""People who share one installation: accounts, sessions, and what is kept of what they did."""
