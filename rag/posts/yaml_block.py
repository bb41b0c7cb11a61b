"""YAML from strangers, loaded without harm: text, lists and mappings only.

A YAML parser can be made to hang (nested merges, aliases), to run out of stack (nesting) or to make objects. So the
block's events are counted first, which builds nothing, and only then is it loaded.
"""

from __future__ import annotations

import yaml  # type: ignore[import-untyped]

MAX_CHARS = 65_536  # real blocks hold about 1,000
MAX_DEPTH = 16  # real blocks have 2
MAX_NODES = 5_000  # real blocks have about 40

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # makes strings, lists and mappings only


class Refused(Exception):
    """The block is not loaded; the message says why."""


def load_yaml(block: str) -> object:
    """What the block holds, every value as text. Raises Refused when it is malformed or dangerous."""
    try:
        _check(block)
        return yaml.load(block, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1}: {error.problem})" if mark else ""
        raise Refused(f"is not valid YAML{where}") from error


def _check(block: str) -> None:
    """Raise Refused unless the block is small, shallow and free of aliases. Builds nothing, so nothing can explode."""
    if len(block) > MAX_CHARS:
        raise Refused(f"is longer than {MAX_CHARS:,} characters")
    depth = nodes = 0
    for event in yaml.parse(block, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Refused("uses YAML anchors or aliases")
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.NodeEvent):
            nodes += 1
            depth += isinstance(event, yaml.CollectionStartEvent)
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            raise Refused(f"is nested deeper than {MAX_DEPTH} levels or holds more than {MAX_NODES:,} values")
