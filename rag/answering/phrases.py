"""The few words put around quotes, in the language of the question. Quotes themselves are never translated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rag.text.question import Language
from rag.types import Filters


@dataclass(frozen=True, slots=True)
class Frame:
    """What the chatbot itself says in one language."""

    refusal: str
    from_one: str  # with {days}
    from_many: str  # with {posts} and {days}
    undated: str  # instead of days
    differ: str  # opens an answer whose quotes give different figures
    fallback: str  # with {reason}: why a generator's answer is not shown
    given_up: str  # with {limit}: that a limit which the question states is not kept
    day: str = "{0}-{1:02}-{2:02}"  # year, month and day: ISO 8601 where readers of a language have many habits


FRAMES: dict[Language, Frame] = {
    "ja": Frame(
        "記事には書かれていないようです。近い記事を挙げます。言葉を変えるか、固有名詞を入れて聞き直してみてください。",
        "1件の記事（{days}）より。",
        "{posts}件の記事（{days}）より。",
        "日付なし",
        "記事によって書かれていることが違います（新しい順）。",
        "生成モデルの回答は使いませんでした（{reason}）。記事からの引用です。",
        "{limit}の記事には見つからなかったので、すべての記事から探しました。",
        "{0}年{1}月{2}日",
    ),
    "en": Frame(
        "The posts don't seem to say. The nearest ones are listed; try other words, or name what you mean.",
        "From one post ({days}).",
        "From {posts} posts ({days}).",
        "undated",
        "The posts differ on this, newest first:",
        "The generator's answer is not used ({reason}); these are quotes from the posts.",
        "Nothing was found in the posts of {limit}, so all posts were searched.",
    ),
    "zh": Frame(
        "文章里似乎没有提到。下面列出相近的文章；请换个说法，或写出具体名称再问。",
        "出自1篇文章（{days}）。",
        "出自{posts}篇文章（{days}）。",
        "无日期",
        "各篇文章的说法不同（从新到旧）：",
        "未采用生成模型的回答（{reason}）；以下为文章原文。",
        "{limit}的文章里没有找到，因此搜索了全部文章。",
        "{0}年{1}月{2}日",
    ),
    "ko": Frame(
        "글에는 나와 있지 않은 것 같습니다. 가까운 글을 보여 드립니다. 다른 표현이나 구체적인 이름으로 다시 "
        "물어보세요.",
        "글 1건({days})에서.",
        "글 {posts}건({days})에서.",
        "날짜 없음",
        "글마다 내용이 다릅니다(최신순):",
        "생성 모델의 답변은 사용하지 않았습니다({reason}). 글에서 인용한 내용입니다.",
        "{limit}의 글에서는 찾지 못해 모든 글에서 찾았습니다.",
        "{0}년 {1}월 {2}일",
    ),
    "de": Frame(
        "Die Beiträge sagen dazu offenbar nichts. Die nächsten sind aufgeführt; versuchen Sie andere Wörter oder "
        "nennen Sie Namen.",
        "Aus einem Beitrag ({days}).",
        "Aus {posts} Beiträgen ({days}).",
        "ohne Datum",
        "Die Beiträge widersprechen sich hier, neueste zuerst:",
        "Die Antwort des Generators wird nicht verwendet ({reason}); dies sind Zitate.",
        "In den Beiträgen von {limit} fand sich nichts, darum wurden alle durchsucht.",
    ),
    "fr": Frame(
        "Les articles ne semblent pas le dire. Les plus proches sont listés ; essayez d'autres mots ou précisez "
        "les noms.",
        "D'après un article ({days}).",
        "D'après {posts} articles ({days}).",
        "sans date",
        "Les articles divergent sur ce point, du plus récent au plus ancien :",
        "La réponse du générateur n'est pas utilisée ({reason}) ; voici des citations.",
        "Rien trouvé dans les articles de {limit} : tous ont été parcourus.",
    ),
    "es": Frame(
        "Las entradas no parecen decirlo. Se muestran las más cercanas; pruebe con otras palabras o indique nombres.",
        "De una entrada ({days}).",
        "De {posts} entradas ({days}).",
        "sin fecha",
        "Las entradas difieren en esto, de la más reciente a la más antigua:",
        "No se usa la respuesta del generador ({reason}); estas son citas.",
        "No se encontró nada en las entradas de {limit}; se buscó en todas.",
    ),
    "pt": Frame(
        "As publicações não parecem dizê-lo. As mais próximas estão listadas; tente outras palavras ou indique nomes.",
        "De uma publicação ({days}).",
        "De {posts} publicações ({days}).",
        "sem data",
        "As publicações divergem nisto, da mais recente à mais antiga:",
        "A resposta do gerador não é usada ({reason}); estas são citações.",
        "Nada foi encontrado nas publicações de {limit}; procurou-se em todas.",
    ),
}  # fmt: skip


def sources_line(language: Language, posts: int, dates: Iterable[str]) -> str:
    """From how many posts an answer comes, and of which days: "From 2 posts (2025-04-02 – 2025-11-30)."."""
    frame = FRAMES[language]
    days = _days(frame, dates) or frame.undated
    return (frame.from_one if posts == 1 else frame.from_many).format(posts=posts, days=days)


def given_up_line(language: Language, limit: Filters) -> str:
    """That nothing was found under a limit: "Nothing was found in the posts of 2025-11-01 – 2025-11-30, …"."""
    frame = FRAMES[language]
    named = (_days(frame, filter(None, (limit.since, limit.until))), *(f"#{tag}" for tag in limit.tags))
    return frame.given_up.format(limit=" ".join(filter(None, named)))


def _days(frame: Frame, dates: Iterable[str]) -> str:
    """The first and the last of some days, as the language writes them; "" without any."""
    days = [frame.day.format(*map(int, date.split("-"))) for date in sorted({date for date in dates if date})]
    return " – ".join(days if len(days) < 2 else (days[0], days[-1]))
