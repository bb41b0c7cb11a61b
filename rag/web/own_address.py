"""The page made to call the server at the address it was itself got from, whatever stands between the two.

Gradio writes into its page what the server takes for its own address. Behind a proxy that adds a path prefix, ends TLS
or leaves the Host header out that is another one, and the page is dead. What the browser sees in its address bar is
right in all of these cases, and needs no setting. Reads Gradio 6.31's template; what it doesn't find it leaves alone.
"""

from __future__ import annotations

import re

_CONFIG_ENDS = b"</script><script>window.gradio_api_info"
_ROOT = b"</script><script>window.gradio_config.root = new URL('.', location.href).href.slice(0, -1);"
_SCRIPT_ROOT = re.compile(rb'const root = "[^"\n]{0,2000}";')


def at_own_address(html: bytes) -> bytes:
    """Gradio's page with its own address wherever the server's stood."""
    html = html.replace(_CONFIG_ENDS, _ROOT + _CONFIG_ENDS, 1)
    html = _SCRIPT_ROOT.sub(b"const root = window.gradio_config.root;", html, count=1)
    return html.replace(b'href="/manifest.json"', b'href="manifest.json"', 1)
