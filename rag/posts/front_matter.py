"""Reads the YAML block at the top of a post, safely. Knows nothing about files or about Markdown.

A YAML parser that is fed by strangers can be made to hang (nested merges, aliases), to run out of stack (nesting) or
to make objects. So the block's events are counted first, which builds nothing, and only then is it loaded, with every
value as text: no tag, number or date is resolved by YAML, and `title: no` stays "no".
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from dataclasses import dataclass

import yaml  # type: ignore[import-untyped]
from frontmatter.default_handlers import YAMLHandler

from rag.text.unicode import repair

MAX_CHARS = 65_536  # real blocks hold about 1,000
MAX_DEPTH = 16  # real blocks have 2
MAX_NODES = 5_000  # real blocks have about 40
MAX_WORDS = 100  # tags of one post; they are kept with every passage
MAX_WORD_CHARS = 300  # of a title or tag, for the same reason

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # makes strings, lists and mappings only
_YAML = YAMLHandler(fm_boundary=re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE))
_TOML = YAMLHandler(fm_boundary=re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE))

_NAME = re.compile(r"[A-Za-z_][\w-]*")
_FIELD = re.compile(r"([A-Za-z_][\w-]*)[ \t]*(?::(?=[ \t]|$)|=)[ \t]*(.*)", re.MULTILINE)
_FIELD_LINES = re.compile(r"(?:(?:[A-Za-z_][\w-]*[ \t]*:(?=[ \t]|$)|[ \t]+[^ \t\n]|-[ \t]|[\]}#]).*\n)*", re.MULTILINE)

_YAML_MARKS = frozenset("[]{}&*!|>")  # a value that starts with one means something else than it says
_SPACES = re.compile(r"[ \t\n\r]+")  # not the full-width space, which is part of a Japanese title
_COMMA = re.compile("[,、，]")

_DAY = re.compile(r"(\d{4}) ?[-/.年] ?(\d{1,2}) ?[-/.月] ?(\d{1,2})(?!\d)")
_COMPACT_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)(?!\d)")
_MONTH_FIRST = re.compile(r"([a-z]{3})[a-z]*\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_DAY_FIRST = re.compile(r"(?:[a-z]{3,9}, )?(\d{1,2})(?:st|nd|rd|th)? ([a-z]{3})[a-z]*\.?,? (\d{4})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """A post's text in two parts. Values of `fields` are str, list or dict, as written; names are lower-case."""

    fields: dict[str, object]
    body: str
    body_line: int  # 1-based line of the text on which the body starts
    problem: str = ""  # why fields may be missing


class _Refused(Exception):
    """The block is not loaded; the message says why."""


def read(text: str) -> FrontMatter:
    """Split `text` (line ends "\\n") into fields and body. Never raises.

    A rule `---` on the first line of prose is body, and so is a post that starts with "{". From a block that can't be
    loaded, simple `name: value` lines are still taken, so that a draft stays a draft. Linear in the length of `text`.
    """
    if text.startswith("+++") and _TOML.detect(text):
        return _read_toml(text)
    if not (text.startswith("---") and _YAML.detect(text)):
        return FrontMatter({}, text, 1)
    try:
        block, rest = _YAML.split(text)
    except ValueError:  # python-frontmatter's way to say that no second fence follows
        return _read_unclosed(text)
    try:
        fields = _load(block)
    except _Refused as refused:
        return _read_broken(text, block, rest, f"its front matter {refused}; only its plain lines were read")
    return FrontMatter({}, text, 1) if fields is None else _with_body(text, rest, fields)


def _with_body(text: str, rest: str, fields: dict[str, object], problem: str = "") -> FrontMatter:
    """`rest` is the end of `text`, from the line break that closes the block."""
    body = rest.removeprefix("\n")
    return FrontMatter(fields, body, text.count("\n", 0, len(text) - len(body)) + 1, problem)


def _load(block: str) -> dict[str, object] | None:
    """The block's fields; None when it is prose. Raises _Refused when it is malformed or dangerous."""
    try:
        _check(block)
        loaded = _YAML.load(block, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1}: {error.problem})" if mark else ""
        raise _Refused(f"is not valid YAML{where}") from error
    if loaded is None or loaded == "":
        return {}
    if not isinstance(loaded, dict):
        return None
    fields = {name.lower(): value for name, value in loaded.items() if _NAME.fullmatch(name)}
    return fields or None


def _check(block: str) -> None:
    """Raise _Refused unless the block is small, shallow and free of aliases. Builds nothing, so nothing can explode."""
    if len(block) > MAX_CHARS:
        raise _Refused(f"is longer than {MAX_CHARS:,} characters")
    depth = nodes = 0
    for event in yaml.parse(block, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Refused("uses YAML anchors or aliases")
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.NodeEvent):
            nodes += 1
            depth += isinstance(event, yaml.CollectionStartEvent)
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            raise _Refused(f"is nested deeper than {MAX_DEPTH} levels or holds more than {MAX_NODES:,} values")


def _read_broken(text: str, block: str, rest: str, problem: str) -> FrontMatter:
    """The block between two fences can't be loaded: it is prose, or holds a mistake, or its own fence is missing."""
    if not _FIELD.match(block.lstrip("\n")):
        return FrontMatter({}, text, 1)
    unclosed = _read_unclosed(text)
    if unclosed.body.startswith("\n") and len(unclosed.body.strip()) > len(rest.strip()):
        return unclosed  # a blank line, then prose: the second fence is a rule in the body
    return _with_body(text, rest, _fields_by_line(block), problem)


def _read_unclosed(text: str) -> FrontMatter:
    """Take the lines that look like fields, as far as they go; all the rest is body."""
    fence = text.find("\n") + 1
    head = _FIELD_LINES.match(text, fence) if fence else None
    if head is None or not head[0]:
        return FrontMatter({}, text, 1)
    try:
        fields = _load(head[0])
    except _Refused:
        fields = None
    problem = "its front matter has no closing line ---; the first lines were taken for it"
    return _with_body(text, text[head.end() - 1 :], fields or _fields_by_line(head[0]), problem)


def _read_toml(text: str) -> FrontMatter:
    try:
        block, rest = _TOML.split(text)
    except ValueError:
        return FrontMatter({}, text, 1)
    return _with_body(text, rest, _fields_by_line(block), "its front matter is TOML; only its plain lines were read")


def _fields_by_line(block: str) -> dict[str, object]:
    """Values that stand on one line, without a parser."""
    fields: dict[str, object] = {}
    for line in block[:MAX_CHARS].split("\n"):
        if field := _FIELD.fullmatch(line):
            name, value = field[1].lower(), field[2].strip()
            if value[:1] == "[" and value[-1:] == "]":
                fields[name] = [_unquoted(part) for part in value[1:-1].split(",")]
            elif value[:1] not in _YAML_MARKS:
                fields[name] = _unquoted(value)
    return fields


def _unquoted(value: str) -> str:
    return value.strip().strip("\"'")


# --- what the values mean ---------------------------------------------------------------------------------------


def text_of(value: object) -> str:
    """A title: one line, at most MAX_WORD_CHARS; "" when `value` is empty, YAML's null, or not text at all."""
    line = _SPACES.sub(" ", repair(value)).strip() if isinstance(value, str) else ""
    return "" if line in {"~", "null"} else line[:MAX_WORD_CHARS]


def words_of(value: object, *, by_space: bool = True) -> tuple[str, ...]:
    """Tags: a list, or a string parted by commas or else, as Jekyll does, by spaces. Repeats go, order stays."""
    if isinstance(value, str):
        parts = _COMMA.split(value)
        if by_space and len(parts) == 1:
            parts = value.split()
    else:
        parts = [part for part in value if isinstance(part, str)] if isinstance(value, list) else []
    return tuple(dict.fromkeys(word for part in parts if (word := text_of(part))))[:MAX_WORDS]


def is_true(value: object) -> bool:
    """What YAML takes for true."""
    return isinstance(value, str) and value.strip().lower() in {"true", "yes", "on", "y", "1"}


def is_false(value: object) -> bool:
    """What YAML takes for false."""
    return isinstance(value, str) and value.strip().lower() in {"false", "no", "off", "n", "0"}


def day_of(value: object) -> str:
    """The ISO day that `value` starts with, in the time zone in which it is written; "" when there is none.

    Read are 2025-11-30 (also with "/", "." or a time), 20251130, 2025年11月30日, Nov 30, 2025 and 30 November 2025.
    11/30/2025 is not: its order differs from country to country.
    """
    text = unicodedata.normalize("NFKC", value[:64]).strip().lower() if isinstance(value, str) else ""
    if found := _DAY.match(text) or _COMPACT_DAY.match(text):
        year, month, day = map(int, found.groups())
    elif found := _MONTH_FIRST.match(text):
        year, month, day = int(found[3]), _month(found[1]), int(found[2])
    elif found := _DAY_FIRST.match(text):
        year, month, day = int(found[3]), _month(found[2]), int(found[1])
    else:
        return ""
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return ""


def _month(name: str) -> int:
    return _MONTHS.index(name) + 1 if name in _MONTHS else 0
