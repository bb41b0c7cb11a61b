"""The questions of a conversation, in whatever form a program keeps one. Knows nothing about answering.

A turn is a question (a text), a pair of question and answer, or a chat message of a role and a content. Only what the
user said is read: what a client says was answered is never believed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.errors import InputError

ROLES = ("system", "developer", "user", "assistant", "tool", "function")  # of chat messages; the user's are read

#: One turn; see above.
Turn = str | Mapping[str, object] | Sequence[object]


def questions_of(history: object, longest: int) -> list[str]:
    """The user's own words, oldest first, each cut at `longest` characters; without those that say nothing.

    Raises InputError that names the turn which is none: nothing of a conversation is dropped in silence.
    """
    if history is None:
        return []
    if not isinstance(history, Sequence) or isinstance(history, str):
        raise InputError(f"history is a {type(history).__name__}; give a list of the turns before, oldest first")
    texts = [question_of(turn, number)[:longest] for number, turn in enumerate(history, start=1)]
    return [text for text in texts if any(map(str.isalnum, text))]


def question_of(turn: object, number: int) -> str:
    """What the user said in a turn, "" for another's message. Raises InputError that names it by its number."""
    if isinstance(turn, str):
        return turn
    if isinstance(turn, Mapping) and turn.get("role") in ROLES:
        text = _text_of(turn.get("content")) if turn["role"] == "user" else ""
        if text is not None:
            return text
    elif isinstance(turn, Sequence) and len(turn) == 2 and isinstance(turn[0], str):
        return turn[0]
    raise InputError(
        f"turn {number} of history is {str(turn)[:80]!r}; give a question, a pair [question, answer] "
        'or a message {"role": "user", "content": "…"}'
    )


def _text_of(content: object) -> str | None:
    """The text of a message, which may come in parts; None when there is none."""
    if isinstance(content, str):
        return content
    if not isinstance(content, Sequence):
        return None
    parts = [part.get("text") if isinstance(part, Mapping) else part for part in content]
    texts = [part for part in parts if isinstance(part, str)]
    return "\n".join(texts) if texts else None
