"""What the page writes into the browser: hostile text stays text, numbers lead to marked sentences, links are safe."""

import re
from dataclasses import fields
from html.parser import HTMLParser
from pathlib import Path

import pytest

from rag import web
from rag.types import Answer, Citation, Copy, Filters, Hit, Passage
from rag.web.cards import View
from rag.web.render import answer_html, copy_text, pending_html, problem_html, question_html
from rag.web.safe import post_link, text_html, valid_site_url
from rag.web.strings import EN, JA, STRINGS, Strings, pick_language, translations

HOSTILE = (
    "<script>alert(1)</script>", '<img src=x onerror="alert(1)">', "<svg onload=alert(1)>", "<style>*{}</style>",
    '<iframe srcdoc="<script>1</script>"></iframe>', "<form action=http://evil.test><button>go</button></form>",
    '<meta http-equiv=refresh content="0;url=http://evil.test">', '<base href="http://evil.test/">',
    '<a href="javascript:alert(1)">x</a>', '<div style="position:fixed;inset:0">x</div>', "${alert(1)} {{7*7}} `x`",
    "![x](http://evil.test/x.png) [x](javascript:alert(1))", "</details></blockquote></div>",
    "$$\\href{javascript:1}{x}$$", "```mermaid\ngraph TD; A-->B\n```", "a\n\n# 見出し\n\n- **太字**\n\n<b>x</b>",
    "&lt;b&gt; &amp;lt; &#x3c;", "\" onclick=\"x' y='",
)  # fmt: skip
TAGS = {
    "a", "b", "blockquote", "button", "code", "dd", "details", "div", "dl", "dt", "h3", "h4", "li", "mark", "meter",
    "p", "pre", "span", "summary", "time", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "class", "datetime", "href", "id", "lang", "max", "min", "open", "rel", "role", "tabindex", "target", "title",
    "type", "value",
}  # fmt: skip


class Outline(HTMLParser):
    """Every tag with its attributes, the text inside, and whether all that opens is closed in order."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.open, self.text, self.mark_texts = [], [], [], {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.open.append((tag, dict(attrs).get("id")))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        self.text.append(data)
        for tag, id_ in self.open:
            if tag == "mark":
                self.mark_texts[id_] = self.mark_texts.get(id_, "") + data

    def all(self, tag, class_):
        return [attrs for name, attrs in self.tags if name == tag and class_ in attrs.get("class", "").split()]


def passage(text="味噌は冷暗所に置く。夏は混ぜない。", **kw):
    fields = dict(
        id="p1", title="味噌の仕込み", heading="保存 › 夏", post="2025/miso.md", url="/2025/02/01/miso/",
        date="2025-02-01", tags=("発酵",), categories=("料理",), start_line=12, end_line=14,
    )  # fmt: skip
    return Passage(text=text, **(fields | kw))


def answered(*passages, text=None, searched=""):
    """An answer that quotes the first sentence of each passage."""
    citations = []
    for n, p in enumerate(passages, start=1):
        end = p.text.find("。") + 1 or len(p.text)
        citations.append(Citation(n, p, p.text[:end], 0, end))
    said = "\n".join(f"{c.quote} [{c.n}]" for c in citations) if text is None else text
    hits = tuple(Hit(p, 0.5, {"dense": 0.25, "lexical": 0.5, "late": 0.75}) for p in passages)
    return Answer("味噌は？", said, True, 0.8, tuple(citations), hits, searched)


def refused(*passages):
    return Answer("味噌は？", "", False, 0.1, (), tuple(Hit(p, 0.1) for p in passages))


VIEW = View(JA, 3, "https://example.org")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_every_place(text):
    """The same tags come out as for harmless text, none of them with an attribute of another kind or value."""
    p = passage(
        text + "。次の文。", id=text, title=text, heading=text, post=text, date=text, tags=(text,),
        url="/" + text.replace("\\", ""),
        categories=(text,), also_in=(Copy(text, text, text),),
    )  # fmt: skip
    plain = passage("x。次の文。", also_in=(Copy("x", "x", "x"),))
    for make in (answered, refused):
        html = answer_html(make(p), VIEW, Filters(tags=(text,)))
        tame = Outline(answer_html(make(plain), VIEW, Filters(tags=("x",))))
        found = Outline(html)
        shape = [name for name, _ in found.tags if name != "p"]  # a line break in an answer starts a paragraph
        assert shape == [name for name, _ in tame.tags if name != "p"]
        assert "\n" not in html
        assert {name for name, _ in found.tags} <= TAGS
        assert {key for _, attrs in found.tags for key in attrs} <= ATTRIBUTES
        for _, attrs in found.tags:
            assert re.match(r"https://example\.org/|#q-\d+-\d+$", attrs.get("href") or "#q-1-1")
        assert not found.open
    for html in (question_html(text, JA), problem_html(text, JA)):
        assert text.replace("\n\n", "\n").split("\n")[0] in "".join(Outline(html).text)
        assert {name for name, _ in Outline(html).tags} <= {"div", "button", "p"}


def test_text_is_on_one_line_and_readable_again():
    out = text_html("a <b>&\"'\r\nb\rc\n\nd")
    assert out == "a &lt;b&gt;&amp;&quot;&#x27;&#10;b&#10;c&#10;&#10;d"


def test_text_loses_what_can_not_be_seen():
    assert text_html("a\u202eb\u200bc\x00\x1b[31md\ud800") == "abc[31md\ufffd"


def test_a_number_leads_to_the_sentence_marked_in_its_paragraph():
    found = Outline(answer_html(answered(passage()), VIEW, Filters()))
    (link,) = found.all("a", "rag-cite")
    assert link["href"] == "#q-3-1"
    assert "味噌の仕込み" in link["title"]
    assert found.mark_texts == {"q-3-1": "味噌は冷暗所に置く。"}
    assert "夏は混ぜない。" in "".join(found.text)


def test_turns_have_ids_of_their_own():
    ids = [Outline(answer_html(answered(passage()), View(JA, turn), Filters())).mark_texts for turn in (1, 2)]
    assert [list(i) for i in ids] == [["q-1-1"], ["q-2-1"]]


def test_two_quotes_of_one_passage_share_a_card():
    p = passage("一つ目。二つ目。三つ目。")
    citations = (Citation(1, p, "三つ目。", 8, 12), Citation(2, p, "一つ目。", 0, 4))
    html = answer_html(Answer("?", "三つ目。 [1]\n一つ目。 [2]", True, 0.9, citations, (Hit(p, 0.5),)), VIEW, Filters())
    found = Outline(html)
    assert len(found.all("details", "rag-card")) == 1
    assert found.mark_texts == {"q-3-1": "三つ目。", "q-3-2": "一つ目。"}
    assert "".join(found.text).count("二つ目。") == 1


def test_overlapping_quotes_keep_the_text_whole():
    p = passage("あいうえおかきくけこ")
    citations = (Citation(1, p, "いうえお", 1, 5), Citation(2, p, "えおかき", 3, 7), Citation(3, p, "うえ", 2, 4))
    found = Outline(answer_html(Answer("?", "x [1] [2] [3]", True, 0.9, citations, (Hit(p, 0.5),)), VIEW, Filters()))
    assert found.mark_texts == {"q-3-1": "いうえお", "q-3-2": "かき"}
    assert [attrs["id"] for tag, attrs in found.tags if tag == "mark"] == ["q-3-1", "q-3-3", "q-3-2"]
    assert "".join(found.text).count("あいうえおかきくけこ") == 1


def test_the_figure_that_answers_is_bold_in_its_sentence():
    p = passage("味噌は十二度で置く。")
    citation = Citation(1, p, "味噌は十二度で置く。", 0, 10, ((3, 6), (5, 7), (9, 99)))
    html = answer_html(Answer("?", "x [1]", True, 0.9, (citation,), (Hit(p, 0.5),)), VIEW, Filters())
    assert '<mark id="q-3-1" tabindex="-1">味噌は<b>十二度</b>で置く。</mark>' in html


def test_the_figure_that_answers_is_bold_in_the_answer_too():
    p = passage("2025年は不作で、味噌は十二度、  酒は十二度で置く。")
    citation = Citation(1, p, "味噌は十二度、  酒は十二度で置く。", 10, 28, ((3, 6), (11, 14)))
    text = "2025-11-30: 味噌は十二度、 酒は十二度で置く。 [1]"
    html = answer_html(Answer("?", text, True, 0.9, (citation,), (Hit(p, 0.5),)), VIEW, Filters())
    assert "<p>2025-11-30: 味噌は<b>十二度</b>、 酒は<b>十二度</b>で置く。 <a" in html
    said = Answer("?", "置くのは<十二度>です。 [1]", True, 0.9, (citation,), (Hit(p, 0.5),))
    assert "<p>置くのは&lt;<b>十二度</b>&gt;です。 <a" in answer_html(said, VIEW, Filters()), "a generator's own words"


def test_a_number_without_a_citation_stays_text():
    found = Outline(answer_html(answered(passage(), text="味噌[1]は[2]と[99999]。"), VIEW, Filters()))
    assert len(found.all("a", "rag-cite")) == 1
    assert "は[2]と[99999]。" in "".join(found.text)


def test_cited_and_also_read_are_apart_and_the_first_card_is_open():
    answer = answered(passage(id="p1"))
    more = Hit(passage("別の段落。", id="p2", title="別の記事"), 0.3)
    html = answer_html(Answer("?", answer.text, True, 0.8, answer.citations, (*answer.hits, more)), VIEW, Filters())
    cited, also = html.split('class="rag-also"')
    assert "別の記事" not in cited
    assert "ほかに読んだ段落 1" in also
    cards = Outline(html).all("details", "rag-card")
    assert ["open" in card for card in cards] == [True, False]


def test_without_an_answer_the_page_says_so_and_shows_what_is_near():
    html = answer_html(refused(passage()), VIEW, Filters())
    found = Outline(html)
    text = "".join(found.text)
    assert JA.not_said in text
    assert JA.not_said_near in text
    assert JA.try_filters not in text
    assert not found.all("a", "rag-cite")
    assert len(found.all("details", "rag-card")) == 1
    assert EN.not_said_far in "".join(Outline(answer_html(refused(), View(EN, 1), Filters())).text).replace(
        "&#x27;", "'"
    )


def test_without_an_answer_under_filters_it_says_to_lift_them():
    html = answer_html(refused(), VIEW, Filters(since="2025-02-01", until="2025-03-31", tags=("発酵",)))
    assert JA.try_filters in html
    assert "2025年2月1日 – 2025年3月31日" in html


def test_many_near_passages_are_folded():
    found = Outline(answer_html(refused(*(passage(id=str(i)) for i in range(10))), VIEW, Filters()))
    assert len(found.all("details", "rag-card")) == 10
    assert "ほかに読んだ段落 6" in "".join(found.text)


def test_a_completed_question_is_shown_and_an_unchanged_one_is_not():
    assert "「冬の味噌は？」として探しました" in answer_html(
        answered(passage(), searched="冬の味噌は？"), VIEW, Filters()
    )
    assert "rag-note" not in answer_html(answered(passage(), searched="味噌は？"), VIEW, Filters())


def test_scores_are_shown_for_the_legs_that_ran():
    hit = Hit(passage(), 0.5, {"dense": 0.333, "late": 1.0})
    found = Outline(answer_html(Answer("?", "", False, 0, (), (hit,)), View(EN, 1), Filters()))
    assert [attrs["value"] for name, attrs in found.tags if name == "meter"] == ["0.33", "1.00"]
    assert EN.lexical not in found.text


def test_a_growing_answer_offers_nothing_to_copy_yet():
    assert "rag-copy" not in answer_html(answered(passage()), VIEW, Filters(), complete=False)
    assert "rag-copy" in answer_html(answered(passage()), VIEW, Filters())


def test_the_copy_names_every_source():
    assert copy_text(answered(passage()), VIEW) == (
        "味噌は冷暗所に置く。 [1]\n\n"
        "[1] 味噌の仕込み · 2025-02-01 · https://example.org/2025/02/01/miso/\n    “味噌は冷暗所に置く。”"
    )
    assert "· /2025/02/01/miso/" in copy_text(answered(passage()), View(JA, 1))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/2025/02/01/miso/", "https://example.org/2025/02/01/miso/"),
        ("/味噌 1/", "https://example.org/%E5%91%B3%E5%99%8C%201/"),
        ("//evil.test/", ""), ("/\\evil.test/", ""), ("javascript:alert(1)", ""), ("http://evil.test/", ""), ("", ""),
        ('/"onclick="x/', "https://example.org/%22onclick=%22x/"),
    ],
)  # fmt: skip
def test_only_paths_below_the_site_become_links(url, expected):
    assert post_link(passage(url=url), "https://example.org/") == expected


def test_without_a_site_there_are_no_links_and_the_path_is_text():
    html = answer_html(answered(passage()), View(JA, 1), Filters())
    assert "/2025/02/01/miso/" in html
    assert not Outline(html).all("a", "rag-open")


def test_the_link_ends_at_the_sentence():
    link = post_link(passage(), "https://example.org", "A-b, 味噌")
    assert link.endswith("/miso/#:~:text=A%2Db%2C%20%E5%91%B3%E5%99%8C")
    assert post_link(passage(), "https://example.org", "x" * 100).endswith(f"text={'x' * 24},{'x' * 24}")


@pytest.mark.parametrize(
    ("site", "valid"),
    [("https://example.org", True), ("http://localhost:4000/blog", True), ("example.org", False), ("", False),
     ("javascript:alert(1)", False), ("https://example.org/?a=1", False), ("file:///etc", False)],
)  # fmt: skip
def test_site_addresses(site, valid):
    assert valid_site_url(site) is valid


def test_waiting_and_problems_are_announced():
    assert ("p", {"role": "status"}) in Outline(pending_html(JA)).tags
    assert ("p", {"role": "alert"}) in Outline(problem_html("x", JA)).tags


# --- words ------------------------------------------------------------------------------------------------------


def test_both_languages_have_every_word_with_the_same_blanks():
    ja, en = translations()["ja"], translations()["en"]
    for name in ja:
        assert ja[name].strip()
        assert en[name].strip()
        assert set(re.findall(r"\{(\w+)\}", ja[name])) == set(re.findall(r"\{(\w+)\}", en[name])), name


def test_days_read_as_people_write_them():
    assert [JA.day(d) for d in ("2025-02-01", "2025-12", "", "someday")] == [
        "2025年2月1日",
        "2025年12月",
        "",
        "someday",
    ]
    assert EN.day("2025-02-01") == "2025-02-01"


@pytest.mark.parametrize(
    ("cookie", "accepted", "default", "lang"),
    [("", "ja,en;q=0.8", None, "ja"), ("", "JA-jp", None, "ja"), ("", "fr-FR,ja;q=0.5", None, "en"),
     ("", "", None, "en"), ("en", "ja", None, "en"), ("ja", "en", "en", "ja"), ("<x>", "ja", None, "ja"),
     ("", "ja", "en", "en"), ("", "", "ja", "ja")],
)  # fmt: skip
def test_the_reader_s_choice_comes_before_the_server_s_and_the_browser_s(cookie, accepted, default, lang):
    assert pick_language(cookie, accepted, default) == lang
    assert STRINGS[pick_language(cookie, accepted, default)].lang == lang


def test_every_word_of_the_page_is_used():
    sources = [p for p in Path(web.__file__).parent.glob("*.py") if not p.name.startswith(("words", "strings"))]
    code = "".join(path.read_text(encoding="utf-8") for path in sources)
    assert [f.name for f in fields(Strings) if not re.search(rf'\.{f.name}\b|"{f.name}"', code)] == []
