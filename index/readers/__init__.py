"""Files become Documents: one module a format family, chosen by what a file holds."""

from index.readers.detection import SUPPORTED
from index.readers.reading import read

__all__ = ["SUPPORTED", "read"]
