"""Front matter that no parser can read, or that stands without a fence: its plain `name: value` lines.

Knows nothing about files, or about what names and values mean.
"""

from __future__ import annotations

import re

from rag.posts.yaml_block import MAX_CHARS

#: A line that says something of the post, in YAML, TOML or JSON.
FIELD = re.compile(r"""["']?([A-Za-z_][\w-]*)["']?[ \t]*(?::(?=[ \t]|$)|=)[ \t]*(.*)""", re.MULTILINE)
#: Lines of a block without its second fence: fields, and what may stand under one.
YAML_LINES = re.compile(
    r"(?:(?:[\"']?[A-Za-z_][\w-]*[\"']?[ \t]*:(?=[ \t]|$)|[ \t]+[^ \t\n]|-[ \t]|[\]}#]).*\n)*", re.MULTILINE
)
TOML_LINES = re.compile(r"(?:(?:[\"']?[A-Za-z_][\w.-]*[\"']?[ \t]*=|[ \t]+[^ \t\n]|[\[\]}#]).*\n)*", re.MULTILINE)

_YAML_MARKS = frozenset("[]{}&*!|>")  # a value that starts with one means something else than it says
_QUOTED = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')(?=[ \t]*(?:#|,?$))""")
_COMMENT = re.compile(r"(?:^|[ \t])(?:#|//)")


def fields_by_line(block: str) -> dict[str, object]:
    """Values that stand on one line, without a parser; a comment behind one is left out. Names are lower-case.

    An indented line belongs to another's value, but in JSON, which is indented as a whole.
    """
    fields: dict[str, object] = {}
    json = block.startswith("{")
    for line in block[:MAX_CHARS].split("\n"):
        if field := FIELD.fullmatch(line.strip() if json else line.rstrip()):
            name, value = field[1].lower(), _without_comment(field[2].strip())
            if value[:1] == "[" and value[-1:] == "]":
                fields[name] = [_unquoted(part) for part in value[1:-1].split(",")]
            elif value[:1] not in _YAML_MARKS:
                fields[name] = _unquoted(value)
    return fields


def _without_comment(value: str) -> str:
    quoted = _QUOTED.match(value)
    return quoted[0] if quoted else _COMMENT.split(value, maxsplit=1)[0].rstrip().removesuffix(",")


def _unquoted(value: str) -> str:
    return value.strip().strip("\"'")
