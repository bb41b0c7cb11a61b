"""Building: from posts to a published index, again after edits, and what can't be built."""

import json
import re
import resource
import subprocess
import sys

import numpy as np
import pytest

import rag
from rag.cleaning.site_rules import SiteRules
from rag.errors import BusyError, IndexDamaged, ModelError, PostsError
from rag.indexing import arrays, plan
from rag.indexing import build as build_module
from rag.indexing.build import build
from rag.indexing.settings import Settings
from rag.storage import generation
from tests.conftest import POSTS, write_post


def _state(index_dir):
    """Passages and arrays of an index, as bytes."""
    index = rag.open_index(index_dir)
    made = arrays.load(index.generation.path)
    index.close()
    counts = (f"{kind}_{part}" for kind in ("word", "token") for part in ("df", "starts", "rows", "counts"))
    files = ("vectors", "tokens", "token_offsets", "words", "word_offsets", *counts)
    return list(index.generation.path.glob("*")) and (
        (index.generation.path / "passages.sqlite").read_bytes(),
        [(index.generation.path / f"{name}.npy").read_bytes() for name in files],
        made.words.names,
    )


def test_rows_agree_everywhere_and_vectors_are_unit(index):
    made = arrays.load(index.generation.path)
    n = len(index)
    assert n == len(made.vectors) == len(made.tokens) == len(made.words.rows) == index.parts.lexical.n >= 10
    assert np.linalg.norm(made.vectors.astype(np.float32), axis=1) == pytest.approx(np.ones(n), abs=2e-3)
    assert [p.id for p in index.passages()] == list(dict.fromkeys(p.id for p in index.passages()))


def test_a_second_build_with_nothing_changed_publishes_nothing(posts, tmp_path):
    first = rag.build_index(posts, tmp_path / "ix")
    second = rag.build_index(posts, tmp_path / "ix")
    assert second.generation.id == first.generation.id
    assert (second.report.new, second.report.changed, second.report.removed) == ((), (), ())
    assert second.report.unchanged == len(POSTS)
    assert second.report.passages == len(first)


def test_a_new_post_before_all_others_costs_none_of_their_passages(posts, tmp_path):
    """A row that is new was taken for the one before row 0."""
    before = len(rag.build_index(posts, tmp_path / "ix"))
    write_post(posts, "0000-first.md", "温室の便り", "2024-01-01", [], [], "温室の苗には、朝の七時に水をやる。")
    assert len(rag.build_index(posts, tmp_path / "ix")) == before + 1
    rag.build_index(posts, tmp_path / "full")
    assert _state(tmp_path / "ix") == _state(tmp_path / "full")


def test_a_build_after_edits_equals_a_full_build_byte_for_byte(posts, tmp_path):
    rag.build_index(posts, tmp_path / "ix").close()
    write_post(posts, "2025-12-01-tea.md", "お茶の淹れ方", "2025-12-01", ["茶"], ["暮らし"],
               "煎茶は八十度の湯で一分ほど待つと、渋みが出ずに甘く淹れられる。")  # fmt: skip
    (posts / "2025-05-10-railway.md").unlink()
    (posts / "2025-08-20-library.md").rename(posts / "2025-08-21-library.md")
    bread = posts / "2025-04-02-bakery.md"
    bread.write_text(bread.read_text(encoding="utf-8").replace("三百二十円", "三百三十円"), encoding="utf-8")
    report = rag.build_index(posts, tmp_path / "ix").report
    assert report.new == ("2025-08-21-library.md", "2025-12-01-tea.md")
    assert report.changed == ("2025-04-02-bakery.md",)
    assert report.removed == ("2025-05-10-railway.md", "2025-08-20-library.md")
    assert 0 < report.embedded < 4  # the renamed post's passages are taken over
    rag.build_index(posts, tmp_path / "full", rebuild=True).close()
    assert _state(tmp_path / "ix") == _state(tmp_path / "full")


def test_deleted_posts_are_never_found_again(posts, tmp_path):
    rag.build_index(posts, tmp_path / "ix").close()
    (posts / "2025-05-10-railway.md").unlink()
    index = rag.build_index(posts, tmp_path / "ix")
    assert "2025-05-10-railway.md" not in {h.passage.post for h in index.search("一日乗車券の値段", k=50)}


def test_an_open_index_keeps_answering_while_another_generation_is_built(posts, tmp_path):
    old = rag.build_index(posts, tmp_path / "ix")
    for day in range(1, 4):
        write_post(
            posts,
            f"2025-12-0{day}-x.md",
            f"新しい記事{day}",
            f"2025-12-0{day}",
            [],
            [],
            f"{day}番目の記事は窓辺の鉢植えについて書いた、短いが役に立つ文章である。",
        )
        rag.build_index(posts, tmp_path / "ix").close()
    assert "三百度" in old.search("石窯は何度まで温度が上がる？", k=1)[0].passage.text
    assert len(list(old.passages())) == len(old)


def test_plan_writes_nothing(posts, tmp_path):
    report = build(posts, tmp_path / "ix", Settings(), plan=True)
    assert len(report.new) == len(POSTS)
    assert not (tmp_path / "ix").exists()


@pytest.mark.parametrize(("model", "embedded"), [("static", 10), ("builtin", 0)])
def test_other_settings_make_everything_again_but_for_the_transformers_vectors(posts, tmp_path, model, embedded):
    rag.build_index(posts, tmp_path / "ix", model=model).close()
    index = rag.build_index(posts, tmp_path / "ix", permalink="/p/:title/")
    assert (index.report.anew, len(index), index.report.embedded) == ("other settings", 10, embedded)
    assert next(index.passages()).url == "/p/bakery/"


def test_settings_that_are_not_given_are_as_the_index_was_built(posts, tmp_path):
    first = rag.build_index(posts, tmp_path / "ix", permalink="/p/:title/", adapt=False)
    again = rag.build_index(posts, tmp_path / "ix")
    assert again.generation.id == first.generation.id
    assert again.report.options == ("--no-adapt", "--permalink /p/:title/")
    anew = rag.build_index(posts, tmp_path / "ix", rebuild=True)
    assert (anew.report.anew, anew.report.embedded) == ("it was asked for", len(anew))
    assert next(anew.passages()).url == "/p/bakery/"
    default = rag.build_index(posts, tmp_path / "ix", permalink="")
    assert default.report.options == ("--no-adapt",)
    assert next(default.passages()).url == "/2025/04/02/bakery/"


def test_settings_survive_a_damaged_index(posts, tmp_path):
    first = rag.build_index(posts, tmp_path / "ix", permalink="/p/:title/")
    (first.generation.path / "vectors.npy").write_bytes(b"")
    index = rag.build_index(posts, tmp_path / "ix")
    assert "vectors.npy is 0 bytes long" in index.report.anew
    assert next(index.passages()).url == "/p/bakery/"


def test_rules_of_the_site_are_kept_and_a_change_of_them_cleans_anew(posts, tmp_path):
    rag.build_index(posts, tmp_path / "ix").close()
    ruled = rag.build_index(posts, tmp_path / "ix", rules=SiteRules(drop_patterns=("^シュトーレン",)))
    assert ruled.report.anew == "other settings"
    assert ruled.report.dropped["site_pattern"] == 1
    assert not any("シュトーレン" in p.text for p in ruled.passages())
    write_post(
        posts, "2025-12-02-x.md", "短い記事", "2025-12-02", [], [], "窓辺の鉢植えについて書いた、短いが役に立つ文章。"
    )
    later = rag.build_index(posts, tmp_path / "ix")
    assert (later.report.anew, later.report.dropped["site_pattern"]) == ("", 1)


def test_drafts_and_posts_to_come_stay_out_unless_asked_for(posts, tmp_path):
    write_post(
        posts, "2999-01-01-later.md", "遠い先", "2999-01-01", [], [], "遠い先の記事は、その日が来るまで索引に入らない。"
    )
    (posts / "_drafts").mkdir()
    write_post(
        posts / "_drafts", "idea.md", "下書き", "2025-01-01", [], [], "下書きの記事は、頼まれないかぎり索引に入らない。"
    )
    left_out = rag.build_index(posts, tmp_path / "ix")
    assert {p.path for p in left_out.report.problems} == {"2999-01-01-later.md", "_drafts/idea.md"}
    asked = rag.build_index(posts, tmp_path / "ix", drafts=True, future=True)
    assert {"2999-01-01-later.md", "_drafts/idea.md"} <= {p.post for p in asked.passages()}
    again = rag.build_index(posts, tmp_path / "ix", drafts=False)
    assert again.report.removed == ("_drafts/idea.md",)


@pytest.fixture
def many(tmp_path):
    """A folder of 12 posts and its index."""
    folder = tmp_path / "many"
    folder.mkdir()
    for day in range(1, 13):
        write_post(folder, f"2025-03-{day:02}-p.md", f"記事{day}", f"2025-03-{day:02}", [], [],
                   f"三月{day}日の記事には、その日の天気と、朝に飲んだ{day}杯のお茶のことが書いてある。")  # fmt: skip
    rag.build_index(folder, tmp_path / "ix").close()
    return folder


def test_a_build_that_would_remove_many_posts_is_refused_unless_told(many, tmp_path):
    for path in sorted(many.glob("*.md"))[:5]:
        path.unlink()
    with pytest.raises(PostsError, match=r"5 of the 12 posts .*2025-03-01-p\.md.*--allow-removals"):
        rag.build_index(many, tmp_path / "ix")
    assert len(rag.open_index(tmp_path / "ix").posts()) == 12
    assert build(many, tmp_path / "ix", Settings(), plan=True).guard.startswith("5 of the 12 posts")
    with pytest.raises(PostsError, match="--allow-removals"):
        rag.build_index(many, tmp_path / "ix", rebuild=True)
    assert len(rag.build_index(many, tmp_path / "ix", allow_removals=True).posts()) == 7


def test_renames_are_not_removals(many, tmp_path):
    for path in sorted(many.glob("*.md")):
        path.rename(path.with_name(path.name.replace("-p.md", "-q.md")))
    index = rag.build_index(many, tmp_path / "ix")
    assert (len(index.report.new), len(index.report.removed), index.report.embedded) == (12, 12, 0)
    assert {p.post[-5:] for p in index.passages()} == {"-q.md"}


def test_a_build_with_nothing_to_do_needs_no_lock(posts, tmp_path):
    rag.build_index(posts, tmp_path / "ix").close()
    with generation.writer(tmp_path / "ix"):
        rag.build_index(posts, tmp_path / "ix").close()
        (posts / "2025-05-10-railway.md").unlink()
        with pytest.raises(BusyError):
            rag.build_index(posts, tmp_path / "ix")


def test_another_build_that_came_first_is_built_upon(posts, tmp_path, monkeypatch):
    rag.build_index(posts, tmp_path / "ix").close()
    (posts / "2025-05-10-railway.md").unlink()
    plans = []

    def overtaken(*args, **options):
        plans.append(real(*args, **options))
        if len(plans) == 1:
            rag.build_index(posts, tmp_path / "ix").close()
        return plans[-1]

    real = build_module.make_plan
    monkeypatch.setattr(build_module, "make_plan", overtaken)
    report = build(posts, tmp_path / "ix", Settings())
    assert (len(plans), report.removed, report.unchanged) == (3, (), len(POSTS) - 1)
    assert len(generation.generations(tmp_path / "ix")) == 2


def test_an_index_that_cannot_be_loaded_is_never_put_in_use(posts, tmp_path, monkeypatch):
    before = rag.build_index(posts, tmp_path / "ix").generation.id
    (posts / "2025-05-10-railway.md").unlink()
    real = build_module.write_store
    monkeypatch.setattr(build_module, "write_store", lambda folder, posts, p, *_: real(folder, posts, p[1:], ()))
    with pytest.raises(IndexDamaged, match="don't agree"):
        build(posts, tmp_path / "ix", Settings())
    assert rag.open_index(tmp_path / "ix").generation.id == before


class Model:
    """An encoder of our own, of 8 dimensions, that may return what no model should."""

    name, dim = "model:1", 8

    def __init__(self, rows=None):
        self.rows = rows

    def encode_passages(self, texts):
        rows = np.ones((len(texts), 8), np.float32) / np.sqrt(8)
        return rows if self.rows is None else self.rows(rows)

    encode_queries = encode_passages


def test_another_version_or_model_takes_nothing_over(posts, tmp_path, monkeypatch):
    """Vectors of two models are never mixed."""
    rag.build_index(posts, tmp_path / "ix", model="static").close()
    monkeypatch.setattr(plan, "PIPELINE", plan.PIPELINE + 1)
    anew = build(posts, tmp_path / "ix", Settings())
    assert (anew.anew, anew.embedded) == ("it was built by another version of this program", anew.passages)
    monkeypatch.setattr("rag.indexing.vectors.load_encoder", lambda name: Model())
    other = build(posts, tmp_path / "ix", Settings(model="other"))
    assert (other.anew, other.embedded) == ("other settings", other.passages)
    assert arrays.load(generation.current(tmp_path / "ix").path).vectors.shape == (other.passages, 8)


@pytest.mark.parametrize(
    "rows",
    [lambda r: r * np.nan, lambda r: r[:, :7], lambda r: r[1:], lambda r: 1 / 0],
    ids=["nan", "dim", "n", "raises"],
)
def test_a_model_that_fails_leaves_the_index_alone(posts, tmp_path, monkeypatch, rows):
    before = rag.build_index(posts, tmp_path / "ix").generation.id
    monkeypatch.setattr("rag.indexing.vectors.load_encoder", lambda name: Model(rows))
    with pytest.raises((ModelError, ZeroDivisionError)):
        build(posts, tmp_path / "ix", Settings(model="other"))
    assert generation.open_verified(tmp_path / "ix").id == before
    assert len(list((tmp_path / "ix").glob("g-*"))) == 1


def test_a_full_disk_is_one_line_that_names_the_file(posts, tmp_path):
    rag.build_index(posts, tmp_path / "ix").close()
    (posts / "2025-05-10-railway.md").unlink()
    command = [sys.executable, "-m", "rag.cli", "build", str(posts), "--index", str(tmp_path / "ix")]
    limit = (20_000, 20_000)  # bytes of a file, below what several files take
    done = subprocess.run(
        command, capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert re.search(r"/g-[0-9a-f]{16}/[a-z_]+\.(?:sqlite|npy) can't be written", done.stderr)
    assert len(rag.open_index(tmp_path / "ix").posts()) == len(POSTS)


def test_no_such_folder_names_it(tmp_path):
    with pytest.raises(PostsError, match="nowhere"):
        rag.build_index(tmp_path / "nowhere", tmp_path / "ix")
    assert not (tmp_path / "ix").exists()


def test_an_empty_folder_is_an_error_that_says_what_to_give(tmp_path):
    (tmp_path / "posts").mkdir()
    with pytest.raises(PostsError, match=r"holds no post that can be indexed; give a folder of Markdown"):
        rag.build_index(tmp_path / "posts", tmp_path / "ix")


def test_posts_of_which_nothing_is_left_are_an_error_and_leave_the_index_alone(posts, tmp_path):
    before = rag.build_index(posts, tmp_path / "ix").generation.id
    for path in posts.glob("*.md"):
        path.write_text("---\ntitle: x\n---\n\n---END---\n", encoding="utf-8")
    with pytest.raises(PostsError, match="nothing was left"):
        rag.build_index(posts, tmp_path / "ix")
    assert rag.open_index(tmp_path / "ix").generation.id == before


def test_files_that_cannot_be_read_are_named_and_the_build_goes_on(posts, tmp_path):
    (posts / "sjis.md").write_bytes("---\ntitle: 題\n---\n\nこれはシフトJISの記事です。".encode("cp932"))
    (posts / "broken.md").write_text(
        "---\ntitle: [unclosed\n---\n\n本文は読めるので、この段落は索引に入る。前書きだけが壊れている。\n",
        encoding="utf-8",
    )
    (posts / "plain.md").write_text(
        "前書きのない記事でも、本文の段落はそのまま索引に入り、題は見出しやファイル名から取られる。\n", encoding="utf-8"
    )
    index = rag.build_index(posts, tmp_path / "ix")
    problems = {p.path: p for p in index.report.problems}
    assert problems["sjis.md"].skipped
    assert not problems["broken.md"].skipped
    assert {"plain.md", "broken.md"} <= {p.post for p in index.passages()}
    assert "sjis.md" not in {p.post for p in index.passages()}


def test_one_post_and_only_repeats(tmp_path):
    (tmp_path / "posts").mkdir()
    body = "この段落は何度も繰り返されるが、索引には一度だけ入るべきものである。"
    for name in ("a", "b", "c"):
        write_post(
            tmp_path / "posts",
            f"2025-01-0{ord(name) - 96}-{name}.md",
            name,
            f"2025-01-0{ord(name) - 96}",
            [],
            [],
            f"{body}\n\n{body}",
        )
    index = rag.build_index(tmp_path / "posts", tmp_path / "ix")
    (passage,) = index.passages()
    assert passage.text == body
    assert len({passage.post, *(c.post for c in passage.also_in)}) == 3


def test_status_says_what_is_there(index):
    status = index.status()
    assert status["posts"] == len(POSTS)
    assert status["passages"] == len(index)
    assert (status["oldest"], status["newest"]) == ("2025-04-02", "2025-11-30")
    assert status["model"].startswith("e5:")
    assert status["deep"] == {"passages": len(index), "of": len(index)}
    assert status["dropped"]["marker"] == 1
    json.dumps(status)


def test_a_spelling_needs_two_passages_that_give_it(posts, tmp_path):
    """One may be an aside, and would make two words one for every question."""
    for n, (first, second) in enumerate((("投資対効果（ROI）", "昼顔（once）"), ("ROI（投資対効果）", "昼顔"))):
        write_post(
            posts,
            f"2025-12-0{n + 1}-a.md",
            f"検索 {n}",
            f"2025-12-0{n + 1}",
            [],
            [],
            f"{first}と{second}の話、{n}回目。",
        )
    build(posts, tmp_path / "ix", Settings(model="static"))
    assert arrays.read_glosses(generation.current(tmp_path / "ix").path) == [(["roi"], ["投資", "対", "効果"], 2)]
