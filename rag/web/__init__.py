"""The web page: laid out in `page`, drawn in `render`, guarded in `server`, started in `serve`.

Importing this package sets Gradio to send nothing home, which it reads once, when it is itself imported.
"""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
