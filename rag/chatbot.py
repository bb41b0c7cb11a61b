"""A conversation with an index: completes follow-ups, searches, answers. The one path behind CLI, API and page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.answering.answer import ANSWER_FROM, extract, refuse
from rag.answering.evidence import measure, met_words
from rag.answering.fallbacks import fallback_note
from rag.answering.followup import complete, leaning, subject_of
from rag.answering.generated import written_answer
from rag.answering.turns import Turn, questions_of
from rag.errors import ModelError
from rag.indexing.index import Index
from rag.retrieval.limits import Limits, limits_of
from rag.retrieval.search import MAX_QUESTION, check_question
from rag.text.question import language_of
from rag.types import Answer, Filters, Generator, Hit

HITS = 20  # passages read for one question
SHOWN = 10  # of them are part of the answer
MAX_TURNS = 8  # earlier questions that are read; a subject older than that is gone
#: A question that may stand alone leans on the subject when one passage brings both together: the share of the subject
#: that it meets, times what it meets of the question over what the best passage found without the subject meets.
_TOGETHER = 0.42
_READ = 3  # passages read for that, of each search
#: A subject has more words than the question that leans on it, and would drown them: among so many passages what a
#: passage meets of the question alone counts so much beside its score.
_DEEP, _OWN = 40, 0.2


@dataclass(frozen=True, slots=True)
class _Found:
    searched: str
    hits: list[Hit]


class Chatbot:
    """Answers from one index. Holds the conversation of one user; servers pass each user's history instead."""

    def __init__(
        self, index: Index, generator: Generator | None = None, today: Callable[[], date] = date.today
    ) -> None:
        self.index, self.generator, self.today = index, generator, today
        self.history: list[str] = []

    def ask(
        self,
        question: str,
        history: Sequence[Turn] | None = None,
        *,
        filters: Filters = Filters(),  # noqa: B008  (frozen)
        as_typed: bool = False,
    ) -> Answer:
        """Answer from the posts. With `history` (earlier turns, oldest first) the bot's own memory is left alone.

        Without `filters`, those that the question states are applied ("last month's posts"), and are in the answer's
        `limits`. `as_typed` neither reads it for limits nor completes it from earlier turns. Raises InputError for a
        question that can't be searched for.
        """
        *_, answer = self.stream(question, history, filters=filters, as_typed=as_typed)
        return answer

    def stream(
        self,
        question: str,
        history: Sequence[Turn] | None = None,
        *,
        filters: Filters = Filters(),  # noqa: B008
        as_typed: bool = False,
    ) -> Iterator[Answer]:
        """As `ask`, in growing steps; the last is the answer. Steps before it show sentences already checked."""
        question = check_question(question)
        earlier = (
            [] if as_typed else (self.history if history is None else questions_of(history, MAX_QUESTION))[-MAX_TURNS:]
        )
        limits = Limits(Filters(), question)
        if not (filters or as_typed):
            limits = limits_of(question, self.today(), [name for name, _ in self.index.facets()["tags"]])
        found = self._search(limits.question, earlier, limits.filters or filters)
        if limits.filters and not found.hits:  # a limit that was read into the question must not hide all there is
            limits = Limits(Filters(), question)
            found = self._search(question, earlier, filters)
        if history is None:
            self.history.append(question)
        for answer in self._answers(question, found):
            yield replace(answer, limits=limits.filters)

    def _answers(self, question: str, found: _Found) -> Iterator[Answer]:
        searched = found.searched if found.searched != question else ""
        reader = self.index.reader
        confidence = self.index.calibration.probability(measure(found.searched, found.hits, reader))
        if confidence < ANSWER_FROM or not found.hits:
            yield refuse(question, found.hits[:SHOWN], confidence, searched)
            return
        quoted = extract(question, found.hits, reader, confidence, searched)
        quoted = replace(quoted, hits=quoted.hits[:SHOWN])
        if self.generator is None:
            yield quoted
            return
        try:
            yield from written_answer(quoted, self.generator, reader)
        except ModelError as error:
            yield replace(quoted, note=fallback_note(language_of(question), error))

    def _search(self, question: str, earlier: Sequence[str], filters: Filters) -> _Found:
        """The question as searched, completed where it leans on the turns before, and its hits."""
        subject = subject_of(earlier)
        leans = leaning(question) if subject else "alone"
        completed = complete(question, subject)[-MAX_QUESTION:]
        alone = _Found(question, [])
        if leans != "carry" or completed == question:
            alone = _Found(question, self.index.search_filtered(question, HITS, filters))
        if leans == "alone" or completed == question:
            return alone
        about = self.index.search_filtered(completed, _DEEP, filters)
        together = _Found(completed, self._by_own_words(question, about)[:HITS])
        if leans == "carry" or self._belongs(question, subject, alone.hits, together.hits):
            return together
        return alone

    def _by_own_words(self, question: str, hits: Sequence[Hit]) -> list[Hit]:
        """The hits by their scores and what they meet of the question as asked; they share out the scores they had."""
        own = self.index.score_sentences(question, [hit.passage.text for hit in hits])
        worth = [hit.score + _OWN * met for hit, met in zip(hits, own, strict=True)]
        order = sorted(range(len(hits)), key=lambda i: -worth[i])
        return [replace(hits[i], score=hit.score) for i, hit in zip(order, hits, strict=True)]

    def _belongs(self, question: str, subject: Sequence[str], alone: Sequence[Hit], together: Sequence[Hit]) -> bool:
        """Whether a passage of `together` meets both the subject and the question."""
        reader = self.index.reader
        own = list(dict.fromkeys(reader.asked(question)))
        about = [w for w in dict.fromkeys(reader.asked(" ".join(subject))) if w not in own]
        if not own or not about or not together:
            return not own and bool(about)
        texts = [f"{h.passage.context}\n{h.passage.text}" for h in (*alone[:_READ], *together[:_READ])]
        met = met_words([*own, *about], texts, reader)
        weights = reader.rarity([*own, *about])
        question_met = met[:, : len(own)] @ weights[: len(own)]
        subject_met = met[:, len(own) :] @ weights[len(own) :] / max(float(weights[len(own) :].sum()), 1e-6)
        best_alone = max(question_met[: len(alone[:_READ])], default=0.0)
        pairs = zip(question_met[len(alone[:_READ]) :], subject_met[len(alone[:_READ]) :], strict=True)
        return any(s * q >= _TOGETHER * best_alone for q, s in pairs) and best_alone > 0
