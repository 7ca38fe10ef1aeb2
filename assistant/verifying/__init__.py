"""Citations in a report compared with what their sources say now."""
