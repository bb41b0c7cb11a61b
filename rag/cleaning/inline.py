"""From the inline tokens of one Markdown block, or from HTML, to plain lines. Knows nothing about blocks or rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token
from rich.emoji import Emoji, NoEmoji

from rag.cleaning.html_tags import HIDDEN, STRUCK, Tag, read_tag
from rag.text.sentences import breaks_after

_CONTAINER = re.compile(r"^:{3,}[^\n]*$")  # one that is not closed, or closes nothing
_EMBED = re.compile(r"^@\[[\w-]{1,20}\](?=\()|^@(?=\[?[\w-]{0,20}$)|^\[\[?_?toc_?\]\]?$", re.I)
_CALLOUT = re.compile(r"^\[!\w{1,15}\][-+]?\s?")  # > [!NOTE] of GitHub and Obsidian, whose title may follow
# A link that Markdown does not take for one: cut off, with a space in its address, or defined nowhere.
_BROKEN_LINK = re.compile(
    r"(!?)\[([^\[\]\n]{1,300})\]\(([^()\n]{0,500})(?:\)|$)|(?<![A-Za-z0-9_)\]])(!?)\[([^\[\]^\n]{1,300})\]\[([^\[\]\n]{0,200})\]"
)
_WIKI_LINK = re.compile(
    r"(!?)\[\[(?!_{0,2}(?i:toc)_?\])([^\[\]|#\n]{1,200})(?:#[^\[\]|\n]{0,200})?(?:\|([^\[\]\n]{1,200}))?\]\]"
)
_DEFINITION = re.compile(r"^\[[^\]^\n]{1,300}\]:\s*<?((?:https?:|mailto:|[/#.])\S*)")
_NOTE = re.compile(r"\[\^[^\]\s]{1,60}\]:?")
_EMOJI = re.compile(r"(?<![A-Za-z0-9:]):([a-z][a-z0-9_-]{1,39}|[+-]1):(?![A-Za-z0-9:])")
_END_MARK = re.compile(r"-{2,}\s?END\s?-{2,}")
_STARS = re.compile(r"\*{2,}|(?<![\w])__(?=\S)|(?<=\S)__(?![\w])")
_STRUCK = re.compile(r"~~[^~\n]{1,500}~~")  # left open by CommonMark's rules, as before a kanji
_ORPHAN = re.compile(r"^[\s.,;:!?。、．，]+(?=\S)")  # what stood behind a sentence that is gone
_SIGNS_ONLY = re.compile(r"[-=_*~─━]{3,}")
_LOOSE_TAG = re.compile(r"<(?:a|img|p|div|span|font|iframe)\s[^<>]{0,2000}=[^<>]{0,2000}>")  # with quotes in its quotes
_SPACES = re.compile(r"[ \t\u00a0]+")
_CJK = re.compile("[\u3000-\u30ff\u3400-\u9fff\uf900-\uffef]")
_OWN_LINE = re.compile(r"[※→⇒＊★☆■□◆◇●▲▼▶►]")  # a remark, a consequence, a mark of its author's
_CODE = "\0"  # stands for a code span while the line is tidied: Markdown and posts have no such character


@dataclass
class Line:
    """One line of a block, markup removed, with what the rules ask about it."""

    text: str = ""
    bold: bool = False  # one bold run and nothing else
    link_chars: int = 0  # characters of `text` inside links
    links: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)  # alternative texts
    gone: list[str] = field(default_factory=list)  # what is struck out
    offset: int = 0  # source lines below the first line of the block
    hard: bool = False  # whether its author broke it there


def read_lines(children: Sequence[Token]) -> list[Line]:
    """The lines of a block as its author broke them; lines that hold only markup are empty."""
    reader = LineReader()
    for token in children:
        reader.take(token)
    reader.close()
    return reader.lines


def tidy(text: str) -> str:
    """Plain text of a line, without marks of boxes and notes and emphasis left open; emoji and spaces as they show."""
    text = text.strip()
    if "--" in text:
        text = _END_MARK.sub(" ", text)
    if text[:1] in ":@[":
        text = _EMBED.sub("", _CONTAINER.sub("", text))
    if "[^" in text:
        text = _NOTE.sub("", text)
    if "**" in text or "__" in text:
        text = _STARS.sub("", text)
    if text.count(":") > 1:
        text = _EMOJI.sub(_emoji, text)
    return _SPACES.sub(" ", text).strip()


def _emoji(found: re.Match[str]) -> str:
    try:
        return str(Emoji(found[1]))
    except NoEmoji:
        return found[0]


def join_lines(lines: Sequence[Line]) -> str:
    """Lines of one paragraph as the author meant them to read.

    Japanese is wrapped without a space; a line that ends a sentence, leads into the next or is broken on purpose stays
    a line. Other languages are wrapped at spaces.
    """
    out, last, hard = "", "", False
    for line in lines:
        if len(lines) > 1 and _SIGNS_ONLY.fullmatch(line.text):
            hard = True
            continue
        if out and line.text:
            out += _seam(last, line.text, hard) + line.text
        out, last, hard = out or line.text, line.text or last, line.hard or (hard and not line.text)
    return out


def _seam(line: str, following: str, hard: bool) -> str:
    """What joins two lines."""
    leads = line[-1] in "：:" and not following[0].islower()
    if hard or leads or _OWN_LINE.match(following):
        return "\n"
    if _CJK.match(line[-1]) or _CJK.match(following[0]):
        return "\n" if breaks_after(line, following) else ""
    return " "


class LineReader:
    """Walks inline tokens or HTML, keeping count of what is bold, linked, struck out or hidden."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.line = Line()
        self.parts: list[str] = []
        self.code: list[str] = []  # code spans of the line
        self.plain = self.wrapped = False  # whether the line holds text that is not bold; begins inside a bold run
        self.strong = self.linked = self.hidden = self.struck = 0
        self.raised = -1, 0  # where in `parts` an open <sup> begins, and how many links stood before it
        self.row = 0

    def take(self, token: Token) -> None:
        """Add one token."""
        kind = token.type
        if kind in ("text", "text_special"):
            text = self.take_links(token.content) if "[" in token.content else token.content
            self.add(_LOOSE_TAG.sub("", text) if "<" in text else text)
        elif kind == "code_inline":
            self.add_code(token.content)
        elif kind.startswith("math_inline"):
            self.add_code(f"${token.content}$")
        elif kind in ("softbreak", "hardbreak"):
            self.row += 1
            self.close(hard=kind == "hardbreak")
        elif kind in ("strong_open", "strong_close"):
            self.strong += token.nesting
        elif kind in ("s_open", "s_close"):
            self.struck += token.nesting
        elif kind in ("link_open", "link_close"):
            self.link(str(token.attrGet("href") or ""), token.nesting)
        elif kind == "image":
            self.line.images.append(token.content)
        elif kind == "footnote_ref":
            self.add(" " if "".join(self.parts[-1:])[-1:] in (".", "!", "?") else "")
        elif kind == "html_inline":
            self.take_tag(read_tag(token.content))

    def take_links(self, text: str) -> str:
        """Text with the words of its broken links and wiki links in their place."""
        text = _WIKI_LINK.sub(lambda found: self.linked_words(found[1], found[3] or found[2], found[2]), text)
        return _BROKEN_LINK.sub(
            lambda found: self.linked_words(found[1] or found[4], found[2] or found[5], found[3] or found[6] or ""),
            text,
        )

    def linked_words(self, image: str | None, words: str, address: str) -> str:
        """Note a link or image; its words."""
        if image:
            self.line.images.append(words)
            return ""
        self.line.links.append(address)
        self.line.link_chars += len(words)
        return words

    def link(self, address: str, nesting: int) -> None:
        """Open (1) or close (-1) a link."""
        self.linked = max(0, self.linked + nesting)
        if nesting > 0:
            self.line.links.append(address)

    def take_tag(self, tag: Tag) -> None:
        """A tag is left out, but a break is a break, a link a link, and a script is hidden."""
        name, step = tag.name, -1 if tag.closing else 1
        if name == "br":
            self.close(hard=True)
        elif name in HIDDEN:
            self.hidden = max(0, self.hidden + step)
        elif name in STRUCK:
            self.struck = max(0, self.struck + step)
        elif name in ("b", "strong"):
            self.strong = max(0, self.strong + step)
        elif name == "a" and (tag.closing or "href" in tag.attributes):
            self.link(tag.attributes.get("href", ""), step)
        elif name == "img":
            self.line.images.append(tag.attributes.get("alt", ""))
        elif name == "rt":  # 馬酔木（あせび）, whatever brackets its author has put into <rp>
            self.add("）" if tag.closing else "（")
        elif name == "rp":
            self.hidden = max(0, self.hidden + step)
        elif name == "sup":
            self.raise_text(tag.closing)

    def raise_text(self, closing: bool) -> None:
        """10<sup>5</sup> is 10^5; a raised mark behind a stop, or one that leads to a note, is none of the text."""
        at, links = self.raised
        if not closing:
            self.raised = len(self.parts), len(self.line.links)
        elif 0 <= at < len(self.parts):
            if len(self.line.links) > links or not "".join(self.parts[at - 1 : at])[-1:].isalnum():
                del self.parts[at:]
            else:
                self.parts.insert(at, "^")
            self.raised = -1, 0

    def add_code(self, code: str) -> None:
        """Add what stays as it stands."""
        if not self.hidden and not self.struck:
            self.code.append(code)
        self.add(_CODE, code)

    def add(self, text: str, shown: str = "") -> None:
        """Add text as it stands; `shown` is what it stands for."""
        if self.hidden or self.struck:
            if self.struck and text.strip():
                self.line.gone.append(shown or text)
            return
        self.parts.append(text)
        if self.linked:
            self.line.link_chars += len(shown or text)
        if not self.strong and text.strip():
            self.plain = True

    def close(self, hard: bool = False) -> None:
        """End the line, `hard` if its author broke it there."""
        whole, line = "".join(self.parts), self.line
        callout = _CALLOUT.match(whole)
        line.gone += _STRUCK.findall(whole)
        text = tidy(_STRUCK.sub("", whole[callout.end() if callout else 0 :]))
        if definition := _DEFINITION.match(text):
            line.links.append(definition[1])
            text = ""
        if line.gone:
            text = _ORPHAN.sub("", text)
        spans = iter(self.code)
        line.text = re.sub(_CODE, lambda _: next(spans, ""), text).strip()
        line.bold = bool(line.text) and not (self.plain or self.wrapped or self.strong)
        line.hard = hard or callout is not None
        self.lines.append(line)
        self.line, self.parts, self.code, self.plain = Line(offset=self.row), [], [], False
        self.raised = -1, 0
        self.wrapped = self.strong > 0
