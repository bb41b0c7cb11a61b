"""Posts added to the folder: safe names, nothing overwritten unasked, only what is a post."""

import pytest

from rag.errors import PostsError, StorageError
from rag.posts.uploads import MAX_FILES, Added, add_posts, read_folder, safe_name


def names(folder):
    return sorted(path.name for path in folder.iterdir())


POST = "---\ntitle: 雨\n---\n\n雨の日は船が休む。\n".encode()


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("2025-01-01-雨.md", "2025-01-01-雨.md"), ("../../etc/cron.md", "cron.md"), ("C:\\posts\\a.md", "a.md"),
        (".hidden.md", "hidden.md"), ("a\x00b\n<c>.md", "ab--c-.md"), ("か\u3099.md", "が.md"), ("..", "post"),
        ("雨" * 100 + ".md", "雨" * 65 + ".md"),
    ],
)  # fmt: skip
def test_names_are_made_safe(name, safe):
    assert safe_name(name) == safe
    assert len(safe.encode()) <= 200


def test_a_post_is_never_overwritten_without_being_asked(tmp_path):
    assert add_posts(tmp_path, [("a.md", POST)]) == [Added("a.md", "added")]
    assert add_posts(tmp_path, [("a.md", POST)]) == [Added("a.md", "same")]
    other = POST.replace("雨".encode(), "風".encode())
    assert add_posts(tmp_path, [("a.md", other)]) == [Added("a.md", "exists")]
    assert (tmp_path / "a.md").read_bytes() == POST
    assert add_posts(tmp_path, [("a.md", other)], replace=True) == [Added("a.md", "replaced")]
    assert (tmp_path / "a.md").read_bytes() == other
    assert names(tmp_path) == ["a.md"], "nothing unfinished stays"


def test_what_is_no_post_is_refused_with_its_reason(tmp_path):
    (tmp_path / "folder.md").mkdir()
    files = [
        ("a.txt", POST), ("b.md", b""), ("c.md", b"\x00\x01"), ("d.md", "雨".encode("cp932")),
        ("e.md", b"x" * 2_000_001), ("folder.md", POST), ("draft.md", "---\ndraft: true\n---\n雨".encode()),
    ]  # fmt: skip
    told = add_posts(tmp_path, files)
    assert [a.outcome for a in told] == ["refused"] * 6 + ["added"]
    for a, says in zip(told, ("no Markdown", "empty", "NUL", "UTF-8", "2,000,000", "no file", "draft"), strict=True):
        assert says in a.note
    assert names(tmp_path) == ["draft.md", "folder.md"]


def test_a_link_is_not_written_through(tmp_path):
    (tmp_path / "real").write_bytes(b"kept")
    (tmp_path / "a.md").symlink_to(tmp_path / "real")
    assert add_posts(tmp_path, [("a.md", POST)], replace=True)[0].outcome == "refused"
    assert (tmp_path / "real").read_bytes() == b"kept"


def test_more_than_the_limit_are_told(tmp_path):
    told = add_posts(tmp_path, [(f"{i}.md", POST) for i in range(MAX_FILES + 1)])
    assert [a.outcome for a in told].count("added") == MAX_FILES
    assert told[-1].outcome == "refused"


def test_a_missing_folder_and_a_refusing_disk_are_named(tmp_path, monkeypatch):
    with pytest.raises(PostsError, match="no folder"):
        add_posts(tmp_path / "none", [("a.md", POST)])

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(StorageError, match=r"a\.md can't be written \(No space"):
        add_posts(tmp_path, [("a.md", POST)])
    assert names(tmp_path) == []


def test_a_folder_is_read_with_what_can_not_be(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/a.md").write_bytes(POST)
    (tmp_path / "link.md").symlink_to(tmp_path / "sub/a.md")
    files, refused = read_folder(tmp_path)
    assert files == [("sub/a.md", POST)]
    assert [(a.name, a.outcome) for a in refused] == [("link.md", "refused")]
