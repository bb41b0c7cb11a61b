"""Standard output and error that take any text, whatever encoding a console, a pipe or a redirect has.

A Japanese Windows gives a program whose output is redirected cp932, a bare Unix ASCII: neither holds every sign of a
post, and Python's answer to one that is missing is to end. Here it is written as the nearest sign there is, or "?".
"""

from __future__ import annotations

import codecs
import os
import sys
from io import TextIOWrapper

_NAME = "rag.nearest"
#: Signs that this program itself prints, by those of ASCII.
_NEAREST = {"·": "-", "–": "-", "—": "-", "…": "...", "›": ">", "“": '"', "”": '"', "‘": "'", "’": "'", "≤": "<="}


def settle() -> None:
    """Make both streams take any text. A stream that was closed before the program began goes nowhere."""
    codecs.register_error(_NAME, _nearest)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115  (for good)
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=_NAME)


def abandon() -> None:
    """Send what is still unwritten nowhere, so that Python doesn't complain of it when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def colours() -> bool:
    """Whether a terminal may be sent colours and bold: not where NO_COLOR is set or the terminal is a dumb one."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _nearest(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(_NEAREST.get(sign, "?") for sign in wrong), error.end
