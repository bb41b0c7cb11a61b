"""The web page: `python app.py --index indexes/demo`. Everything of it is in `rag.web`."""

import sys

from rag.web.page import build_app, main

__all__ = ["build_app", "main"]

if __name__ == "__main__":
    sys.exit(main())
