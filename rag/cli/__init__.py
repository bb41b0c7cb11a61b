"""The `rag` command: parses, calls, prints. With the page, the only place that prints or chooses an exit code.

Begin with `main`, one function a verb (`builds` and `report` have theirs by themselves); `arguments` declares the
options, `parser` words what is wrong with them, `streams` makes any console take any text, `terminal` draws tables.
May import: everything.
To add a verb: `VERBS` in `main`, its options in `arguments`, a row in README.md's table (tests/test_docs.py checks it).
"""
