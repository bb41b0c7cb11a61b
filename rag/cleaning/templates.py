"""What a site's generator takes out of a post before its Markdown is read: comments, template tags, attributes, ruby.

Every program that renders a blog does this first (Liquid, Hugo, kramdown, MDX, Obsidian), so it is done first here too:
a tag in a link's address, or a comment in a list, would keep the Markdown around it from being read. Code stays as it
is written, lines keep their numbers. One scan, linear. Knows nothing about blocks, pieces or rules.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

Range = tuple[int, int]

#: A tag of more characters is none: somebody wrote about braces.
MAX_TAG = 3_000
#: Characters before a tag that are looked at to tell an address and the start of a line.
REACH = 300
#: Characters that a code span may have; it ends with its paragraph anyway.
MAX_SPAN = 2_000

#: A post without any of these is left as it is.
_SIGNS = re.compile(r"\{[{%:#./]|<!--|%%|《|\{[^{}|\n]{1,40}\||[)`]\{|\|[^\n`]{0,200}`")
# All that may have to go begins so.
_START = re.compile(
    r"\\[^\w\s]|(?P<code>`+)|(?P<html><!--)|(?P<mdx>\{/\*)|(?P<go>\{\{-?\s{0,3}/\*)"
    r"|(?P<kramdown>\{::comment[^{}\n]{0,80}\})|(?P<obsidian>%%)|(?P<tag>\{\{[<%]|\{%)"
    r"|(?P<output>(?<![\^_{])(?<!(?<!\})\})\{\{(?=[-\s]{0,3}[\"'$.A-Za-z]))"
    r"|(?P<attributes>\{(?::[^{}\n]{0,200}|#[\w-][^{}\n]{0,100}|\.[A-Za-z][^{}\n]{0,100})\}"
    r"|(?<=[)`])\{[\w-]{1,30}=[^{}\n]{0,200}\})"
    r"|(?P<ruby>\{(?P<base>[^{}|\n]{1,40})\|(?P<kana>[\u3040-\u30ff|]{1,60})\}"
    r"|(?:[｜|](?P<marked>[^｜|《》\n]{1,40})|(?P<kanji>[\u3400-\u9fff々〆ヶ]{1,20}))《(?P<reading>[\u3040-\u30ff・]{1,40})》)"
)
_COMMENT_ENDS = {
    "html": re.compile("-->"),
    "mdx": re.compile(r"\*/\s{0,3}\}"),
    "go": re.compile(r"\*/\s{0,3}-?\}\}"),
    "kramdown": re.compile(r"\{:/(?:comment)?\}"),
    "obsidian": re.compile("%%"),
}
_TAG_ENDS = {"{{<": re.compile(">}}"), "{{%": re.compile("%}}"), "{%": re.compile("%}"), "{{": re.compile("}}")}
# What closes a pair of tags between which nothing is shown, or all is shown as it stands.
_PAIR_ENDS = {
    name: re.compile(rf"\{{(?:\{{[<%]|%)-?\s{{0,9}}(?:/|end)\s{{0,9}}{name}\s{{0,9}}-?[%>]\}}{{1,2}}")
    for name in ("comment", "raw")
}
_CLOSING = re.compile(r"\{(?:\{[<%]|%)-?\s{0,9}(?:/|end)\s{0,9}([\w./-]+)")
_NAME = re.compile(r"[-\s]{0,9}(/?)\s{0,9}([\w./-]*)")
_ARGUMENT = re.compile(r"(?:([\w-]{1,40})\s{0,9}[=:]\s{0,9})?(?:\"([^\"]*)\"|'([^']*)'|`([^`]*)`)")
_LINK = re.compile(r"\]\(<?[^\s()<>]*$|\n {0,3}\[[^\]\n]{1,200}\]:[ \t]*$")
_NO_ADDRESS = re.compile(r"[\s()<>\"']")
_LINE_START, _LINE_END = re.compile(r"\n[ \t>]*$"), re.compile(r"[ \t]*(?:\n|$)")
_PIPE = re.compile(r"(?<!\\)\|")
#: What stands between such tags is code.
_CODE = frozenset({"highlight", "mermaid"})
#: Arguments of a tag that a reader sees, the fullest first.
_SHOWN = ("caption", "text", "content", "title", "summary", "header", "label")


@dataclass(frozen=True, slots=True)
class Source:
    """The Markdown of a post as its generator hands it on; what no reader sees, with its offsets in the body."""

    text: str
    hidden: tuple[Range, ...] = ()


def has_templates(body: str) -> bool:
    """Whether `without_templates` may change `body`."""
    return bool(_SIGNS.search(body))


def without_templates(body: str, code: Sequence[Range], tables: Sequence[Range]) -> Source:
    """`body` as its generator would hand it on; `code` and `tables` are offsets of such blocks in it, in order.

    Comments go. Of a tag those words stay that a reader sees, such as its caption, and what stands between two tags; in
    a link's address it becomes one. Ruby becomes 馬酔木（あせび）. A pipe in a table's code no longer divides a cell.
    """
    scan = _Scan(body, code, tables)
    return Source(scan.run(), tuple(scan.hidden))


class _Scan:
    """One walk over the body, from sign to sign."""

    def __init__(self, body: str, code: Sequence[Range], tables: Sequence[Range]) -> None:
        self.body, self.code, self.tables = body, code, tables
        self.hidden: list[Range] = []
        self.parts: list[str] = []
        self.done = 0  # offset up to which the body is in `parts`
        self.next: dict[re.Pattern[str], re.Match[str] | None] = {}
        self.paired = set(_CLOSING.findall(body))  # names of tags that are closed
        self.ticks: dict[int, list[int]] = defaultdict(list)  # offsets of runs of backticks, by their length
        for run in re.finditer("`+", body):
            self.ticks[len(run[0])].append(run.start())

    def run(self) -> str:
        at = 0
        while found := _START.search(self.body, at):
            at = _end_within(found.start(), self.code) or self.take(found, found.lastgroup or "")
        return "".join([*self.parts, self.body[self.done :]])

    def take(self, found: re.Match[str], kind: str) -> int:
        """Deal with one sign; where to go on."""
        start, end = found.span()
        if kind == "code":
            return self.skip_code(start, end)
        if kind == "ruby":
            base = found["base"] or found["marked"] or found["kanji"]
            return self.put(start, end, f"{base}（{(found['kana'] or found['reading']).replace('|', '')}）")
        if kind == "attributes":
            return self.put(start, end, "")
        if kind in ("tag", "output"):
            return self.take_tag(start, end)
        if kind in _COMMENT_ENDS:
            close = self.first(_COMMENT_ENDS[kind], start + 2 if kind == "html" else end)
            if close and (kind != "obsidian" or self.is_comment(start, close.start())):
                return self.hide(start, close.end())
        return end

    def first(self, pattern: re.Pattern[str], at: int) -> re.Match[str] | None:
        """The first match from `at` on; what was found for an earlier place is not looked for again."""
        known = self.next.get(pattern)
        if pattern not in self.next or (known and known.start() < at):
            self.next[pattern] = known = pattern.search(self.body, at)
        return known

    def skip_code(self, start: int, end: int) -> int:
        """Past a code span, its pipes escaped if it stands in a table."""
        table = _end_within(start, self.tables)
        limit = self.body.find("\n" if table else "\n\n", end, end + MAX_SPAN)
        runs = self.ticks[end - start]
        at = bisect_right(runs, start)
        if at == len(runs) or runs[at] > (limit if limit >= 0 else end + MAX_SPAN):
            return end
        close = runs[at] + end - start
        code = self.body[start:close]
        return self.put(start, close, _PIPE.sub(r"\\|", code)) if table and "|" in code else close

    def is_comment(self, start: int, close: int) -> bool:
        """Whether two %% are Obsidian's: on one line, or at the start of a line and the end of another."""
        inner = self.body[start + 2 : close]
        if "\n" not in inner:
            return bool(inner.strip())
        return bool(_LINE_START.search(self.before(start)) and _LINE_END.match(self.body, close + 2))

    def take_tag(self, start: int, end: int) -> int:
        """A tag; with `comment` and `raw`, all up to the tag that closes it."""
        opened = self.body[start:end]
        close = self.first(_TAG_ENDS[opened], end)
        if not close or close.start() - end > MAX_TAG or (opened == "{{" and "\n" in self.body[end : close.start()]):
            return end
        inner, stop = self.body[end : close.start()], close.end()
        closing, name = _NAME.match(inner).groups() if opened != "{{" else ("", "")  # type: ignore[union-attr]
        if name in _PAIR_ENDS and not closing and (pair := self.first(_PAIR_ENDS[name], stop)):
            if name == "comment":
                return self.hide(start, pair.end())
            self.put(start, stop, "")
            return self.put(pair.start(), pair.end(), "")
        return self.put(start, stop, self.shown(inner, name, self.before(start), stop))

    def shown(self, inner: str, name: str, before: str, stop: int) -> str:
        """What of a tag a reader sees, or where it leads."""
        given = [(key, one or two or three) for key, one, two, three in _ARGUMENT.findall(inner)]
        if _LINK.search(before):
            address = given[0][1] if given else inner.split()[-1] if name and inner.split() else ""
            return _NO_ADDRESS.sub("", address) or "#"
        own_line = _LINE_START.search(before) and _LINE_END.match(self.body, stop)
        if name in _CODE and own_line:
            return "```"
        named = {key.lower(): " ".join(value.split()) for key, value in given if key}
        words = next((named[key] for key in _SHOWN if named.get(key)), "")
        if not words and named.get("alt"):
            return f"![{named['alt'].replace('[', '(').replace(']', ')')}](#)"
        if not words or not own_line:
            return words
        return f"<br>{words}：<br>" if name in self.paired else f"<br>[{words}]<br>"

    def before(self, start: int) -> str:
        """What stands before `start`, with a line break where the body begins."""
        return ("\n" if start <= REACH else "") + self.body[max(0, start - REACH) : start]

    def put(self, start: int, end: int, text: str) -> int:
        """Write `text` and the line breaks of body[start:end] in its place; where to go on."""
        self.parts += [self.body[self.done : start], text, "\n" * self.body.count("\n", start, end)]
        self.done = end
        return end

    def hide(self, start: int, end: int) -> int:
        """Take out what no reader sees; where to go on."""
        self.hidden.append((start, end))
        return self.put(start, end, "")


def _end_within(position: int, ranges: Sequence[Range]) -> int:
    """The end of the range that holds `position`; 0 if none does."""
    at = bisect_right(ranges, position, key=lambda span: span[0]) - 1
    return ranges[at][1] if at >= 0 and position < ranges[at][1] else 0
