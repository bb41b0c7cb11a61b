"""`python -m rag.cli`, where the `rag` command is not on the path."""

from rag.cli.main import main

raise SystemExit(main())
