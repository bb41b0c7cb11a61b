"""What a question says about the posts themselves, and not about what is asked: "according to the blog", 記事によると.

Such words stand in the question alone, so they would only be missed in every passage. Knows nothing about posts.
"""

from __future__ import annotations

import re

_THIS_JA = "(?:この|その|これらの|本|当|同|あなたの|貴)"
_BLOG_JA = "(?:ブログ|サイト|日記)"
_POST_JA = "(?:ブログ記事|記事|投稿|ポスト|エントリー?)"
_EITHER_JA = f"(?:{_BLOG_JA}|{_POST_JA})"
_AT_JA = "(?:の(?:中|なか|記事|投稿))?(?:で|に)(?:は|も)?、?"
_IS_JA = "て(?:い|お|あ|あり|おり)?(?:る|た|った|ます|ました|ります|りました)(?:の|ん)?(?:です|でしょう|だろう)?か?"
_WRITE_JA = "書(?:かれ|い)|記(?:され|し)|述べ(?:られ)?|紹介(?:され|し)|説明(?:され|し)|言及(?:され|し)|載っ"
_WRITTEN_JA = rf"(?:{_WRITE_JA}){_IS_JA}\s*(?=[？?。]*$)"
#: Who says it is never what is asked. Where it is said is not if one points at it, if it opens the question, or if the
#: question ends in 書かれている or the like: ブログで稼ぐ方法は？ asks about blogs.
_SOURCE_JA = re.compile(f"{_THIS_JA}?{_EITHER_JA}(?:の(?:中|記事))?(?:に(?:よると|よれば|よりますと)|いわく|曰く)、?")
_HERE_JA = re.compile(f"{_THIS_JA}(?:{_BLOG_JA}の)?{_EITHER_JA}{_AT_JA}|^{_POST_JA}(?:の中)?で(?:は|も)?、?")
_THERE_JA = re.compile(f"{_THIS_JA}?{_EITHER_JA}{_AT_JA}")
_SAID_JA, _WRITTEN_AT_END_JA = re.compile(f"(?:と(?:は|も)?|って){_WRITTEN_JA}"), re.compile(_WRITTEN_JA)

#: None of them where another word or a number makes something else of it: post office, Artikel 5.
_NOT_ELSE = r"(?![a-zà-ÿ-]| ?\d| (?:office|card|code|box))"
_POSTS_EN = "(?:blog|weblog|posts?|articles?|entr(?:y|ies)|diary)(?: (?:posts?|articles?|entr(?:y|ies)))?"
_POSTS_DE = "(?:blogs?|beitrag|beiträgen?|artikeln?|blogbeitrag|blogbeiträgen?|eintrag|einträgen?|tagebuch)"
_POSTS_FR = "(?:blog|blogue|articles?|billets?|publications?)"
_POSTS_ES_PT = "(?:blog|blogue|artículos?|entradas?|publicaci(?:ón|ones)|artigos?|publicaç(?:ão|ões)|postage(?:m|ns))"
_POSTS_ZH = "(?:博客|文章|博文|帖子|日志)"
_POSTS_KO = "(?:블로그|글|기사|포스트|게시물)"
_LATIN = (
    rf"(?:according to|as (?:told|said|written) (?:in|on)|in|on|from)"
    rf" (?:this|the|these|those|your|my|his|her|their) {_POSTS_EN}",
    rf"(?:does|do|did) (?:(?:this|the|these|your) )?(?:{_POSTS_EN}|author)"
    r" (?:say|tell(?: us| me)?|write|mention|report)",
    rf"(?:laut|gemäß|nach|in|im|auf) (?:(?:dem|den|der|diesem|diesen|dieser|eurem|ihrem) )?{_POSTS_DE}",
    rf"(?:sagt|sagen|schreibt|schreiben|berichtet|berichten) (?:der|das|die|dieser|dieses|diese) {_POSTS_DE}",
    rf"(?:selon|d['’]après|dans|sur) (?:(?:le|la|les|ce|cet|ces|votre|vos) |l['’]){_POSTS_FR}",
    rf"(?:dit|disent|raconte|racontent) (?:(?:le|les|ce|cet|ces|votre) |l['’]){_POSTS_FR}",
    rf"según (?:el|la|los|las|este|esta|estos|su|tu) {_POSTS_ES_PT}",
    r"en (?:(?:el|este|su|tu) (?:blog|artículo)|los artículos|esta entrada|estas entradas)",  # "en la entrada": a door
    rf"(?:segundo|conforme|de acordo com) (?:o|a|os|as|este|esta) {_POSTS_ES_PT}",
    rf"n(?:o|a|os|as|este|esta|estes|estas) {_POSTS_ES_PT}",
    rf"(?:dicen?|diz|dizem) (?:el|la|los|las|este|esta|o|a|os|as) {_POSTS_ES_PT}",
)
_OTHERS = (
    *(re.compile(rf"(?<![a-zà-ÿ]){pattern}{_NOT_ELSE},? ?", re.IGNORECASE) for pattern in _LATIN),
    re.compile(f"(?:根据|据|按照)(?:这个|这篇|这些|该|本|你的|您的)?{_POSTS_ZH}(?:的说法)?[，,]?"),
    re.compile(f"在?(?:这个|这篇|这些|该|本|你的|您的)?{_POSTS_ZH}[里中上](?:说|写|提到|写道|讲)?[到过了的]?[，,]?"),
    re.compile(f"(?:(?:이|그|본|해당) ?)?{_POSTS_KO}에 (?:따르면|의하면),? ?"),
    re.compile(f"(?:(?:이|그|본|해당) ?|^){_POSTS_KO}에(?:서는?|는)? ?"),
    re.compile("[라다]고 (?:쓰여|적혀|나와) ?있(?:나요|습니까|어요|는가|니)(?=[?？]*$)"),
)


def without_mention(question: str) -> str:
    """The question without what it says of posts."""
    rest = _SOURCE_JA.sub("", question)
    written = _SAID_JA.search(rest) or (_THERE_JA.search(rest) and _WRITTEN_AT_END_JA.search(rest))
    if written:
        rest = _THERE_JA.sub("", rest[: written.start()]) + rest[written.end() :]
    rest = _HERE_JA.sub("", rest)
    for pattern in _OTHERS:
        rest = pattern.sub("", rest)
    return rest.strip()
