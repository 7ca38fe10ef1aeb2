"""A report's citations compared with what their sources say now."""
