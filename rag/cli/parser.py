"""An argument parser whose errors are one line that ends with the next step. Knows no verb and no option."""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Iterable
from typing import NoReturn

from rag.text.unicode import repair

#: Below it a name is another name, not a misspelt one.
_ALIKE = 0.6
_SHOWN = 80  # characters of what was written that an error repeats


class UsageParser(argparse.ArgumentParser):
    """`ArgumentParser` whose errors name what may have been meant."""

    def error(self, message: str) -> NoReturn:
        """One line to standard error; exit code 2."""
        print(f"{self.prog}: {self._explained(message)}; `{self.prog} --help` lists what there is", file=sys.stderr)
        raise SystemExit(2)

    def unknown(self, words: Iterable[str]) -> NoReturn:
        """The error for words that no option or argument takes."""
        word = next((w for w in words if w.startswith("-")), next(iter(words)))
        word = word.partition("=")[0] if word.startswith("-") else word
        meant = nearest(word, self._option_string_actions)
        hint = f"; did you mean {meant}?" if meant else ""
        self.error(f"{shown(word)} is not known{hint}")

    def _explained(self, message: str) -> str:
        choice = re.match(r"argument (\S+): invalid choice: '(.*?)' \(choose from (.*)\)$", message, re.DOTALL)
        if not choice:
            return shown(message, limit=400)
        offered = re.findall(r"[\w-]+", choice[3])
        meant = nearest(choice[2], offered)
        if choice[1] != "VERB":
            return f"{choice[1]} takes {' or '.join(offered)}, not {shown(choice[2])}"
        if meant:
            return f"{shown(choice[2])} is no verb; did you mean {self.prog} {meant}?"
        if not choice[2].isascii() or " " in choice[2]:  # a question, at once
            return f"{shown(choice[2])} is no verb; to ask it, write: {self.prog} ask {shown(choice[2])}"
        return f"{shown(choice[2])} is no verb; there are {', '.join(offered)}"


def nearest(name: str, known: Iterable[str]) -> str:
    """Which of `known` is most like `name`; "" when none is."""
    return next(iter(difflib.get_close_matches(name, list(known), 1, _ALIKE)), "")


def shown(text: str, limit: int = _SHOWN) -> str:
    """What a user wrote, safe for a terminal and on one line."""
    line = repair(" ".join(text.split()))
    return line if len(line) <= limit else f"{line[:limit]}…"
