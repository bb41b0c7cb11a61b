"""Every word of the page, in Japanese and English. Knows nothing about where a word is shown."""

from __future__ import annotations

from dataclasses import asdict, dataclass
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
    any_month: str
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

    def day(self, date: str) -> str:
        """An ISO day as people write it; what is not one stays as it is."""
        parts = date.split("-")
        if self.lang == "en" or len(parts) not in (2, 3) or not all(part.isdecimal() for part in parts):
            return date
        return "".join(f"{int(part)}{unit}" for part, unit in zip(parts, "年月日", strict=False))


JA = Strings(
    lang="ja",
    title="記事に訊く",
    tagline="記事の文をそのまま引いて答えます",
    placeholder="記事について質問する",
    ask="質問する",
    stop="止める",
    conversation="会話",
    new_chat="新しい会話",
    switch_language="English",
    switch_theme="明るい表示と暗い表示を切り替える",
    index_line="記事 {posts} 本　最新 {newest}",
    skip="入力欄へ移動",
    filters="絞り込み",
    filters_on="絞り込み（{count}）",
    since="この月から",
    until="この月まで",
    tags="タグ",
    categories="カテゴリ",
    any_month="指定なし",
    any_label="すべて",
    clear_filters="絞り込みを解除",
    welcome="何を調べますか",
    welcome_text="答えは記事の文の引用です。番号を押すと、もとの段落と、その文が開きます。書かれていないことには、書かれていないと答えます。",
    about_post="「{title}」の要点は？",
    searching="記事を探しています…",
    searched_as="「{question}」として探しました",
    narrowed="絞り込み",
    answer="回答",
    question="質問",
    cited="引用した段落 {count}",
    also_read="ほかに読んだ段落 {count}",
    cite_label="出典 {n}「{title}」を開く",
    copy="引用つきで写す",
    copied="写しました",
    edit="書き直す",
    retry="もう一度",
    open_post="記事を開く",
    also_in="同じ内容の記事",
    lines="{start}–{end} 行",
    undated="日付なし",
    why_found="見つかった理由",
    dense="意味",
    lexical="語句",
    late="細部",
    stopped="途中で止めました",
    source_marker="出典",
    not_said="投稿には書かれていません",
    not_said_near="近い話題の段落はありますが、この質問の答えにあたる文は見つかりませんでした。",
    not_said_far="この質問に近い段落も見つかりませんでした。",
    nearest="近い段落 {count}",
    try_heading="次を試してみてください",
    try_words="記事で使われていそうな固有名詞や言い方に替える",
    try_filters="絞り込みを外す",
    try_narrow="一度に一つのことだけを訊く",
    empty_question="質問を入力してください。",
    long_question="質問は {limit} 字までにしてください。",
    bad_request="その指定では探せません。絞り込みを確かめてください。",
    failed="答えられませんでした。記事の索引を読めないようです。しばらくしてからもう一度お試しください。",
    full="いま混み合っています。少し待ってからもう一度お試しください。",
)

EN = Strings(
    lang="en",
    title="Ask the posts",
    tagline="Answers in the posts' own words",
    placeholder="Ask about the posts",
    ask="Ask",
    stop="Stop",
    conversation="Conversation",
    new_chat="New conversation",
    switch_language="日本語",
    switch_theme="Switch between light and dark",
    index_line="{posts} posts, newest {newest}",
    skip="Skip to the question box",
    filters="Narrow down",
    filters_on="Narrow down ({count})",
    since="From month",
    until="To month",
    tags="Tags",
    categories="Categories",
    any_month="Any",
    any_label="All",
    clear_filters="Clear all",
    welcome="What would you like to know?",
    welcome_text=(
        "Answers are quotes from the posts. Press a number to open the paragraph it came from, with the sentence "
        "marked. When the posts don't say, you are told so."
    ),
    about_post="What does “{title}” say?",
    searching="Looking through the posts…",
    searched_as="Searched as “{question}”",
    narrowed="Narrowed to",
    answer="Answer",
    question="Question",
    cited="Quoted passages {count}",
    also_read="Also read {count}",
    cite_label="Open source {n}, “{title}”",
    copy="Copy with sources",
    copied="Copied",
    edit="Edit",
    retry="Ask again",
    open_post="Open the post",
    also_in="The same in",
    lines="lines {start}–{end}",
    undated="no date",
    why_found="Why it was found",
    dense="Meaning",
    lexical="Words",
    late="Detail",
    stopped="Stopped",
    source_marker="Source",
    not_said="The posts don't say",
    not_said_near="Some passages are on a near subject, but none holds a sentence that answers this.",
    not_said_far="No passage comes near this question.",
    nearest="Nearest passages {count}",
    try_heading="You could try",
    try_words="names and wording the posts may use",
    try_filters="fewer limits under “Narrow down”",
    try_narrow="one thing at a time",
    empty_question="Please type a question.",
    long_question="Please keep the question under {limit} characters.",
    bad_request="That can't be searched for. Please check the limits under “Narrow down”.",
    failed="No answer could be given: the index of the posts can't be read. Please try again later.",
    full="Too many questions at once. Please try again in a moment.",
)

STRINGS: dict[Lang, Strings] = {"ja": JA, "en": EN}


def translations() -> dict[str, dict[str, str]]:
    """Language -> name -> words, for what is translated in the browser."""
    return {lang: asdict(words) for lang, words in STRINGS.items()}


def pick_language(cookie: str, accept_language: str, default: Lang | None = None) -> Lang:
    """The reader's own choice first, then the server's default, then the browser's first language; else English."""
    if cookie in ("ja", "en"):
        return "ja" if cookie == "ja" else "en"
    return default or ("ja" if accept_language.strip().lower().startswith("ja") else "en")
