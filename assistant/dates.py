"""ISO dates as a reader of a report would write them."""

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def spoken(date: str) -> str:
    """'2023-03-02' → '2 March 2023', '2023-03' → 'March 2023', '2023' → '2023'."""
    year, *rest = date.split("-")
    if not rest:
        return year
    month = _MONTHS[int(rest[0]) - 1]
    return f"{int(rest[1])} {month} {year}" if len(rest) == 2 else f"{month} {year}"
