"""Conversations over the demo blog: what a follow-up finds without a language model, and what it doesn't drag along."""

from pathlib import Path

import pytest

import rag
from rag.chatbot import Chatbot

POSTS = Path(__file__).parent.parent / "examples" / "posts"

#: Turns, and a string of the passage that the last one asks for.
FOLLOW_UPS = [
    (["こむぎ番地の食パンは一日に何本焼かれる？", "一次発酵は何分？"], "70分休ませ"),
    (["こむぎ番地の食パンは一日に何本焼かれる？", "その粉の配合は？"], "全粒粉"),
    (["パン屋のこむぎ番地は何時に開く？", "では仕込みは？"], "午前4時"),
    (["霧浜電鉄の停留場はいくつ？", "開業はいつ？"], "1924年6月"),
    (["霧浜電鉄の停留場はいくつ？", "それは全長何キロ？"], "11.8キロ"),
    (["霧浜電鉄の枕木一本運動とは？", "全部で何本集まったの？"], "2,316本"),
    (["なぎ号はいつから走る？", "その蓄電池で走るのはどの区間？"], "2.9キロ"),
    (["なぎ号の名前はどう決まった？", "乗客が増えたのはなぜ？"], "電車で図書館"),
    (["ミニトマトの鉢は何リットルがいい？", "植え付けは？"], "5月の連休"),
    (["ミニトマトの鉢は何リットルがいい？", "わき芽はいつ取る？"], "5センチになる前"),
    (["ミニトマトのわき芽の取り方は？", "では水やりは？"], "朝6時台"),
    (["灯台前図書館は何時まで開いている？", "貸出は何冊まで？"], "15冊"),
    (["灯台前図書館は何時まで開いている？", "その潮の棚には何がある？"], "700冊"),
    (["灯台前図書館の蔵書は何冊？", "休みは？"], "月曜は休み"),
    (["猫背山の標高は？", "登山口はいくつある？"], "茶畑口"),
    (["猫背山の標高は？", "下りはどれくらいかかる？"], "55分"),
    (["猫背山の登山口は？", "水はどれだけ持っていく？"], "1リットル"),
    (["自転車のブレーキが効かないときは？", "ゴムの溝は何ミリで交換？"], "1ミリ"),
    (["自転車のブレーキの片効きとは？", "それを直すには？"], "4分の1回転"),
    (["釜炒り茶の湯は何度？", "時間は？"], "45秒"),
    (["釜炒り茶の湯は何度？", "二煎目は何秒？"], "15秒"),
    (["釜炒り茶のいれ方は？", "水で出すときは？"], "12グラム"),
    (["自作キーボードの部品代は？", "その基板はいくら？"], "4,800円"),
    (["自宅サーバーの消費電力は？", "写しは何時に取る？"], "2時30分"),
    (["自宅サーバーの3・2・1の決まりとは？", "ディスクの代金は？"], "2万6千円"),
    (["坂下公民館の電気窯は一回いくら？", "本焼きは何度？"], "1,230度"),
    (["坂下公民館の電気窯の話", "厚みは？", "では乾いたかどうかはどう確かめる？"], "頬に当て"),
    (["とび島へはどう行く？", "一周は何分？"], "90分"),
    (["とび島へはどう行く？", "そこには何人住んでいる？"], "19人"),
    (["とび島の渡し船はいくら？", "最終は？"], "16時50分"),
    (["銭湯の波の湯はいつ建てられた？", "料金は？"], "大人480円"),
    (["銭湯の波の湯の湯船はいくつ？", "いちばん熱いのは何度？"], "43度"),
    (["干し柿は何度の湯にくぐらせる？", "吊るすのはいつ？"], "15度を下回"),
    (["How many tools does the tool library lend?", "What does membership cost?"], "20 dollars"),
    (["How many tools does the tool library lend?", "Why doesn't it lend chainsaws?"], "insurance"),
    (["雨水タンクは何リットル？", "市の補助はいくら出た？"], "1万5千円"),
    (["修理カフェには何点持ち込まれた？", "直らなかった理由は？"], "部品が手に入らな"),
]  # fmt: skip

#: Turns of which the last speaks of something else.
CHANGES = [
    ["こむぎ番地の食パンは一日に何本焼かれる？", "猫背山の標高は何メートル？"],
    ["霧浜電鉄の停留場はいくつ？", "釜炒り茶は何度の湯でいれる？"],
    ["釜炒り茶は何度の湯でいれる？", "修理カフェで直った品は何パーセント？"],
    ["猫背山の標高は何メートル？", "ところで、銭湯の料金は？"],
    ["灯台前図書館の蔵書は何冊？", "自作キーボードの部品代は全部でいくら？"],
    ["とび島の渡し船はいくら？", "話は変わるけど、干し柿はいつ吊るす？"],
    ["How many tools does the tool library lend?", "By the way, how do I feed a sourdough starter in summer?"],
    ["How many tools does the tool library lend?", "How much electricity does the home server laptop use?"],
]  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    index = rag.build_index(POSTS, tmp_path_factory.mktemp("demo") / "ix")
    yield index
    index.close()


@pytest.mark.parametrize(("turns", "wanted"), FOLLOW_UPS, ids=lambda x: x if isinstance(x, str) else None)
def test_a_follow_up_finds_the_passage_of_its_subject(demo, turns, wanted):
    answer = Chatbot(demo).ask(turns[-1], turns[:-1])
    assert any(wanted in f"{hit.passage.heading}\n{hit.passage.text}" for hit in answer.hits), answer.searched


def test_what_is_asked_ranks_what_the_subject_finds(demo):
    """A subject of many words drowned a short question: the post came first, its passage about holidays did not."""
    hits = Chatbot(demo).ask("休みは？", ["灯台前図書館の蔵書は何冊？"]).hits
    assert "月曜は休み" in hits[0].passage.text
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)


@pytest.mark.parametrize("turns", CHANGES, ids=lambda turns: turns[-1])
def test_a_new_subject_is_searched_for_alone(demo, turns):
    assert Chatbot(demo).ask(turns[-1], turns[:-1]).searched == ""
