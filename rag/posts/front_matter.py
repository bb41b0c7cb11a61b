"""The block at the top of a post, in the formats that generators write: YAML, TOML, JSON.

Every value is text: no tag, number or date is resolved, so that `title: no` stays "no"; `rag.posts.fields` says what
values mean. From a block that can't be read its plain lines are still taken. Knows nothing about files or Markdown.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass

from frontmatter.default_handlers import YAMLHandler

from rag.posts.yaml_block import MAX_CHARS, MAX_DEPTH, Refused, load_yaml

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_YAML = YAMLHandler(fm_boundary=re.compile(r"^(?:-{3,}|\.\.\.)[ \t]*$", re.MULTILINE))
_TOML = YAMLHandler(fm_boundary=re.compile(r"^\+{3,}[ \t]*$", re.MULTILINE))
_BLANK = re.compile(r"(?:[ \t]*\n)*")

_NAME = re.compile(r"[A-Za-z_][\w-]*")
_FIELD = re.compile(r"([A-Za-z_][\w-]*)[ \t]*(?::(?=[ \t]|$)|=)[ \t]*(.*)", re.MULTILINE)
_FIELD_LINES = re.compile(r"(?:(?:[A-Za-z_][\w-]*[ \t]*:(?=[ \t]|$)|[ \t]+[^ \t\n]|-[ \t]|[\]}#]).*\n)*", re.MULTILINE)
_YAML_MARKS = frozenset("[]{}&*!|>")  # a value that starts with one means something else than it says
_QUOTED = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')(?=[ \t]*(?:#|$))""")
_COMMENT = re.compile(r"(?:^|[ \t])#")
#: Tables whose fields count as the post's own: Zola keeps tags in one, Hugo what a theme wants in the others.
_TABLES = ("taxonomies", "extra", "params")
#: A post that begins with a brace is front matter when it is an object with one of these.
_COMMON = frozenset({"title", "date", "draft", "tags", "categories", "slug", "description", "layout", "url"})


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """A post's text in two parts. Values of `fields` are str, list or dict, as written; names are lower-case."""

    fields: dict[str, object]
    body: str
    body_line: int  # 1-based line of the text on which the body starts
    problem: str = ""  # why fields may be missing
    unread: str = ""  # the block of which only plain lines were read: it may say more


def read(text: str) -> FrontMatter:
    """Split `text` (line ends "\\n") into fields and body. Never raises.

    Blank lines before the block and longer fences are fine. A rule `---` on the first line of prose is body. From a
    block that can't be loaded, simple `name: value` lines are still taken. Linear in the length of `text`.
    """
    blank = _BLANK.match(text)
    start = text[blank.end() :] if blank else text
    if start.startswith("+++") and _TOML.detect(start):
        return _read_toml(text, start)
    if start.startswith("{"):
        return _read_json(text, start)
    if not (start.startswith("---") and _YAML.detect(start)):
        return FrontMatter({}, text, 1)
    try:
        block, rest = _YAML.split(start)
    except ValueError:  # python-frontmatter's way to say that no second fence follows
        return _read_unclosed(text, start)
    try:
        loaded = load_yaml(block)
    except Refused as refused:
        return _read_broken(text, start, block, rest, f"its front matter {refused}; only its plain lines were read")
    fields = _named(loaded)
    return FrontMatter({}, text, 1) if fields is None else _with_body(text, rest, fields)


def _with_body(text: str, rest: str, fields: dict[str, object], problem: str = "", unread: str = "") -> FrontMatter:
    """`rest` is the end of `text`, from the line break that closes the block."""
    body = rest.removeprefix("\n")
    return FrontMatter(fields, body, text.count("\n", 0, len(text) - len(body)) + 1, problem, unread)


def _named(loaded: object) -> dict[str, object] | None:
    """The fields of a loaded block, those of some tables among them; None when it is prose."""
    if loaded is None or loaded == "":
        return {}
    if not isinstance(loaded, dict):
        return None
    fields = {str(name).lower(): value for name, value in loaded.items() if _NAME.fullmatch(str(name))}
    for table in _TABLES:
        inner = fields.get(table)
        if isinstance(inner, dict):
            fields = {str(name).lower(): value for name, value in inner.items()} | fields
    return fields or None


def _read_broken(text: str, start: str, block: str, rest: str, problem: str) -> FrontMatter:
    """The block between two fences can't be loaded: it is prose, or holds a mistake, or its own fence is missing."""
    if not _FIELD.match(block.lstrip("\n")):
        return FrontMatter({}, text, 1)
    unclosed = _read_unclosed(text, start)
    if unclosed.body.startswith("\n") and len(unclosed.body.strip()) > len(rest.strip()):
        return unclosed  # a blank line, then prose: the second fence is a rule in the body
    return _with_body(text, rest, _fields_by_line(block), problem, block)


def _read_unclosed(text: str, start: str) -> FrontMatter:
    """Take the lines that look like fields, as far as they go; all the rest is body."""
    fence = start.find("\n") + 1
    head = _FIELD_LINES.match(start, fence) if fence else None
    if head is None or not head[0]:
        return FrontMatter({}, text, 1)
    try:
        fields, unread = _named(load_yaml(head[0])), ""
    except Refused:
        fields, unread = None, head[0]
    problem = "its front matter has no closing line ---; the first lines were taken for it"
    return _with_body(text, start[head.end() - 1 :], fields or _fields_by_line(head[0]), problem, unread)


def _read_toml(text: str, start: str) -> FrontMatter:
    try:
        block, rest = _TOML.split(start)
    except ValueError:
        return FrontMatter({}, text, 1)
    try:
        if len(block) > MAX_CHARS:
            raise ValueError(f"it is longer than {MAX_CHARS:,} characters")
        fields = _named(_as_text(tomllib.loads(block), MAX_DEPTH)) or {}
    except (ValueError, RecursionError) as error:
        problem = f"its front matter is not valid TOML ({error}); only its plain lines were read"
        return _with_body(text, rest, _fields_by_line(block), problem, block.strip("\n"))
    return _with_body(text, rest, fields)


def _read_json(text: str, start: str) -> FrontMatter:
    """An object with common fields, and nothing behind it on its last line. Else the brace is prose."""
    try:
        loaded, end = json.JSONDecoder().raw_decode(start[:MAX_CHARS])
        fields = _named(_as_text(loaded, MAX_DEPTH))
    except (ValueError, RecursionError):
        return FrontMatter({}, text, 1)
    rest = start[end:].lstrip(" \t")
    if not fields or not _COMMON.intersection(fields) or (rest and not rest.startswith("\n")):
        return FrontMatter({}, text, 1)
    return _with_body(text, rest, fields)


def _as_text(value: object, deep: int) -> object:
    """What TOML and JSON resolve, as YAML has it here: text, lists and mappings of text. Raises ValueError."""
    if not deep:
        raise ValueError(f"it is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, dict):
        return {name: _as_text(inner, deep - 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [_as_text(inner, deep - 1) for inner in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _fields_by_line(block: str) -> dict[str, object]:
    """Values that stand on one line, without a parser; a comment behind one is left out."""
    fields: dict[str, object] = {}
    for line in block[:MAX_CHARS].split("\n"):
        if field := _FIELD.fullmatch(line):
            name, value = field[1].lower(), _without_comment(field[2].strip())
            if value[:1] == "[" and value[-1:] == "]":
                fields[name] = [_unquoted(part) for part in value[1:-1].split(",")]
            elif value[:1] not in _YAML_MARKS:
                fields[name] = _unquoted(value)
    return fields


def _without_comment(value: str) -> str:
    quoted = _QUOTED.match(value)
    return quoted[0] if quoted else _COMMENT.split(value, maxsplit=1)[0].rstrip()


def _unquoted(value: str) -> str:
    return value.strip().strip("\"'")
