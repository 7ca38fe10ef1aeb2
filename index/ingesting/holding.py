"""A file that holds others: what a run has made of it, and when the store knows it whole."""

from dataclasses import dataclass, field, replace

from index.ingesting.arrivals import Packed
from index.ingesting.report import UnreadFiles
from index.store.catalog import Location
from index.store.store import Store

HOLDS_NOTHING = "The file holds no other file."

SEVERAL = "It holds several files, and one replaces a document: unpack it, and name that one."


@dataclass
class Holder:
    """A file that holds others, and what has become of them so far.

    Attributes:
        shown: what it is called.
        packed: what was found in it at first.
        unread: those in it that are of no kind that is read.
        places: of all that it holds, as far as it could be unpacked.
        is_whole: whether it could be unpacked to its end.
        has_failed: whether something in it could not be read.

    >>> from index.readers.containers import Slice
    >>> packed = Packed(Path("/news/a.zip"), Location("/news/a.zip", "", "", 1, 0), Slice(True), ())
    >>> holder = Holder("a.zip", packed, UnreadFiles(named=12))
    >>> holder.name_of(Location("/news/a.zip › b.txt", "d1", "", 1, 0))
    'a.zip › b.txt'
    """

    shown: str
    packed: Packed
    unread: UnreadFiles
    places: set[str] = field(default_factory=set)
    is_whole: bool = True
    has_failed: bool = False

    def name_of(self, location: Location) -> str:
        """What one of the places inside it is called."""
        return f"{self.shown}{location.location.removeprefix(self.packed.location.location)}"


def seal(store: Store, holder: Holder) -> tuple[list[Location], list[Location]]:
    """What the store has of a file that holds others, and what of it was there and is no more.

    The latter is withdrawn. Where nothing has failed, all the rest gets the file's own stamp: from
    then on the file is known to be read. A run that ends before has left no such stamp.

    >>> from index.readers.containers import Slice
    >>> packed = Packed(Path("/news/a.zip"), Location("/news/a.zip", "", "", 1, 0), Slice(True), ())
    >>> seal(store, Holder("a.zip", packed, UnreadFiles(named=12)))
    ([], [])
    """
    location = holder.packed.location
    own = store.locations([location.location]).values()
    known = [*own, *store.inside([location.location]).get(location.location, ())]
    stored = [one for one in known if one.location in holder.places]
    gone = [one for one in known if one not in stored] if holder.is_whole else []
    if stored and not holder.has_failed:
        stamp = {"size": location.size, "modified_ns": location.modified_ns}
        store.locate([replace(one, **stamp) for one in stored])
    if gone:
        store.leave([one.location for one in gone])
    return stored, gone
