"""Words that carry structure rather than content in languages other than Japanese: the lists of bm25s."""

from __future__ import annotations

from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

_LANGUAGES = ("EN_PLUS", "GERMAN", "FRENCH", "SPANISH", "PORTUGUESE", "ITALIAN", "DUTCH", "RUSSIAN")
_LONGEST = 7  # letters; what is longer in these lists means something


def _lists() -> ModuleType:
    """bm25s's word lists by themselves: importing all of it takes a command longer than the rest of its start."""
    package = find_spec("bm25s")
    if package is None or not package.submodule_search_locations:
        raise ImportError("bm25s is not installed", name="bm25s")
    spec = spec_from_file_location("bm25s_stopwords", Path(package.submodule_search_locations[0]) / "stopwords.py")
    if spec is None or spec.loader is None:
        raise ImportError("bm25s has no word lists", name="bm25s.stopwords")
    lists = module_from_spec(spec)
    spec.loader.exec_module(lists)
    return lists


_LISTS = _lists()

#: "ai" is French for "have", but hardly here; a share is written % as often.
STOPWORDS = frozenset(
    word for name in _LANGUAGES for word in getattr(_LISTS, f"STOPWORDS_{name}") if len(word) <= _LONGEST
) - {"ai"} | {"percent", "prozent", "pourcent"}

#: Words that German has and English lacks.
GERMAN = frozenset(_LISTS.STOPWORDS_GERMAN) - frozenset(_LISTS.STOPWORDS_EN_PLUS) | {"am", "ab", "beim", "seit"}
