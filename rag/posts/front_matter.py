"""The block at the top of a post, in the formats that generators write: YAML, TOML, JSON, or lines without a fence.

Every value is text: no tag, number or date is resolved, so that `title: no` stays "no"; `rag.posts.fields` says what
values mean. From a block that can't be read its plain lines are still taken. Knows nothing about files or Markdown.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass

from frontmatter.default_handlers import YAMLHandler

from rag.posts.by_line import FIELD, TOML_LINES, YAML_LINES, fields_by_line
from rag.posts.yaml_block import MAX_CHARS, MAX_DEPTH, Refused, load_yaml

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: What may stand before the block: blank lines and comments, such as a licence's.
_BEFORE = re.compile(r"(?:[ \t]*\n|<!--(?:(?!-->)[\s\S]){0,2000}-->[ \t]*\n)*")
#: The first line of a block: Jekyll's and Hugo's fences, Hexo's for JSON, and a format named behind dashes.
_OPENING = re.compile(r"(-{3,}|\+{3,}|;{3,})[ \t]*(ya?ml|toml|json)?[ \t]*(?:#.*)?$", re.MULTILINE | re.IGNORECASE)
_FENCES = {"-": r"(?:-{3,}|\.\.\.)", "+": r"\+{3,}", ";": r";{3,}"}
_SPLIT = {mark: YAMLHandler(re.compile(rf"^{fence}[ \t]*$", re.MULTILINE)) for mark, fence in _FENCES.items()}
_FORMATS = {"-": "yaml", "+": "toml", ";": "json"}
#: Hexo's block without a first fence, and the lines that Pelican reads at the top of a file.
_HEXO = re.compile(r"(?:-{3,}|;{3,})[ \t]*$", re.MULTILINE)
_NIKOLA = re.compile(r"(?:[ \t]*\n)*<!--[ \t]*\n((?:[ \t]*\.\. [A-Za-z][\w-]*:.*\n|[ \t]*\n)+)[ \t]*-->")

_NAME = re.compile(r"[A-Za-z_][\w-]*")
#: Tables whose fields count as the post's own: Zola keeps tags in one, Hugo what a theme wants in the others.
_TABLES = ("taxonomies", "extra", "params")
#: Text that begins with a brace, or without any fence, is front matter when it names two of these.
_COMMON = frozenset({
    "title", "date", "draft", "published", "tags", "tag", "categories", "category", "slug", "description", "layout",
    "url", "author", "authors", "status", "lang", "summary", "modified", "permalink",
})  # fmt: skip
_JSON_KEY = re.compile(rf'\{{\s*"|"(?:{"|".join(sorted(_COMMON))})"\s*:')
_JSON_END = re.compile(r"^\}[ \t]*$|^[ \t]*$", re.MULTILINE)
_UNCLOSED = 2_000  # characters in which a block without an end may still say that it is a draft


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
    if nikola := _NIKOLA.match(text):
        return _read_nikola(text, nikola)
    before = _BEFORE.match(text)
    start = text[before.end() :] if before else text
    opening = _OPENING.match(start)
    if opening:
        mark, kind = opening[1][0], (opening[2] or _FORMATS[opening[1][0]]).lower()
        return _read_fenced(text, opening[1] + start[opening.end() :], mark, "yaml" if kind == "yml" else kind)
    if start.startswith("{"):
        return _read_json(text, start)
    return _read_unfenced(text, start)


def _read_fenced(text: str, start: str, mark: str, kind: str) -> FrontMatter:
    """`start` begins with a fence, whatever it names; the rest is the end of `text`."""
    try:
        block, rest = _SPLIT[mark].split(start)
    except ValueError:  # python-frontmatter's way to say that no second fence follows
        return _read_unclosed(text, start, kind)
    try:
        fields = _named(_LOADERS[kind](block))
    except Refused as refused:
        return _read_broken(
            text, start, block, rest, kind, f"its front matter {refused}; only its plain lines were read"
        )
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


def _read_broken(text: str, start: str, block: str, rest: str, kind: str, problem: str) -> FrontMatter:
    """The block between two fences can't be loaded: it is prose, or holds a mistake, or its own fence is missing."""
    if not FIELD.match(block.lstrip("{ \t\n")):
        return FrontMatter({}, text, 1)
    unclosed = _read_unclosed(text, start, kind)
    if unclosed.body.startswith("\n") and len(unclosed.body.strip()) > len(rest.strip()):
        return unclosed  # a blank line, then prose: the second fence is a rule in the body
    return _with_body(text, rest, fields_by_line(block), problem, block.strip("\n"))


def _read_unclosed(text: str, start: str, kind: str) -> FrontMatter:
    """Take the lines that look like fields, as far as they go; all the rest is body."""
    fence = start.find("\n") + 1
    head = (TOML_LINES if kind == "toml" else YAML_LINES).match(start, fence) if fence else None
    if head is None or not head[0]:
        return FrontMatter({}, text, 1)
    try:
        fields = _named(_LOADERS[kind](head[0]))
    except Refused:
        fields = None
    problem = f"its front matter has no closing line {start[:3]}; the first lines were taken for it"
    unread = start[fence : fence + _UNCLOSED]
    return _with_body(text, start[head.end() - 1 :], fields or fields_by_line(head[0]), problem, unread)


def _read_json(text: str, start: str) -> FrontMatter:
    """An object with a common field, and nothing behind it on its last line. Else the brace is prose."""
    try:
        loaded, end = json.JSONDecoder().raw_decode(start[:MAX_CHARS])
        fields = _named(_as_text(loaded, MAX_DEPTH))
    except (ValueError, RecursionError) as error:
        if not (start[1:].lstrip().startswith('"') and len(_JSON_KEY.findall(start[:_UNCLOSED])) > 1):
            return FrontMatter({}, text, 1)
        last = _JSON_END.search(start)
        end = last.end() if last else len(start)
        problem = f"its front matter is not valid JSON ({error}); only its plain lines were read"
        return _with_body(text, start[end:], fields_by_line(start[:end]), problem, start[:end])
    rest = start[end:].lstrip(" \t")
    if not fields or not _COMMON.intersection(fields) or (rest and not rest.startswith("\n")):
        return FrontMatter({}, text, 1)
    return _with_body(text, rest, fields)


def _read_unfenced(text: str, start: str) -> FrontMatter:
    """Fields on the first lines and then a fence, as Hexo writes them, or a blank line, as Pelican does."""
    head = YAML_LINES.match(start)
    if not head or not head[0] or not FIELD.match(start):
        return FrontMatter({}, text, 1)
    fence = _HEXO.match(start, head.end())
    end = fence.end() if fence else head.end() - 1
    try:
        fields = _named(_load_json(head[0]) if fence and fence[0][0] == ";" else load_yaml(head[0])) or {}
        unread = ""
    except Refused:
        fields, unread = fields_by_line(head[0]), head[0]
    common = _COMMON.intersection(fields)
    blank = start.startswith("\n", head.end()) or end + 1 >= len(start)
    if "title" not in common or not (fence or blank) or len(common) < 2:
        return FrontMatter({}, text, 1)
    return _with_body(text, start[end:], fields, unread=unread)


def _read_nikola(text: str, found: re.Match[str]) -> FrontMatter:
    """Fields in a comment, each behind two dots. A draft is tagged as one."""
    fields = fields_by_line(re.sub(r"^[ \t]*\.\. ", "", found[1], flags=re.MULTILINE))
    if "draft" in str(fields.get("tags", "")).replace(" ", "").split(","):
        fields["draft"] = "true"
    return _with_body(text, text[found.end() :], fields) if "title" in fields else FrontMatter({}, text, 1)


def _load_toml(block: str) -> object:
    try:
        if len(block) > MAX_CHARS:
            raise ValueError(f"it is longer than {MAX_CHARS:,} characters")
        return _as_text(tomllib.loads(block), MAX_DEPTH)
    except (ValueError, RecursionError) as error:
        raise Refused(f"is not valid TOML ({error})") from error


def _load_json(block: str) -> object:
    """An object, or as Hexo writes it what stands inside one."""
    inside = block.strip()
    try:
        if len(inside) > MAX_CHARS:
            raise ValueError(f"it is longer than {MAX_CHARS:,} characters")
        return _as_text(json.loads(inside if inside.startswith("{") else f"{{{inside}}}"), MAX_DEPTH)
    except (ValueError, RecursionError) as error:
        raise Refused(f"is not valid JSON ({error})") from error


_LOADERS: dict[str, Callable[[str], object]] = {"yaml": load_yaml, "toml": _load_toml, "json": _load_json}


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
