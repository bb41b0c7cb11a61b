"""The page and the API, both served by Gradio. No other package draws anything; nothing here decides an answer.

Begin with `page`, which puts the tabs together; each `*_tab` lays one out, `render`, `cards` and the `*_html` files
draw, `server` guards the door, `serve` starts it. `api` and `endpoints` are the API,
`calls` says what it may be asked, `schema` is its JSON, which the command line prints too, `client` asks it.
May import: answering, chatbot, cleaning, errors, evaluation, indexing, models, posts, retrieval, storage, text, types.
To change a word: `words_ja` and `words_en`. Everything from posts or questions is escaped: tests/test_browser.py.

Importing this package sets Gradio to send nothing home, which it reads once, when it is itself imported, and to write
nothing into its own installation.
"""

import os

from rag.web.lean import without_stubs

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
without_stubs()
