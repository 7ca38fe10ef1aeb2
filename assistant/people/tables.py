"""The tables of people: accounts and groups, what they share, what was done, who is signed in."""

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from assistant.conversations.database import format_of, note_format

_VERSION = 1

kept = sql.MetaData()
"""What a back-up holds."""
passing = sql.MetaData()
"""What it does not: sessions end, and attempts are forgotten."""

people = sql.Table(
    "people",
    kept,
    # Never shown: what somebody keeps is found by it.
    sql.Column("id", sql.String, primary_key=True),
    sql.Column("name", sql.String, nullable=False),
    # As names are compared, so that no two look like one.
    sql.Column("compared", sql.String, nullable=False, unique=True),
    # Who vouches for them, and by what they know them: this store by a password, a proxy by a
    # name, a provider of OpenID Connect (its address) by a subject.
    sql.Column("source", sql.String, nullable=False),
    sql.Column("subject", sql.String, nullable=False),
    sql.Column("password", sql.String),
    sql.Column("active", sql.Boolean, nullable=False),
    sql.Column("made", sql.Float, nullable=False),
    sql.UniqueConstraint("source", "subject"),
)
groups = sql.Table(
    "groups",
    kept,
    sql.Column("person", sql.ForeignKey("people.id"), primary_key=True),
    sql.Column("name", sql.String, primary_key=True),
    # Whether the source said so, which says it anew whenever the person signs in.
    sql.Column("provided", sql.Boolean, primary_key=True),
)
shares = sql.Table(
    "shares",
    kept,
    sql.Column("id", sql.String, primary_key=True),
    sql.Column("owner", sql.ForeignKey("people.id"), nullable=False, index=True),
    sql.Column("kind", sql.String, nullable=False),
    sql.Column("shown", sql.String, nullable=False),
    # Of a link only the hash of its secret is kept; what people are given has none.
    sql.Column("link", sql.String, unique=True),
    sql.Column("made", sql.Float, nullable=False),
    sql.Column("ends", sql.Float),
)
shared_with = sql.Table(
    "shared_with",
    kept,
    sql.Column("share", sql.ForeignKey("shares.id"), primary_key=True),
    # 'person' and their id, or 'group' and its name.
    sql.Column("kind", sql.String, primary_key=True),
    sql.Column("whom", sql.String, primary_key=True, index=True),
)
audit = sql.Table(
    "audit",
    kept,
    sql.Column("number", sql.Integer, primary_key=True, autoincrement=True),
    sql.Column("at", sql.Float, nullable=False),
    sql.Column("who", sql.String, nullable=False, index=True),
    sql.Column("act", sql.String, nullable=False),
    sql.Column("what", sql.Text, nullable=False),
)
sessions = sql.Table(
    "sessions",
    passing,
    sql.Column("hash", sql.String, primary_key=True),
    sql.Column("person", sql.String, nullable=False, index=True),
    sql.Column("ends", sql.Float, nullable=False),
)
devices = sql.Table(
    "devices",
    passing,
    sql.Column("hash", sql.String, primary_key=True),
    sql.Column("person", sql.String, nullable=False, index=True),
    sql.Column("seen", sql.Float, nullable=False),
)
attempts = sql.Table(
    "attempts",
    passing,
    sql.Column("number", sql.Integer, primary_key=True, autoincrement=True),
    sql.Column("key", sql.String, nullable=False, index=True),
    sql.Column("at", sql.Float, nullable=False, index=True),
)
pending = sql.Table(
    "pending",
    passing,
    sql.Column("hash", sql.String, primary_key=True),
    sql.Column("said", sql.Text, nullable=False),
    sql.Column("ends", sql.Float, nullable=False),
)

_SAID = "the audit log is only added to"
_APPEND_ONLY = {
    "sqlite": tuple(
        f"CREATE TRIGGER audit_{verb.lower()} BEFORE {verb} ON audit "
        f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
        for verb in ("UPDATE", "DELETE")
    ),
    "postgresql": (
        f"""CREATE FUNCTION keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{_SAID}'; END $$""",
        """CREATE TRIGGER audit_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
        FOR EACH STATEMENT EXECUTE FUNCTION keep_audit()""",
    ),
}


def migrate(connection: Connection) -> None:
    """Make the tables; the log can only be added to, whoever writes in the database.

    >>> with sql.create_engine("sqlite://", poolclass=sql.NullPool).begin() as connection:
    ...     migrate(connection)
    ...     _ = connection.execute(audit.insert().values(at=0.0, who="ada", act="asked", what=""))
    ...     connection.execute(audit.delete())
    Traceback (most recent call last):
        ...
    sqlalchemy.exc.IntegrityError: ... the audit log is only added to ...
    """
    if format_of(connection) >= _VERSION:
        return
    kept.create_all(connection)
    passing.create_all(connection)
    for statement in _APPEND_ONLY[connection.dialect.name]:
        connection.exec_driver_sql(statement)
    note_format(connection, _VERSION)
