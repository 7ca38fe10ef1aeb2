"""Three leases: one says all, one leaves things out, one says two things about its rent."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.assistant import Assistant

ASH = """# Lease of Ash Court

## Term

This lease begins on 3 May 2024. It renews automatically for one year at a time.

## Rent

The annual rent is £12,500. It is paid in advance to the landlord's bank.

## Law

This lease is governed by the law of Scotland.
"""
BIRCH = """# Lease of Birch House

## Term

This lease begins on 14 January 2023. It does not renew automatically.

## Repairs

The tenant keeps the windows, doors and floors in good repair at all times.

## Law

This lease is governed by the law of Ireland.
"""
CEDAR = """# Lease of Cedar Mill

## Term

This lease begins on 1 July 2025. The keys are handed over on that day.

## Rent

The annual rent is £8,000. The tenant pays it by standing order.

## Schedule

The annual rent is £8,400. Water is not included in this.
"""
QUESTIONS = """\
Begins (date): When does this lease begin?
Rent (amount): What is the annual rent?
Renews (yes/no): Does the lease renew automatically?
Law: Which law governs this lease?
"""


@pytest.fixture
def leases(tmp_path: Path) -> Path:
    """The folder of the leases."""
    folder = tmp_path / "leases"
    folder.mkdir()
    for name, text in (("ash", ASH), ("birch", BIRCH), ("cedar", CEDAR)):
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def landlord(leases: Path, tmp_path: Path) -> Iterator[Assistant]:
    """An assistant over them."""
    with Assistant(tmp_path / "store") as own:
        assert len(own.add(leases).added) == 3
        yield own


@pytest.fixture
def questions() -> str:
    """Four columns."""
    return QUESTIONS
