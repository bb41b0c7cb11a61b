"""A small blog of our own and its index, built once for all tests."""

# ruff: noqa: E501  (prose)

import shutil
from pathlib import Path

import pytest

import rag

POSTS = {
    "2025-04-02-bakery.md": (
        "駅前のパン屋「こむぎ堂」", "2025-04-02", ["パン", "朝"], ["店"],
        "こむぎ堂は朝七時に開き、食パンは一斤三百二十円で売られている。\n\n"
        "## 窯の話\n\n石窯は二〇一九年に信州から運ばれたもので、薪を使い、三百度まで温度が上がる。"
        "焼き上がりは一日に四回、午前七時、十時、午後一時、四時である。\n\n"
        "店の奥には六席の小さな喫茶室があり、焼きたてのクロワッサンと深煎りのコーヒーを楽しめる。",
    ),
    "2025-05-10-railway.md": (
        "川沿いを走るローカル鉄道", "2025-05-10", ["鉄道", "旅"], ["旅行"],
        "全長二十一キロのこの鉄道は、十四の駅を四十二分で結んでいる。\n\n"
        "## 運賃\n\n一日乗車券は大人千二百円で、子どもは半額になる。週末には自転車をそのまま載せられる列車が二往復走る。\n\n"
        "## 歴史\n\n開業は一九三一年で、木材を運ぶために敷かれた線路が旅客にも使われるようになったのが始まりである。",
    ),
    "2025-06-01-tomato.md": (
        "ベランダでトマトを育てる", "2025-06-01", ["園芸"], ["暮らし"],
        "ミニトマトの苗は五月の連休のころに植えるとよく根づき、七月の初めから収穫できる。\n\n"
        "水やりは朝に一度、土の表面が乾いてからたっぷりと与える。肥料は二週間に一回で足りる。\n\n"
        "脇芽は小さいうちに手で摘み取ると、実に養分が回って甘くなる。",
    ),
    "2025-07-15-weather-station.md": (
        "Building a small weather station", "2025-07-15", ["DIY", "weather"], ["electronics"],
        "The station measures temperature, humidity and air pressure every five minutes and costs about 45 euros.\n\n"
        "A lithium battery of 2,600 mAh keeps it running for eleven days without sun; a solar panel of two watts "
        "charges it.\n\n## Placement\n\nMount the sensor in the shade, two metres above grass, away from walls that "
        "give off heat in the evening.",
    ),
    "2025-08-20-library.md": (
        "町の図書館の新しい使い方", "2025-08-20", ["本", "町"], ["暮らし"],
        "図書館は火曜から日曜まで開いていて、貸出は一人十冊、期間は三週間である。\n\n"
        "三階の学習室には四十八席があり、夏休みのあいだは朝八時半から予約なしで使える。\n\n"
        "電子書籍は二〇二四年から始まり、いまでは六千点をスマートフォンで読むことができる。",
    ),
    "2025-11-30-bakery-winter.md": (
        "冬のこむぎ堂", "2025-11-30", ["パン", "冬"], ["店"],
        "冬のあいだ、こむぎ堂の開店は朝八時に変わり、食パンは一斤三百六十円に値上げされた。\n\n"
        "シュトーレンは十二月一日から予約を受け付け、百本だけ焼かれる。\n\n---END---",
    ),
}  # fmt: skip


def write_post(
    folder: Path, name: str, title: str, date: str, tags: list[str], categories: list[str], body: str
) -> Path:
    """One post with Jekyll's front matter."""
    path = folder / name
    front = f'title: "{title}"\ndate: {date}\ntags: [{", ".join(tags)}]\ncategories: [{", ".join(categories)}]'
    path.write_text(f"---\n{front}\n---\n\n{body}\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def blog(tmp_path_factory) -> Path:
    """A folder with the posts above."""
    folder = tmp_path_factory.mktemp("posts")
    for name, fields in POSTS.items():
        write_post(folder, name, *fields)
    return folder


@pytest.fixture
def posts(blog, tmp_path) -> Path:
    """A copy of that folder, for a test to change."""
    return Path(shutil.copytree(blog, tmp_path / "posts"))


@pytest.fixture(scope="session")
def index_dir(blog, tmp_path_factory) -> Path:
    """The folder of its index. Read only: a test that builds makes its own."""
    folder = tmp_path_factory.mktemp("indexes") / "blog"
    rag.build_index(blog, folder).close()
    return folder


@pytest.fixture(scope="session")
def index(index_dir):
    """Its index, opened."""
    opened = rag.open_index(index_dir)
    yield opened
    opened.close()
