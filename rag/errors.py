"""Everything this package raises on purpose.

    RagError                 one clear line for the user; exit code 1
    ├── InputError           a question, option or filter that can't be used as given
    ├── PostsError           the posts folder can't be read, or holds nothing to index
    ├── ModelError           an embedding or generator model can't be loaded or used
    ├── ServerError          a server of an index can't be reached, or can't answer
    ├── BusyError            another build holds the index
    ├── StorageError         the disk refused a write (full, read-only, I/O error)
    └── UnusableIndex        an index can't be used
        ├── IndexMissing     nothing was built there yet
        ├── IndexMismatch    built by another model, dimension or format
        └── IndexDamaged     a file is missing, cut or altered; exit code 3

A message says what happened, names the file or value, and ends with the next step. Only the edges (`cli`, `web`,
`app`) turn these into exit codes or status codes.
"""

from __future__ import annotations

from typing import Literal


class RagError(Exception):
    """Base of all errors that a user can act on."""

    exit_code = 1


class InputError(RagError, ValueError):
    """A question, option or filter that can't be used as given."""


class PostsError(RagError):
    """The posts folder can't be read, or holds nothing to index."""


#: What is wrong with what a generator wrote, or with it.
Why = Literal["none", "unmarked", "unsupported", "empty", "reasoning", "runaway", "away", "slow", "key", "failed"]


class ModelError(RagError):
    """A model can't be loaded, or returned something unusable; `why` says what, for those who don't read English."""

    def __init__(self, message: str, why: Why = "failed") -> None:
        super().__init__(message)
        self.why: Why = why


class ServerError(RagError):
    """A server of an index can't be reached, or can't answer at the moment."""


class BusyError(RagError):
    """Another build is writing this index."""


class StorageError(RagError):
    """The disk refused a write; the index that was there is untouched."""


class UnusableIndex(RagError):
    """An index can't be used."""


class IndexMissing(UnusableIndex):
    """Nothing was built there yet."""


class IndexMismatch(UnusableIndex):
    """The index was built by another model, dimension or format version."""


class IndexDamaged(UnusableIndex):
    """A file of the index is missing, cut or altered."""

    exit_code = 3
