"""What readers say of answers, kept beside an index as lines that `rag eval` reads: feedback.jsonl.

    {"id", "lang", "question", "verdict": "good" | "bad" | "wrong", "must": [[quote, …]], "wrong": [text], "generation"}

A good answer's quotes become what a passage "must" hold to be right; a passage called wrong must not come first again.
Nothing is kept of who said it or when. Knows nothing about pages.
"""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path
from typing import Any, Literal

from rag.errors import InputError, StorageError
from rag.storage import disk
from rag.types import Answer

FILE = "feedback.jsonl"
#: A line has 1 kB: no reader fills a disk by pressing a button.
MAX_BYTES = 20_000_000

Verdict = Literal["good", "bad", "wrong"]
_writing = threading.Lock()


def case_of(answer: Answer, verdict: Verdict, lang: str, generation: str, passage: str = "") -> dict[str, Any]:
    """The line for an answer; with "wrong", `passage` is the id of the passage that is. The same says the same id.

    Raises InputError when the answer shows no such passage.
    """
    question = answer.searched or answer.question
    line: dict[str, Any] = {"id": "", "lang": lang, "question": question, "verdict": verdict}
    if verdict == "good" and answer.citations:
        line["must"] = [list(dict.fromkeys(c.quote for c in answer.citations))]
    if verdict == "wrong":
        shown = [p for p in (*(h.passage for h in answer.hits), *(c.passage for c in answer.citations))]
        texts = [p.text for p in shown if p.id == passage]
        if not texts:
            raise InputError(f"the answer shows no passage {passage!r}")
        line["wrong"] = texts[:1]
    line["generation"] = generation
    line["id"] = "fb-" + hashlib.sha256(_json(line).encode(errors="surrogatepass")).hexdigest()[:12]
    return line


def append(root: Path, line: dict[str, Any]) -> Path:
    """Put a line at the end of the file beside the index, on the disk when this returns; the file.

    Raises StorageError when the disk refuses or the file is full.
    """
    path = root / FILE
    data = _json(line).encode(errors="replace") + b"\n"
    with _writing:
        try:
            if path.exists() and disk.size(path) + len(data) > MAX_BYTES:
                raise StorageError(f"{path} is full ({MAX_BYTES:,} bytes); move it away")
            disk.append(path, data)
        except OSError as error:
            raise StorageError(f"{path} can't be written ({error.strerror or error}); check the disk") from error
    return path


def _json(line: dict[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False)
