"""How the page is served: the options, and who may see it. Imports nothing heavy, so that `rag --help` stays quick."""

from __future__ import annotations

import argparse
import hmac
import importlib.util
import ipaddress
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from rag.errors import InputError
from rag.models.generate import load_generator
from rag.types import Generator
from rag.web.safe import valid_site_url
from rag.web.strings import Lang

DEFAULT_PORT = 7860


@dataclass(frozen=True, slots=True)
class Options:
    """What `app.py` and `rag serve` take beside the index."""

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    auth: str = ""  # file of "name:password" lines
    site_url: str = ""
    lang: Lang | None = None
    posts: str = ""  # folder that a rebuild reads; "" for the one that the index was built from
    owner: str = ""  # account that may add posts and rebuild, where others can reach the page
    read_only: bool = False  # nobody may
    mcp: bool = False  # search and ask are offered to assistants too
    public_url: str = ""  # where a proxy serves the page to others
    allow_origins: tuple[str, ...] = ()  # other sites whose pages may call the API

    @property
    def writable(self) -> bool:
        """Whether the page has an owner's controls at all."""
        reached_by_owner_only = is_loopback(self.host) and not self.public_url
        return not self.read_only and bool(self.owner or reached_by_owner_only)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options to a parser; `options_from` reads them back."""
    port = os.environ.get("PORT", str(DEFAULT_PORT))  # as text, so that argparse checks it as it checks --port
    parser.add_argument("--port", type=int, default=port, help="port (%(default)s, from $PORT where that is set)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s: this machine only)")
    parser.add_argument(
        "--auth", default="", metavar="FILE", help='who may use the page: a file of "name:password" lines'
    )
    parser.add_argument("--site-url", default="", metavar="URL", help="where the posts are published, to link to them")
    parser.add_argument(
        "--posts", default="", metavar="DIR", help="folder of the posts (the one the index is built from)"
    )
    parser.add_argument(
        "--owner", default="", metavar="NAME",
        help="account of --auth that may add posts and rebuild; without it whoever uses the page on this machine may, "
        "and nobody beyond it",
    )  # fmt: skip
    parser.add_argument("--read-only", action="store_true", help="nobody may add posts or rebuild from the page")
    parser.add_argument(
        "--mcp", action="store_true", help="offer search and ask to assistants on this machine, over MCP"
    )
    parser.add_argument(
        "--public-url", default="", metavar="URL",
        help="where a reverse proxy serves the page to others: https://blog.example.org/ask",
    )  # fmt: skip
    parser.add_argument(
        "--allow-origin", action="append", default=[], metavar="URL",
        help="another site whose pages may call the API: https://front.example.org; may be repeated",
    )  # fmt: skip
    add_generator(parser)
    parser.add_argument("--lang", choices=("ja", "en"), help="language of the page; each browser's own unless given")


def add_generator(parser: argparse.ArgumentParser) -> None:
    """Add what names a generator; `generator_from` makes it."""
    parser.add_argument(
        "--generator", metavar="SPEC",
        help="let a local model write: openai:http://127.0.0.1:11434/v1#MODEL or transformers:FOLDER",
    )  # fmt: skip
    parser.add_argument(
        "--generator-key", default="", metavar="FILE",
        help="file with the key that the model's server asks for; $RAG_GENERATOR_KEY else",
    )  # fmt: skip


def generator_from(args: argparse.Namespace) -> Generator | None:
    """The generator that a command line names, with its key. Raises InputError."""
    if args.generator is None:
        if args.generator_key:
            raise InputError("--generator-key is for a --generator; name one")
        return None
    key = os.environ.get("RAG_GENERATOR_KEY", "")
    if args.generator_key:
        try:
            key = Path(args.generator_key).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"--generator-key {args.generator_key} can't be read ({error})") from error
    if not key.strip().isascii() or len(key.split()) > 1:
        raise InputError("the generator's key has signs that no key has; keep it alone in its file, in ASCII")
    return load_generator(args.generator, key.strip())


def options_from(args: argparse.Namespace) -> Options:
    """The options of a parsed command line. Raises InputError for those that can't be used (together)."""
    if args.site_url and not valid_site_url(args.site_url):
        raise InputError(f"--site-url is {args.site_url!r}; give an address such as https://example.org")
    if args.public_url and not valid_site_url(args.public_url):
        raise InputError(f"--public-url is {args.public_url!r}; give an address such as https://blog.example.org/ask")
    for origin in args.allow_origin:
        if not valid_site_url(origin) or urlsplit(origin).path not in ("", "/"):
            raise InputError(
                f"--allow-origin is {origin!r}; give a site such as https://front.example.org, without path"
            )
    if not 0 < args.port < 65536:
        raise InputError(f"--port is {args.port}; give a number from 1 to 65535")
    if not is_loopback(args.host) and not args.auth:
        raise InputError(f"--host {args.host} is open to others; say who may use the page with --auth FILE")
    if args.auth:
        read_accounts(Path(args.auth))
    if args.owner and not args.auth:
        raise InputError(f"--owner {args.owner} is an account; name the file that holds it with --auth FILE")
    if args.mcp:
        _check_mcp(args)
    return Options(
        args.host, args.port, args.auth, args.site_url, args.lang, args.posts, args.owner, args.read_only, args.mcp,
        args.public_url.rstrip("/"), tuple(origin.rstrip("/") for origin in args.allow_origin),
    )  # fmt: skip


def _check_mcp(args: argparse.Namespace) -> None:
    if importlib.util.find_spec("mcp") is None:
        raise InputError("--mcp needs one more package; run: pip install 'rag[mcp]'")
    if args.auth or not is_loopback(args.host):
        raise InputError("--mcp asks for no password, so it is for this machine only; leave out --auth and --host")


def is_loopback(host: str) -> bool:
    """True when only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def read_accounts(path: Path) -> dict[str, str]:
    """Name -> password from a file that only its owner can read. Raises InputError."""
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"--auth {path} can't be read ({error})") from error
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise InputError(f"--auth {path} can be read by others; run: chmod 600 {path}")
    pairs = [line.partition(":") for line in text.splitlines() if line.strip() and not line.startswith("#")]
    accounts = {name.strip(): password for name, _, password in pairs}
    if not accounts or not all(name and password for name, password in accounts.items()):
        raise InputError(f"--auth {path} needs lines of the form name:password")
    return accounts


def may_enter(accounts: Mapping[str, str], name: str, password: str) -> bool:
    """True for a name with its password; how long it takes doesn't tell how much of the password was right."""
    expected = accounts.get(name, "")
    return hmac.compare_digest(expected.encode(), password.encode()) and name in accounts
