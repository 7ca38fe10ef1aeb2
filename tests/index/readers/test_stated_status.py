"""A document's status is read where it is said plainly, and nowhere else."""

import pytest

from index.readers.reading import read_bytes

BODY = "\n\nA ton of coal costs a shilling on the quay.\n"


@pytest.mark.parametrize(
    ("name", "text", "status"),
    [
        ("a.md", f"---\ntitle: Tolls\nstatus: approved\n---\n{BODY}", "approved"),
        ("a.md", f"---\ntitle: Tolls\ndraft: true\n---\n{BODY}", "draft"),
        ("a.md", f"# Tolls of the port (DRAFT 3){BODY}", "DRAFT 3"),
        ("a.md", f"# Archived: tolls of the port{BODY}", "Archived"),
        ("a.md", f"# Gebührenordnung – Entwurf{BODY}", "Entwurf"),
        (
            "a.txt",
            f"Tolls of the port\n\nStatus: superseded by others{BODY}",
            "superseded by others",
        ),
        ("a.txt", f"Tolls of the port\n\nStatus: Superseded{BODY}", "Superseded"),
        ("a.txt", f"DRAFT\n\nTolls of the port{BODY}", "DRAFT"),
        ("a.txt", f"収費規則\n\n状態：草案{BODY}", "草案"),
        ("a.txt", f"How a draft is written\n\nThe final draft was current for years.{BODY}", None),
        ("a.txt", f"Tolls (in shillings){BODY}", None),
        ("a.txt", f"Tolls{BODY}The rule is obsolete.\n\nStatus: open{BODY}", None),
    ],
)
def test_it_is_read_where_it_is_stated(name, text, status):
    found = dict(read_bytes(text.encode(), name).properties).get("status")
    assert found == status
