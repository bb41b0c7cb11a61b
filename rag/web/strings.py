"""Every word of the page, in Japanese and English. Knows nothing about where a word is shown."""

from __future__ import annotations

from dataclasses import asdict

from rag.web.words import Lang, Strings
from rag.web.words_en import EN
from rag.web.words_ja import JA

__all__ = ["EN", "JA", "STRINGS", "Lang", "Strings", "pick_language", "translations"]

STRINGS: dict[Lang, Strings] = {"ja": JA, "en": EN}


def translations() -> dict[str, dict[str, str]]:
    """Language -> name -> words, for what is translated in the browser."""
    return {lang: {k: v for k, v in asdict(w).items() if isinstance(v, str)} for lang, w in STRINGS.items()}


def pick_language(cookie: str, accept_language: str, default: Lang | None = None) -> Lang:
    """The reader's own choice first, then the server's default, then the browser's first language; else English."""
    if cookie in ("ja", "en"):
        return "ja" if cookie == "ja" else "en"
    return default or ("ja" if accept_language.strip().lower().startswith("ja") else "en")
