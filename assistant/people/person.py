"""Who asks: a person by name, and the groups that they are in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """Who is signed in; rights are given to names and groups alone.

    >>> "partners" in Person("ada", frozenset({"partners"})).groups
    True
    """

    name: str
    groups: frozenset[str] = frozenset()
