"""The files of questions that `--queries` and `rag eval` read: JSON lines. Knows nothing about answering."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rag.errors import InputError


def read_queries(path: str, needed: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The lines of a JSON-lines file, each with an id and one of `needed`. Raises InputError naming the line."""
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} can't be read ({error}); give a UTF-8 file of JSON lines") from error
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            line = json.loads(text)
        except ValueError as error:
            raise InputError(f"{path}, line {number} is not JSON ({error})") from error
        if not isinstance(line, dict) or "id" not in line or not any(line.get(name) for name in needed):
            raise InputError(f'{path}, line {number} lacks "id" or {" or ".join(map(repr, needed))}')
        yield line
