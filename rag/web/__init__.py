"""The web page: laid out in `page`, drawn in `render`, guarded in `server`, started in `serve`.

Importing this package sets Gradio to send nothing home, which it reads once, when it is itself imported, and to write
nothing into its own installation.
"""

import os

from rag.web.lean import without_stubs

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
without_stubs()
