"""`python -m rag.cli`, where the `rag` command is not on the path, and what that command runs."""

from __future__ import annotations

import sys


def run() -> int:
    """The `rag` command; the exit code. Ctrl-C is quiet from here on, while the rest is still being imported."""
    try:
        from rag.cli.main import main

        return main()
    except KeyboardInterrupt:
        print("rag: stopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    raise SystemExit(run())
