"""The tab that shows the state of the index and lets its owner change it. Knows nothing about how either is done.

What an act did is said in `told`; the facts above it are drawn anew. Readers who are not the owner see the facts only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from rag.chatbot import Chatbot
from rag.errors import RagError
from rag.indexing.last_failure import last_failure
from rag.web import allocator
from rag.web.desk import Desk
from rag.web.frame import HIDDEN, I18N, strings_for
from rag.web.index_html import (
    added_html,
    cleaning_html,
    moment,
    note_html,
    progress_html,
    report_html,
    size,
    status_html,
)
from rag.web.live import LiveChatbot
from rag.web.strings import Lang, Strings

_LOOK = 0.4  # seconds between two looks at a build; each is a redraw
#: Watching a build holds one place in the queue for as long as it lasts: more readers than this wait to see it.
_WATCHERS = 8

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IndexTab:
    """The acts of the tab over one bot; `desk` is None where nobody may change anything from the page."""

    bot: Chatbot
    desk: Desk | None
    lang: Lang | None = None
    _cleaned: dict[tuple[str, Lang], str] = field(default_factory=dict)

    def facts(self, request: gr.Request) -> str:
        """The state of the index."""
        failure = last_failure(self.bot.root) if isinstance(self.bot, LiveChatbot) and self.is_owner(request) else None
        return status_html(self.bot.index.status(), strings_for(request, self.lang), failure)

    def cleaning(self, request: gr.Request) -> str:
        """What cleaning left out of this generation: two seconds of work for 1,500 posts, so it is kept."""
        index, s = self.bot.index, strings_for(request, self.lang)
        key = (index.generation.id, s.lang)
        if key not in self._cleaned:
            for old in [k for k in self._cleaned if k[0] != key[0]]:
                self._cleaned.pop(old, None)
            titles = {path: title for path, title, *_ in index.posts()}
            self._cleaned[key] = cleaning_html(index.passages(), index.dropped(), titles, index.cleaning_evidence, s)
            allocator.give_back()
        return self._cleaned[key]

    def is_owner(self, request: gr.Request) -> bool:
        """Whether the owner's controls are for this reader."""
        return self.desk is not None and self.desk.may(request)

    def act(self, request: gr.Request, do: Callable[[Desk, Strings], str]) -> str:
        """What an owner's act has to tell; an error is told too."""
        s = strings_for(request, self.lang)
        if self.desk is None or not self.desk.may(request):
            return note_html(s.not_owner if self.desk else s.read_only, s, problem=True)
        try:
            return do(self.desk, s)
        except (RagError, OSError) as error:
            log.info("an owner's act failed: %s", error)
            return note_html(" ".join(str(error).split()), s, problem=True)

    async def watch(self, request: gr.Request, begun: str = "") -> AsyncIterator[str]:
        """What to tell while a build runs, and how it ended; only `begun` when none runs."""
        s = strings_for(request, self.lang)
        if self.desk is None or not self.desk.builds.state.running:
            yield begun
            return
        while (state := self.desk.builds.state).running:
            yield progress_html(state, s)
            await asyncio.sleep(_LOOK)
        if isinstance(self.bot, LiveChatbot):
            await asyncio.to_thread(self.bot.refresh)
        if state.cancelled:
            yield note_html(s.cancelled, s)
        elif state.report:
            yield report_html(state.report, s, planned=False)
        else:
            yield note_html(state.error, s, problem=True)


def index_tab(bot: Chatbot, desk: Desk | None, lang: Lang | None) -> gr.Markdown:
    """Lay the tab out and connect it; the facts, which change with the index, are given for others to follow."""
    tab = IndexTab(bot, desk, lang)
    with gr.Tab(I18N("tab_index"), id="index", elem_id="rag-tab-index") as opened:
        facts = gr.Markdown("", elem_id="rag-facts")
        told = gr.Markdown("", elem_id="rag-told")
        with gr.Column(visible=False, elem_id="rag-owner") as owner:
            if desk:
                _owner(tab, facts, told)
        cleaning = gr.Markdown("", elem_id="rag-cleaning")

    def show(request: gr.Request) -> tuple[Any, ...]:
        return tab.facts(request), gr.Column(visible=tab.is_owner(request))

    async def watch(request: gr.Request) -> AsyncIterator[Any]:
        async for html in tab.watch(request):
            yield html or gr.skip()  # what an act told meanwhile stays

    opened.select(show, None, [facts, owner], queue=False, **HIDDEN)
    facts.change(tab.cleaning, None, cleaning, queue=False, **HIDDEN)
    opened.select(watch, None, told, concurrency_id="watch", concurrency_limit=_WATCHERS, **HIDDEN)
    return facts


def _owner(tab: IndexTab, facts: gr.Markdown, told: gr.Markdown) -> None:
    """The owner's controls."""
    with gr.Row(elem_classes="rag-acts"):
        rebuild = gr.Button(I18N("rebuild"), variant="primary", size="sm", elem_id="rag-rebuild")
        cancel = gr.Button(I18N("cancel"), size="sm", elem_id="rag-cancel")
        plan = gr.Button(I18N("plan"), size="sm", elem_id="rag-plan")
        verify = gr.Button(I18N("verify"), size="sm", elem_id="rag-verify")
        back = gr.Button(I18N("roll_back"), size="sm", elem_id="rag-back")
    with gr.Row(visible=False, elem_classes="rag-acts") as sure:
        yes = gr.Button(I18N("roll_back_yes"), variant="stop", size="sm", elem_id="rag-back-yes")
        no = gr.Button(I18N("roll_back_no"), size="sm", elem_id="rag-back-no")
    with gr.Accordion(I18N("add_posts"), open=False, elem_id="rag-add"):
        uploads = gr.File(label=I18N("add_files"), file_count="multiple", file_types=[".md", ".markdown"], height=140)
        replace = gr.Checkbox(label=I18N("replace"))
        add = gr.Button(I18N("add"), size="sm", elem_id="rag-add-files")
        source = gr.Textbox(label=I18N("add_folder"), max_lines=1)
        add_from = gr.Button(I18N("add_from"), size="sm", elem_id="rag-add-folder")
    with gr.Accordion(I18N("posts_folder"), open=False, elem_id="rag-how"):
        folder = gr.Textbox(label=I18N("posts_folder"), info=I18N("posts_folder_words"), max_lines=1)
        anew = gr.Checkbox(label=I18N("from_scratch"))
        removals = gr.Checkbox(label=I18N("allow_removals"))

    def start(request: gr.Request, folder: str | None, anew: bool, removals: bool) -> str:
        def do(desk: Desk, s: Strings) -> str:
            begun = desk.builds.start(desk.posts_folder(folder), rebuild=bool(anew), allow_removals=bool(removals))
            return "" if begun else note_html(s.already_building, s)

        return tab.act(request, do)

    async def build(request: gr.Request, *how: Any) -> AsyncIterator[tuple[str, str]]:  # noqa: ANN401
        async for html in tab.watch(request, start(request, *how)):
            yield html, tab.facts(request)

    def stop(request: gr.Request) -> None:
        def do(desk: Desk, _: Strings) -> str:
            desk.builds.cancel()
            return ""

        tab.act(request, do)

    def put(request: gr.Request, folder: str | None, files: Sequence[str] | None, over: bool) -> tuple[str, None]:
        def do(desk: Desk, s: Strings) -> str:
            if not files:
                return note_html(s.no_files, s, problem=True)
            return added_html(desk.add(folder, files, replace=bool(over)), s)

        return tab.act(request, do), None

    def put_from(request: gr.Request, folder: str | None, source: str | None, over: bool) -> str:
        return tab.act(request, lambda desk, s: added_html(desk.add_from(folder, source, replace=bool(over)), s))

    rebuild.click(
        build, [folder, anew, removals], [told, facts], concurrency_id="watch", concurrency_limit=_WATCHERS, **HIDDEN
    )  # fmt: skip
    slow: dict[str, Any] = {"concurrency_id": "desk", "concurrency_limit": 1, "api_visibility": "private"}
    cancel.click(stop, None, None, queue=False, **HIDDEN)
    plan.click(_planner(tab), [folder, anew], told, **slow)
    verify.click(_verifier(tab), None, told, **slow)
    back.click(_asker(tab), None, [told, sure], **slow)
    yes.click(_returner(tab), None, [told, facts, sure], **slow)
    no.click(lambda: ("", gr.Row(visible=False)), None, [told, sure], queue=False, **HIDDEN)
    add.click(put, [folder, uploads, replace], [told, uploads], **slow)
    add_from.click(put_from, [folder, source, replace], told, **slow)


def _planner(tab: IndexTab) -> Callable[..., str]:
    def plan(request: gr.Request, folder: str | None, anew: bool) -> str:
        return tab.act(request, lambda desk, s: report_html(desk.plan(folder, rebuild=bool(anew)), s, planned=True))

    return plan


def _verifier(tab: IndexTab) -> Callable[..., str]:
    def verify(request: gr.Request) -> str:
        def do(desk: Desk, s: Strings) -> str:
            found = desk.verify()
            files = f"{len(found.manifest['files']):,}"
            return note_html(s.verified.format(generation=found.id, files=files, size=size(found.size)), s)

        return tab.act(request, do)

    return verify


def _asker(tab: IndexTab) -> Callable[..., tuple[str, gr.Row]]:
    """Asked first: the index in use is given up."""

    def ask(request: gr.Request) -> tuple[str, gr.Row]:
        found = []

        def do(desk: Desk, s: Strings) -> str:
            found.append(desk.earlier())
            return note_html(s.roll_back_sure.format(built=moment(found[0].meta["built"])), s)

        told = tab.act(request, do)
        return told, gr.Row(visible=bool(found))

    return ask


def _returner(tab: IndexTab) -> Callable[..., tuple[str, str, gr.Row]]:
    def back(request: gr.Request) -> tuple[str, str, gr.Row]:
        def do(desk: Desk, s: Strings) -> str:
            found = desk.roll_back()
            if isinstance(tab.bot, LiveChatbot):
                tab.bot.refresh()
            return note_html(s.rolled_back.format(generation=found.id, built=moment(found.meta["built"])), s)

        return tab.act(request, do), tab.facts(request), gr.Row(visible=False)

    return back
