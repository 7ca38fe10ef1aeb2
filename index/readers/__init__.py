"""Files become Documents: one module a format family, chosen by what a file holds."""

from index.readers.detection import SUPPORTED, is_taken
from index.readers.reading import read

__all__ = ["SUPPORTED", "is_taken", "read"]
