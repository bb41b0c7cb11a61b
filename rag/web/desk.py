"""What the owner of an index does from the page: look, add posts, plan, rebuild, go back. Knows nothing of layout.

All of it is done by what the command line uses. Who the owner is: whoever uses the page on the machine it is served
from, or the account that `--owner` names.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import gradio as gr

from rag.errors import InputError, PostsError
from rag.indexing.background import Builds
from rag.indexing.build import build
from rag.indexing.plan import BuildReport
from rag.indexing.settings import Settings
from rag.posts.uploads import MAX_FILES, Added, add_posts, read_folder
from rag.storage import generation
from rag.storage.generation import Generation
from rag.web import allocator
from rag.web.options import Options

#: What a proxy adds: whoever comes through one is not on this machine.
_FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via")


class Desk:
    """The owner's acts on the index in `root`. Every act raises the errors of `rag.errors`."""

    def __init__(self, root: Path, options: Options) -> None:
        self.root, self.options = root, options
        self.builds = Builds(root)

    def may(self, request: gr.Request) -> bool:
        """Whether this request comes from the owner."""
        if not self.options.writable or any(name in request.headers for name in _FORWARDED):
            return False
        return not self.options.owner or request.username == self.options.owner

    def posts_folder(self, named: str | None = "") -> Path:
        """The folder that `named` gives, else the server's options, else the index itself. Raises PostsError."""
        for folder in ((named or "").strip(), self.options.posts, self._built_from()):
            if folder:
                return Path(folder).expanduser()
        raise PostsError("it is not known which folder holds the posts; name it")

    def _built_from(self) -> str:
        folder = generation.current(self.root).meta.get("folder", "")
        return folder if isinstance(folder, str) else ""

    def plan(self, folder: str | None, *, rebuild: bool) -> BuildReport:
        """What a build would do."""
        report = build(self.posts_folder(folder), self.root, Settings(), rebuild=rebuild, plan=True)
        allocator.give_back()
        return report

    def verify(self) -> Generation:
        """The generation in use, every byte of it checked."""
        return generation.open_verified(self.root)

    def earlier(self) -> Generation:
        """What `roll_back` would put in use."""
        return generation.earlier(self.root)

    def roll_back(self) -> Generation:
        """Put the generation before in use."""
        return generation.rollback(self.root)

    def add(self, folder: str | None, uploads: Sequence[str], *, replace: bool) -> list[Added]:
        """Put uploaded files into the folder of posts; the uploads are removed."""
        if len(uploads) > MAX_FILES:
            raise InputError(f"{len(uploads)} files; at most {MAX_FILES} are added at once")
        paths = [Path(path) for path in uploads]
        told = add_posts(self.posts_folder(folder), [(p.name, p.read_bytes()) for p in paths], replace=replace)
        for path in paths:
            path.unlink(missing_ok=True)
        return told

    def add_from(self, folder: str | None, source: str | None, *, replace: bool) -> list[Added]:
        """Copy the posts of another folder on this machine into the folder of posts."""
        if not (source or "").strip():
            raise InputError("no folder is named; write the path of the folder with the posts to add")
        files, refused = read_folder(Path((source or "").strip()).expanduser())
        return add_posts(self.posts_folder(folder), files, replace=replace) + refused
