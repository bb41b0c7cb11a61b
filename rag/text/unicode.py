"""Bytes to text that is safe to match and to show. Knows nothing about Markdown.

Nothing here adds or removes a line break, so line numbers stay those of the file. Letters stay as written: full-width
forms, half-width katakana and decomposed accents are for the search key to fold, not for the text that is shown.
"""

from __future__ import annotations

import re
import unicodedata

# Joined pictures (family, flag, profession) need their joiner; between anything else it is an invisible character.
_PICTURE = "\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
# Scripts in which joiners change the letters: Arabic to Sinhala, Myanmar, Khmer, Mongolian.
_JOINING = "\u0600-\u0dff\u1000-\u109f\u1780-\u18af"

_HIDDEN = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # controls, terminal escapes included; tab and line ends stay
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"  # soft hyphen, zero width, marks
    "\u202a-\u202e\u2060-\u206f\ufff9-\ufffb\ufeff"  # bidirectional controls, word joiner, byte order mark
    "\ufe00-\ufe0d\U000e0000-\U000e0fff"  # tag characters; variants of one kanji, which no question is typed with
)
_LINE_ENDS = "\x0b\x0c\x85\u2028\u2029"  # to some programs only: they would shift line numbers
_SURROGATES = "\ud800-\udfff"
_VOICING = "\u3099\u309a"  # the second half of か + ゛, as some file systems write が

_SUSPECT = re.compile(f"[{_HIDDEN}{_LINE_ENDS}{_SURROGATES}{_VOICING}\u200c\u200d]")
_REMOVED = re.compile(f"[{_HIDDEN}]|(?<![{_PICTURE}{_JOINING}])[\u200c\u200d]|[\u200c\u200d](?![{_PICTURE}{_JOINING}])")
_BREAKS = re.compile(f"[{_LINE_ENDS}]")
_HALF_PAIRS = re.compile(f"[{_SURROGATES}]")
_VOICED_KANA = re.compile(f"[\u3041-\u30fe][{_VOICING}]")


class NotText(Exception):
    """The bytes are not a text that can be shown; the message says why and what helps."""


def decode(data: bytes) -> str:
    """The text of a UTF-8 file, byte order mark removed; half a surrogate pair becomes U+FFFD. Raises NotText."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise NotText("is UTF-16, not UTF-8; convert it, e.g. with iconv -f UTF-16 -t UTF-8")
    if b"\0" in data:
        raise NotText("holds NUL bytes, so it is no text file")
    if b"\x1b$B" in data or b"\x1b$@" in data:  # valid UTF-8, but it would read as line noise
        raise NotText("is ISO-2022-JP, not UTF-8; convert it, e.g. with iconv -f ISO-2022-JP -t UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        try:  # some exporters write an emoji as two surrogates of three bytes each: join them
            text = data.decode("utf-8-sig", "surrogatepass")
            return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        except UnicodeDecodeError:
            codec = _guess_encoding(data)
            advice = f"convert it, e.g. with iconv -f {codec} -t UTF-8" if codec else "save it as UTF-8"
            raise NotText(f"is not UTF-8 (byte {error.start:,} is 0x{data[error.start]:02x}); {advice}") from error


def _guess_encoding(data: bytes) -> str:
    """iconv's name for a Japanese encoding that fits; "" when none does."""
    for codec, name in (("euc_jp", "EUC-JP"), ("cp932", "CP932")):  # this order: EUC bytes often pass for CP932
        try:
            if re.search("[ぁ-ん]", data.decode(codec)):
                return name
        except UnicodeDecodeError:
            continue
    return ""


def repair(text: str) -> str:
    """Take out what can't be seen, compose voiced kana, and put U+FFFD for half a surrogate pair.

    Zero-width and bidirectional controls, terminal escapes, tag characters and soft hyphens go; the joiner inside an
    emoji stays, and so do tabs and line breaks. The count of "\\n" never changes. Linear in the length of `text`.
    """
    if not _SUSPECT.search(text):  # the normal case: one pass, nothing copied
        return text
    text = _HALF_PAIRS.sub("\ufffd", text)
    text = _BREAKS.sub(" ", text)
    text = _REMOVED.sub("", text)
    return _VOICED_KANA.sub(lambda pair: unicodedata.normalize("NFC", pair.group()), text)


def unix_lines(text: str) -> str:
    """CRLF and lone CR as "\\n", as an editor counts lines."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
