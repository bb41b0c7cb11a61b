"""The tab for looking over many passages at once: its layout, and what starts a look."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from rag.chatbot import Chatbot
from rag.errors import InputError, RagError
from rag.indexing.index import Index
from rag.retrieval.search import MAX_QUESTION
from rag.text.unicode import repair
from rag.types import Filters
from rag.web import allocator
from rag.web.chat import Session
from rag.web.explore import Overview, explore_html, matching
from rag.web.frame import HIDDEN, I18N, in_both, strings_for
from rag.web.render import pending_html, problem_html
from rag.web.strings import Lang, Strings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Explorer:
    """Looks over one bot's index; what is counted once per generation is kept."""

    bot: Chatbot
    lang: Lang | None = None
    _kept: dict[str, Overview] = field(default_factory=dict)  # by id of the generation, of the one looked at last

    def look(self, question: object, request: gr.Request) -> str:
        """What matches a question, or with an empty one the whole index; an error becomes a sentence."""
        s = self.strings_for(request)
        asked = repair(question).strip()[: MAX_QUESTION + 1] if isinstance(question, str) else ""
        try:
            index = self.bot.index
            hits = matching(index, asked, Filters()) if asked else []
            return explore_html(self._overview(index), asked, hits, s)
        except InputError as error:
            log.info("refused to explore: %s", error)
            return problem_html(s.bad_request, s)
        except RagError as error:
            log.warning("could not explore: %s", error)
            return problem_html(s.failed, s)

    def strings_for(self, request: gr.Request) -> Strings:
        """The reader's language."""
        return strings_for(request, self.lang)

    def key(self, question: object) -> str:
        """Tells looks apart: the same question over the same generation shows the same."""
        return f"{self.bot.index.generation.id} {question}"

    def _overview(self, index: Index) -> Overview:
        generation = index.generation.id
        kept = self._kept.get(generation) or Overview.of(index)
        if generation not in self._kept:
            self._kept.clear()
            self._kept[generation] = kept
            allocator.give_back()
        return kept

    def path_of(self, wanted: str) -> str:
        """The post that a dot of the map stands for: "0 #17" becomes "0 2025/miso.md"; else as it is."""
        number = wanted.removeprefix("0 #")
        if number == wanted or not number.isascii() or not number.isdecimal():
            return wanted
        return next((f"0 {p.path}" for p in self._overview(self.bot.index).posts if p.row == int(number)), "")


def explore_tab(explorer: Explorer, session: gr.State, concurrency_id: str) -> None:
    """Lay the tab out and connect it. It opens on the question asked last."""
    with gr.Tab(I18N("tab_explore"), id="explore", elem_id="rag-tab-explore") as opened:
        gr.Markdown(f'<p class="rag-note">{in_both(lambda s: s.explore_intro)}</p>', elem_id="rag-explore-intro")
        with gr.Row(elem_id="rag-explore-ask"):
            box = gr.Textbox(
                label=I18N("explore_ask"), show_label=False, container=False, placeholder=I18N("explore_ask"),
                max_length=MAX_QUESTION, max_lines=1, scale=5, elem_id="rag-explore-box",
            )  # fmt: skip
            start = gr.Button(I18N("explore_button"), size="sm", variant="primary", min_width=90, scale=0)
        view = gr.Markdown("", elem_id="rag-explore-view")

        shown = gr.State("")  # what the view shows, and of which generation

    def look(request: gr.Request, question: object) -> Iterator[tuple[Any, ...]]:
        asked = question if isinstance(question, str) else ""
        yield pending_html(explorer.strings_for(request)), ""
        yield explorer.look(asked, request), explorer.key(asked)

    def open_on_last(
        request: gr.Request, question: object, kept: Session, before: str
    ) -> Iterator[tuple[Any, ...]]:  # fmt: skip
        asked = question or (kept[-1].question if kept else "")
        if explorer.key(asked) == before:
            yield gr.skip(), gr.skip(), gr.skip()
        else:
            for drawn in look(request, asked):
                yield asked, *drawn

    common: dict[str, Any] = {"concurrency_id": concurrency_id, **HIDDEN}
    gr.on([start.click, box.submit], look, box, [view, shown], **common)
    opened.select(open_on_last, [box, session, shown], [box, view, shown], **common)
