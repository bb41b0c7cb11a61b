"""One reader's conversation: what asking, retrying, stopping and starting over do. Knows nothing about the layout.

The conversation lives in the server's session state. Nothing that a browser says was said before is believed.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import gradio as gr

from rag.chatbot import Chatbot
from rag.errors import InputError, RagError
from rag.evaluation.feedback import append, case_of
from rag.retrieval.filters import make_filters
from rag.retrieval.search import MAX_QUESTION
from rag.text.question import language_of
from rag.text.unicode import repair
from rag.types import Answer, Filters
from rag.web.cards import View
from rag.web.examples import next_questions
from rag.web.frame import strings_for
from rag.web.memory import Memory
from rag.web.reading import post_html
from rag.web.render import answer_html, notice_html, pending_html, problem_html, question_html
from rag.web.strings import Lang, Strings

MAX_TURNS = 40  # kept per reader: some 10 KB each
_EARLIER = 6  # questions that a follow-up may refer to
#: Each step of a growing answer costs the server and the browser a redraw; more than ten a second can't be read.
_STEP_SECONDS = 0.1

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and, as far as it is there, the answer to it."""

    number: int  # from 1 within a conversation; ids on the page hold it
    question: str
    strings: Strings  # the reader's language when it was asked
    html: str
    done: bool = False
    answer: Answer | None = None  # once it is complete


Session = tuple[Turn, ...]
Messages = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Chat:
    """The conversation's events over one bot; `lang` is the language for readers whose browser asks for none."""

    bot: Chatbot
    site_url: str = ""
    lang: Lang | None = None
    memory: Memory[tuple[str, Session]] = field(default_factory=Memory)  # which load of the page kept it, and what
    _voted: set[str] = field(default_factory=set)  # ids of the feedback kept since the start

    def strings_for(self, request: gr.Request) -> Strings:
        """The reader's language."""
        return strings_for(request, self.lang)

    def ask(
        self, question: str, session: Session, limits: Sequence[Any], request: gr.Request, *, alone: bool = False
    ) -> Iterator[tuple[Messages, Session]]:
        """(messages to show, conversation so far) at every step: at once without an answer, then as it grows.

        `limits` is (since, until, tags, categories) as the page's controls give them; `alone` takes the
        question as typed, without the turns before it. A question that is no text or empty changes nothing.
        """
        strings = self.strings_for(request)
        question = repair(question).strip() if isinstance(question, str) else ""
        session = tuple(session)[-MAX_TURNS:]
        if not question:
            yield messages(session), session
            return
        turn = Turn(session[-1].number + 1 if session else 1, question[:MAX_QUESTION], strings, pending_html(strings))
        yield messages((*session, turn)), (*session, turn)
        earlier = None if alone else [past.question for past in session[-_EARLIER:]]
        for html, answer, done in self._answers(question, earlier, limits, View(strings, turn.number, self.site_url)):
            turn = replace(turn, html=html, answer=answer, done=done)
            yield messages((*session, turn)), (*session, turn)

    def _answers(
        self, question: str, earlier: list[str] | None, limits: Sequence[Any], view: View
    ) -> Iterator[tuple[str, Answer | None, bool]]:
        """(html, answer, is it the last) for each step of the answer; an error becomes a sentence to the reader.

        `earlier` is None for a question that is taken as typed.
        """
        s = view.strings
        if len(question) > MAX_QUESTION:
            yield problem_html(s.long_question.format(limit=f"{MAX_QUESTION:,}"), s), None, True
            return
        if not any(map(str.isalnum, question)):
            yield problem_html(s.empty_question, s), None, True
            return
        try:
            filters = filters_of(limits)
            for answer, done in paced(
                self.bot.stream(question, earlier or [], filters=filters, as_typed=earlier is None)
            ):
                following = next_questions(answer) if done else []
                yield answer_html(answer, view, filters, complete=done, following=following), answer, done
        except InputError as error:
            log.info("refused a question: %s", error)
            yield problem_html(s.bad_request, s), None, True
        except RagError as error:
            log.warning("could not answer: %s", error)
            yield problem_html(s.failed, s), None, True

    def retry(
        self, session: Session, limits: Sequence[Any], request: gr.Request, *, alone: bool = False
    ) -> Iterator[tuple[Messages, Session]]:
        """Ask the last question again, with the limits as they are now; `alone`, the turns before don't complete it."""
        if session:
            yield from self.ask(session[-1].question, session[:-1], limits, request, alone=alone)
        else:
            yield [], ()

    def vote(self, wanted: str, session: Session, request: gr.Request) -> str:
        """Keep what "3 good", "3 bad" or "3 wrong PASSAGE" says of answer 3, once; what to tell the reader."""
        number, _, verdict = wanted.partition(" ")
        verdict, _, passage = verdict.partition(" ")
        s = self.strings_for(request)
        turn = next((turn for turn in session if str(turn.number) == number and turn.answer), None)
        if turn is None or turn.answer is None or verdict not in ("good", "bad", "wrong"):
            return ""
        generation = self.bot.index.generation
        try:
            line = case_of(turn.answer, verdict, language_of(turn.question), generation.id, passage)  # type: ignore[arg-type]
            if line["id"] not in self._voted:
                append(generation.path.parent, line)
                self._voted.add(line["id"])
        except RagError as error:
            log.warning("feedback was not kept: %s", error)
            return notice_html(s.failed, s)
        return notice_html({"good": s.thanks, "bad": s.point_at_wrong, "wrong": s.thanks_wrong}[verdict], s)

    def resume(self, name: str, request: gr.Request) -> Session:
        """The conversation that a reloaded tab had, an answer that was growing then as far as it had come.

        None that this load of the page has begun or gone on with: a reader can be quicker than the page's first word.
        """
        load, kept = self.memory.get(_user(request), name) or ("", ())
        return () if load == _load(request) else self.stop(kept)[1]

    def so_far(self, session: Session, name: str, request: gr.Request) -> Session:
        """What a new question follows: the session, or what a reloaded tab had before `resume` has shown it."""
        return session or self.resume(name, request)

    def keep(self, name: str, session: Session, request: gr.Request) -> None:
        """Keep a conversation under the name its tab drew."""
        self.memory.put(_user(request), name, (_load(request), session))

    def read(self, wanted: str, session: Session, request: gr.Request) -> str:
        """The post that "3 2025/miso.md" names, the quotes of answer 3 marked in it; "" when nothing is named."""
        number, _, path = wanted.partition(" ")
        answers = [turn.answer for turn in session if str(turn.number) == number and turn.answer]
        citations = answers[-1].citations if answers else ()
        view = View(self.strings_for(request), 0, self.site_url)
        return post_html(self.bot.index, path, citations, view) if path else ""

    def stop(self, session: Session) -> tuple[Messages, Session]:
        """Keep what there is of a growing answer, and say that it was stopped."""
        if session and not session[-1].done:
            last = session[-1]
            begun = "" if last.html == pending_html(last.strings) else last.html
            html = begun + problem_html(last.strings.stopped, last.strings)
            session = (*session[:-1], replace(last, html=html, done=True))
        return messages(session), session


def _user(request: gr.Request) -> str:
    return request.username or ""


def _load(request: gr.Request) -> str:
    """Gradio's name for one load of the page in one tab; a reload has another."""
    return request.session_hash or ""


def messages(session: Session) -> Messages:
    """The conversation as Gradio's chatbot takes it."""
    shown = []
    for turn in session:
        shown.append({"role": "user", "content": question_html(turn.question, turn.strings)})
        shown.append({"role": "assistant", "content": turn.html})
    return shown


def filters_of(limits: Sequence[Any]) -> Filters:
    """(since, until, tags, categories) as a form or a client gives them, checked. Raises InputError."""
    since, until, tags, categories = limits
    for value in (since, until):
        if value is not None and not isinstance(value, str):
            raise InputError(f"{value!r} is no day; give a text such as 2025-09-01 or 2025-09")
    for names in (tags, categories):
        if names is not None and not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
            raise InputError(f"{names!r} is no list of names")
    return make_filters(since or None, until or None, tags or None, categories or None)


def paced(answers: Iterable[Answer]) -> Iterator[tuple[Answer, bool]]:
    """Thin out a growing answer to one step per `_STEP_SECONDS`; the last always comes, with True."""
    shown, answer = time.monotonic(), None
    for answer in answers:
        if time.monotonic() - shown >= _STEP_SECONDS:
            yield answer, False
            shown = time.monotonic()
    if answer is not None:
        yield answer, True
