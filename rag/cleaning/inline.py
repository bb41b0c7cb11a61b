"""From the inline tokens of one Markdown block to plain lines of text. Knows nothing about blocks, posts or rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

# What Jekyll, Hugo, Zenn and VuePress put into text for their own use. Bounded and without nesting: linear.
_TEMPLATE = re.compile(
    r"\{%[^%{}]{0,400}%\}"  # Liquid tag
    r"|\{\{[<%]?[^{}]{0,400}[>%]?\}\}"  # Liquid output, Hugo shortcode
    r"|\{::?[^{}\n]{0,200}\}"  # kramdown attributes: {: .note}, {::nomarkdown}
    r"|\{[#.][\w-][^{}\n]{0,100}\}"  # attributes of Pandoc and Hugo: {#id .class}
)
_CONTAINER = re.compile(r"^:{3,}[ \t]*(?:details[ \t]*([^\n]*)|[^\n]*)$")  # of Zenn and VuePress; details has a title
_EMBED = re.compile(r"^@\[[\w-]{1,20}\](?=\()|^@(?=\[?[\w-]{0,20}$)|^\[!\w{1,15}\][-+]?\s?|^\[\[?_?toc_?\]\]?$", re.I)
# A link that Markdown does not take for one: cut off, or with a space in its address.
_BROKEN_LINK = re.compile(r"!?\[([^\[\]\n]{1,300})\]\(([^()\n]{0,500})(?:\)|$)")
_END_MARK = re.compile(r"-{2,}\s?END\s?-{2,}")
_STARS = re.compile(r"\*{2,}|(?<![\w])__(?=\S)|(?<=\S)__(?![\w])")
_SPACES = re.compile(r"[ \t\u00a0]+")
_BREAK_TAG = re.compile(r"<br\s*/?>", re.I)
_HIDDEN_TAG = re.compile(r"<(/?)(?:script|style|noscript|template)\b", re.I)
_CJK = re.compile("[\u3000-\u30ff\u3400-\u9fff\uf900-\uffef]")


@dataclass
class Line:
    """One line of a block, markup removed, with what the rules ask about it."""

    text: str = ""
    bold: bool = False  # nothing but bold text
    link_chars: int = 0  # characters of `text` inside links
    links: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)  # alternative texts
    offset: int = 0  # source lines below the first line of the block


def read_lines(children: Sequence[Token]) -> list[Line]:
    """The lines of a block as its author broke them; lines that hold only markup are empty."""
    reader = _Reader()
    for token in children:
        reader.take(token)
    reader.close()
    return reader.lines


def tidy(text: str) -> str:
    """Plain text of a line: template code, attributes and stray emphasis marks out, runs of spaces as one."""
    text = text.strip()
    if "--" in text:
        text = _END_MARK.sub(" ", text)
    if "{" in text:
        text = _TEMPLATE.sub("", text)
    if text[:1] in ":@[":
        text = _EMBED.sub("", _CONTAINER.sub(lambda found: f"{found[1]}：" if found[1] else "", text))
    if "**" in text or "__" in text:
        text = _STARS.sub("", text)
    return _SPACES.sub(" ", text).strip()


def join_lines(lines: Sequence[str]) -> str:
    """Lines of one paragraph as the author meant them to read.

    Japanese is wrapped without a space; a line that ends a sentence or leads into the next stays a line. Other
    languages are wrapped at spaces.
    """
    out = ""
    for line in lines:
        if not out or not line:
            out = out or line
        elif _CJK.match(out[-1]) or _CJK.match(line[0]):
            out += ("\n" if out[-1] in "。！？!?：:；」】）" else "") + line
        else:
            out += ("\n" if out[-1] == ":" else " ") + line
    return out


class _Reader:
    """Walks inline tokens, keeping count of what is bold, linked or hidden."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.line = Line()
        self.parts: list[str] = []
        self.plain = self.code = False  # whether the line holds text that is not bold; whether it holds code
        self.strong = self.linked = self.hidden = 0
        self.row = 0

    def take(self, token: Token) -> None:
        """Add one token."""
        kind = token.type
        if kind in ("text", "text_special"):
            self.add(self.take_links(token.content) if "](" in token.content else token.content)
        elif kind == "code_inline":
            self.code = True
            self.add(token.content)
        elif kind.startswith("math_inline"):
            self.add(f"${token.content}$")
        elif kind in ("softbreak", "hardbreak"):
            self.row += 1
            self.close()
        elif kind == "strong_open":
            self.strong += 1
        elif kind == "strong_close":
            self.strong -= 1
        elif kind == "link_open":
            self.linked += 1
            self.line.links.append(str(token.attrGet("href") or ""))
        elif kind == "link_close":
            self.linked -= 1
        elif kind == "image":
            self.line.images.append(token.content)
        elif kind == "html_inline":
            self.take_tag(token.content)

    def take_links(self, text: str) -> str:
        """Text with the words of its broken links in their place."""
        for label, address in _BROKEN_LINK.findall(text):
            self.line.links.append(address)
            self.line.link_chars += len(label)
        return _BROKEN_LINK.sub(r"\1", text)

    def take_tag(self, tag: str) -> None:
        """A tag is left out, but a break is a break and a script is hidden."""
        if _BREAK_TAG.fullmatch(tag):
            self.close()
        elif hidden := _HIDDEN_TAG.match(tag):
            self.hidden = max(0, self.hidden + (-1 if hidden.group(1) else 1))

    def add(self, text: str) -> None:
        """Add text as it stands."""
        if self.hidden:
            return
        self.parts.append(text)
        if self.linked:
            self.line.link_chars += len(text)
        if not self.strong and text.strip():
            self.plain = True

    def close(self) -> None:
        """End the line."""
        whole = "".join(self.parts)
        self.line.text = _SPACES.sub(" ", _END_MARK.sub(" ", whole)).strip() if self.code else tidy(whole)
        self.line.bold = bool(self.line.text) and not self.plain
        self.lines.append(self.line)
        self.line, self.parts, self.plain, self.code = Line(offset=self.row), [], False, False
