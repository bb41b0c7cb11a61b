"""What the page says, by name; `words_ja` and `words_en` hold the values. Knows nothing about where it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Lang = Literal["ja", "en"]


@dataclass(frozen=True, slots=True)
class Strings:
    """The words of one language. `{name}` stands for what `str.format` fills in, always numbers or escaped text."""

    lang: Lang
    # the frame
    title: str
    tagline: str
    placeholder: str
    ask: str
    stop: str
    conversation: str
    new_chat: str
    switch_language: str
    switch_theme: str
    index_line: str  # {posts}, {newest}
    skip: str
    # filters
    filters: str
    filters_on: str  # {count}
    since: str
    until: str
    tags: str
    categories: str
    any_label: str
    clear_filters: str
    # the empty page
    welcome: str
    welcome_text: str
    about_post: str  # {title}
    # an answer
    searching: str
    searched_as: str  # {question}
    narrowed: str
    answer: str
    question: str
    cited: str  # {count}
    also_read: str  # {count}
    cite_label: str  # {n}, {title}
    copy: str
    copied: str
    edit: str
    retry: str
    open_post: str
    also_in: str
    lines: str  # {start}, {end}
    undated: str
    why_found: str
    dense: str
    lexical: str
    late: str
    stopped: str
    source_marker: str
    # no answer
    not_said: str
    not_said_near: str
    not_said_far: str
    nearest: str  # {count}
    try_heading: str
    try_words: str
    try_filters: str
    try_narrow: str
    # errors
    empty_question: str
    long_question: str  # {limit}
    bad_request: str
    failed: str
    full: str
    lost: str
    page_failed: str
    waiting: str
    # tabs
    tab_chat: str
    tab_explore: str
    tab_index: str
    # after an answer
    good_answer: str
    bad_answer: str
    wrong_passage: str
    thanks: str
    thanks_wrong: str
    point_at_wrong: str
    next_questions: str
    as_typed: str
    remove: str  # {name}
    from_day: str  # {day}
    until_day: str  # {day}
    # reading a post
    read_post: str
    reading: str
    close: str
    left_out: str  # {count}
    unknown_post: str
    # exploring
    explore_ask: str
    explore_button: str
    explore_intro: str
    whole_index: str
    matching: str  # {question}, {passages}, {posts}
    nothing_matches: str
    by_month: str
    by_tag: str
    by_category: str
    map_title: str
    map_words: str
    map_missing: str
    map_hit: str
    map_others: str
    most_repeated: str
    blocks: str  # {count}
    month: str
    passages: str
    posts: str
    narrow_to: str  # {name}
    # the index
    refresh: str
    verify: str
    verified: str  # {generation}, {files}, {size}
    plan: str
    rebuild: str
    cancel: str
    roll_back: str
    roll_back_sure: str  # {built}
    roll_back_yes: str
    roll_back_no: str
    rolled_back: str  # {generation}, {built}
    generation: str
    built: str
    model: str
    deep: str  # {done}, {of}: passages that the transformer has embedded
    adapted: str
    size: str
    newest: str
    kept: str
    dropped: str
    problems: str
    skipped: str
    repaired: str
    add_posts: str
    add_files: str
    replace: str
    add: str
    add_from: str
    add_folder: str
    posts_folder: str
    posts_folder_words: str
    from_scratch: str
    allow_removals: str
    building: str
    step: str  # {n}, {all}, {stage}
    cancelled: str
    build_failed: str  # {when}
    already_building: str
    planned: str
    nothing_to_do: str
    done: str
    new: str
    changed: str
    removed: str
    unchanged: str
    more: str  # {count}
    seconds: str  # {count}
    report: str
    report_words: str
    reason: str
    not_sure: str  # {count}
    not_sure_words: str
    looked_for: str
    acting: str  # {count}
    not_acting: str
    not_owner: str
    read_only: str
    no_files: str
    added: str
    replaced: str
    same: str
    exists: str
    refused: str
    then_rebuild: str
    # names of things
    reasons: Mapping[str, str]  # why cleaning left something out, as `rag.cleaning.reasons.REASONS`
    repairs: Mapping[str, str]  # of a post, as `rag.cleaning.corpus_evidence.REPAIRS`
    why: Mapping[str, str]  # they are made or not, as `rag.cleaning.corpus_evidence.WHY`
    stages: Mapping[str, str]  # of a build, in order

    def day(self, date: str) -> str:
        """An ISO day as people write it; what is not one stays as it is."""
        parts = date.split("-")
        if self.lang == "en" or len(parts) not in (2, 3) or not all(part.isdecimal() for part in parts):
            return date
        return "".join(f"{int(part)}{unit}" for part, unit in zip(parts, "年月日", strict=False))
