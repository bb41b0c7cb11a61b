"""What one site wants left out beyond the general rules: a small TOML file. Knows nothing about how rules are applied.

    [clean]
    drop_patterns = ["^広告: ", "Powered by .{1,40}$"]   # regular expressions: a block in which one is found is dropped
    drop_sections = ["プロフィール", "About me"]            # headings: dropped with all that stands under them
    keep_sections = ["関連記事の読み方"]                    # headings that the general rules must leave alone
    keep_code = true                                       # false: code blocks are left out of the index
    off = ["link_list", "cut_sentence"]                    # general rules that are not to act here, by name

All keys are optional. Patterns see the plain text of a block, markup removed, one block at a time.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.cleaning.reasons import SWITCHABLE
from rag.errors import InputError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: A block longer than this is searched only so far: a site's pattern need not be linear.
MAX_SEARCHED = 2_000


@dataclass(frozen=True, slots=True)
class SiteRules:
    """A site's own rules; the defaults add nothing to the general ones."""

    drop_patterns: tuple[str, ...] = ()
    drop_sections: tuple[str, ...] = ()
    keep_sections: tuple[str, ...] = ()
    keep_code: bool = True
    off: tuple[str, ...] = ()  # some of SWITCHABLE

    def drops(self, text: str) -> bool:
        """Whether one of the patterns is found in `text`."""
        return any(re.search(pattern, text[:MAX_SEARCHED]) for pattern in self.drop_patterns)


def load_rules(path: str | Path) -> SiteRules:
    """Read a rule file. Raises InputError, naming the file and the key, for anything it can't use."""
    path = Path(path)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("clean", {})
    except OSError as error:
        raise InputError(f"the rule file {str(path)!r} can't be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"the rule file {str(path)!r} is not valid TOML: {error}") from error
    if not isinstance(table, dict):
        raise InputError(f"{path}: 'clean' must be a table, written [clean]")
    known = set(SiteRules.__dataclass_fields__)
    if unknown := sorted(set(table) - known):
        raise InputError(f"{path}: unknown key {unknown[0]!r} under [clean]; known are {', '.join(sorted(known))}")
    values: dict[str, Any] = {}
    for key, value in table.items():
        values[key] = _flag(path, key, value) if key == "keep_code" else _strings(path, key, value)
    if unknown := [name for name in values.get("off", ()) if name not in SWITCHABLE]:
        raise InputError(
            f"{path}: off: {unknown[0]!r} is no rule that can be switched off; known are {', '.join(SWITCHABLE)}"
        )
    for pattern in values.get("drop_patterns", ()):
        try:
            re.compile(pattern)
        except re.error as error:
            raise InputError(f"{path}: drop_patterns: {pattern!r} is not a regular expression: {error}") from error
    return SiteRules(**values)


def _strings(path: Path, key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise InputError(f'{path}: {key} must be a list of non-empty strings, e.g. ["…"]')
    return tuple(value)


def _flag(path: Path, key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise InputError(f"{path}: {key} must be true or false")
    return value
