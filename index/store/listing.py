"""The order in which documents are listed: the latest first, and a reply after what it answers."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from index.store.catalog import DocumentInfo


def latest_first(listed: Iterable[DocumentInfo]) -> list[DocumentInfo]:
    """The documents, the latest first; those without a date last.

    Messages of one day stand in the order of their sending, the latest first, too. A reply is later
    than what it answers, whatever the clocks said.

    >>> [one.date for one in latest_first(store.documents())][:3]
    ['2026-04-16', '2026-03-09', '2026-01-12']
    """
    by_title = sorted(listed, key=lambda info: (info.title.casefold(), info.id))
    stated = {info.id: dict(info.properties) for info in by_title if info.properties}
    sent = _sent(stated)
    return sorted(by_title, key=lambda info: (info.date or "", sent.get(info.id, 0)), reverse=True)


def _sent(stated: Mapping[str, Mapping[str, str]]) -> dict[str, float]:
    """When each message was sent, in seconds, or just after what it answers; by document."""
    of_message = {said["message-id"]: id_ for id_, said in stated.items() if "message-id" in said}
    sent: dict[str, float] = {}
    for id_ in stated:
        chain: dict[str, None] = {}
        upwards: str | None = id_
        while upwards is not None and upwards not in sent and upwards not in chain:
            chain[upwards] = None
            upwards = of_message.get(stated[upwards].get("in-reply-to", ""))
        after = sent.get(upwards or "", 0.0)
        for reply in reversed(chain):
            after = sent[reply] = max(_seconds(stated[reply].get("date", "")), after + 1)
    return sent


def _seconds(written: str) -> float:
    try:
        return datetime.fromisoformat(written).timestamp()
    except (ValueError, OverflowError):
        return 0.0
