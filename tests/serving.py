"""A real server over a small blog, hostile posts among it, started once for all tests that talk to it."""

import atexit
import functools
import json
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import rag
from tests.conftest import POSTS, write_post

ROOT = Path(__file__).parent.parent
START_SECONDS = 120  # a shared machine under load; alone it takes four

#: What posts and readers might write. As inline code it survives cleaning and reaches the page as text.
PAYLOADS = (
    "<script>window.pwned=1;alert(1)</script>",
    "<img src=x onerror=\"window.pwned=2;alert(2)\">",
    "<svg onload=alert(3)><animate onbegin=alert(3) attributeName=x></svg>",
    "<iframe srcdoc=\"<script>parent.pwned=4;parent.alert(4)</script>\"></iframe>",
    "<style>body{display:none}</style>",
    "<form action=http://evil.test/><input autofocus onfocus=alert(5)><button>go</button></form>",
    "<meta http-equiv=refresh content=\"0;url=http://evil.test/\"><base href=http://evil.test/>",
    "<a href='javascript:alert(6)'>a</a><a href='java&#x09;script:alert(6)'>b</a><a href='data:text/html,x'>c</a>",
    "[md](javascript:alert(7)) ![img](http://evil.test/7.png) <http://evil.test/>",
    "<div style=\"position:fixed;inset:0;background:url(http://evil.test/8.png)\">over</div>",
    "${alert(9)} {{7*7}} {{constructor.constructor('alert(9)')()}} \\u{110000}",
    "</details></blockquote></div></span></main><h1>out</h1>",
    "$$\\href{javascript:alert(10)}{x}$$ \\(x\\)",
)  # fmt: skip

#: Says what the process looked up or connected to, then serves as `app.py` does.
WATCHED = """
import sys
log = open(sys.argv.pop(1), "a", buffering=1)
def hook(event, args):
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        print(args[0], file=log)
    elif event == "socket.connect":
        print(args[1] if isinstance(args[1], str) else args[1][0], file=log)
sys.addaudithook(hook)
import app
sys.exit(app.main())
"""


@dataclass(frozen=True)
class Site:
    """A running server."""

    url: str
    index: Path
    contacts: Path  # one line for each name or address that the process asked for
    pid: int


@functools.cache
def site() -> Site:
    """The server that the tests share, on 127.0.0.1."""
    folder = Path(tempfile.mkdtemp(prefix="rag-site-"))
    index = folder / "index"
    rag.build_index(_posts(folder / "posts"), index).close()
    return start(index, folder)


def start(index: Path, folder: Path, *options: str) -> Site:
    """Serve an index until the tests end; `folder` takes the logs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    contacts = folder / "contacts.log"
    command = [sys.executable, "-c", WATCHED, str(contacts), "--index", str(index), "--port", str(port), *options]
    with (folder / "errors.log").open("w") as errors:
        server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True)
    atexit.register(_end, server)
    begun = time.monotonic()
    line = server.stdout.readline()
    assert line.startswith("http"), f"{line} {(folder / 'errors.log').read_text()}"
    assert time.monotonic() - begun < START_SECONDS
    return Site(line.strip().rstrip("/"), index, contacts, server.pid)


def _end(server: subprocess.Popen) -> None:
    server.kill()
    server.wait()
    server.stdout.close()


def _posts(folder: Path) -> Path:
    folder.mkdir()
    for name, fields in POSTS.items():
        write_post(folder, name, *fields)
    for i, payload in enumerate(PAYLOADS):
        front = {
            "title": f"実験{i} {payload}", "date": f"2025-09-{i + 1:02d}", "tags": [payload, "実験"],
            "categories": [payload], "permalink": f"/{payload}/",
        }  # fmt: skip
        lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in front.items()]
        body = f"## 手順 `{payload}`\n\n第{i}の実験では、次の文字列を画面に書く。`{payload}` と書くと実験{i}は終わる。"
        text = "\n".join(["---", *lines, "---", "", body])
        (folder / f"2025-09-{i + 1:02d}-trial.md").write_text(text, encoding="utf-8")
    return folder
