"""What is accepted as a generation: the format, its seal, and files that are as it says."""

from __future__ import annotations

import hashlib
import json

import pytest

from rag.errors import IndexDamaged, IndexMismatch, UnusableIndex
from rag.storage import generation, manifest

#: As the first release wrote it. Must be readable for ever, or be refused by format number.
FORMAT_1_CURRENT = (
    b'{"gen": "g-0123456789abcdef", '
    b'"manifest_sha256": "3fc5c8c5eef37d2b79412e6e9873bb4574ece210b92fc5b69d08b758cec1fe41"}\n'
)  # fmt: skip
FORMAT_1_MANIFEST = b"""{
 "created": "2026-01-01T00:00:00+00:00",
 "files": {
  "vectors": {
   "sha256": "03ac674216f3e15c761ee1a5e255f067953623c8b388b4459e13f978d7c846f4",
   "size": 4
  }
 },
 "format": 1,
 "id": "g-0123456789abcdef",
 "meta": {
  "model": "\\u5185\\u8535"
 },
 "seal": "ba27eaa03dbc5a310dc0c5d38ccfe7dd916312c86e0a54034fa0e0b420ef9173",
 "seq": 7
}"""


@pytest.fixture
def index(tmp_path):
    """One published generation with two files."""
    with generation.writer(tmp_path) as writer:
        (writer.path / "vectors").write_bytes(b"1234")
        (writer.path / "文章").write_bytes("あ".encode())
        writer.publish({"model": "内蔵"})
    return tmp_path


def reseal(root, change):
    """Let `change` edit the manifest in use, then put the right seal and the right hash on it."""
    path = generation.current(root).path
    body = json.loads((path / "MANIFEST.json").read_bytes())
    del body["seal"]
    change(body)
    data = manifest.seal(body)
    (path / "MANIFEST.json").write_bytes(data)
    point(root, path.name, data)


def point(root, name, manifest_bytes):
    sha256 = hashlib.sha256(manifest_bytes).hexdigest()
    (root / "CURRENT").write_text(f'{{"gen": "{name}", "manifest_sha256": "{sha256}"}}\n')


def test_a_generation_of_the_first_release_is_read(tmp_path):
    folder = tmp_path / "g-0123456789abcdef"
    folder.mkdir()
    (folder / "vectors").write_bytes(b"1234")
    (folder / "MANIFEST.json").write_bytes(FORMAT_1_MANIFEST)
    (tmp_path / "CURRENT").write_bytes(FORMAT_1_CURRENT)
    opened = generation.open_verified(tmp_path)
    assert (opened.id, opened.seq, opened.meta, opened.size) == ("g-0123456789abcdef", 7, {"model": "内蔵"}, 4)


def test_files_are_listed_with_size_and_hash(index):
    opened = generation.open_verified(index)
    assert opened.manifest["files"] == {
        "vectors": {"size": 4, "sha256": hashlib.sha256(b"1234").hexdigest()},
        "文章": {"size": 3, "sha256": hashlib.sha256("あ".encode()).hexdigest()},
    }
    assert opened.size == 7


@pytest.mark.parametrize(("version", "step"), [(2, "Update this program"), (0, "Build the index anew")])
def test_another_format_is_refused_with_both_numbers_and_the_next_step(index, version, step):
    """Even when everything else in the manifest has changed with it."""
    reseal(index, lambda body: (body.clear(), body.update(format=version, passages="elsewhere")))
    with pytest.raises(IndexMismatch, match=f"has format {version}, this program reads format 1. {step}"):
        generation.open_verified(index)


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.pop("format"),
        lambda body: body.update(format=True),
        lambda body: body.update(format="1"),
        lambda body: body.pop("files"),
        lambda body: body.update(files=[]),
        lambda body: body.update(files={"vectors": None}),
        lambda body: body["files"]["vectors"].pop("sha256"),
        lambda body: body["files"]["vectors"].update(size="4"),
        lambda body: body["files"]["vectors"].update(size=True),
        lambda body: body["files"]["vectors"].update(sha256="A" * 64),
        lambda body: body["files"].update({"../CURRENT": body["files"]["vectors"]}),
        lambda body: body["files"].update({"..": body["files"]["vectors"]}),
        lambda body: body["files"].update({"": body["files"]["vectors"]}),
        lambda body: body["files"].update({"nul\0": body["files"]["vectors"]}),
        lambda body: body["files"].update({"\ud800": body["files"]["vectors"]}),
        lambda body: body["files"].update({"MANIFEST.json": body["files"]["vectors"]}),
        lambda body: body.update(id="g-0000000000000000"),
        lambda body: body.update(seq="1"),
        lambda body: body.pop("seq"),
        lambda body: body.update(meta=None),
    ],
)
def test_a_manifest_with_a_right_seal_and_wrong_parts_is_damaged(index, change):
    reseal(index, change)
    with pytest.raises(IndexDamaged, match=r"MANIFEST\.json is altered"):
        generation.current(index)


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b'"text"', b"[" * 100_000, b"9" * 5000, b"\xff\xfe", b"NaN"])
def test_a_manifest_that_is_no_object_is_damaged(index, data):
    path = generation.current(index).path
    (path / "MANIFEST.json").write_bytes(data)
    point(index, path.name, data)
    with pytest.raises(IndexDamaged, match=r"MANIFEST\.json is altered"):
        generation.current(index)


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace('"gen"', '"Gen"'),
        lambda text: text.replace("g-", "../g-"),
        lambda text: text.strip(),
        lambda text: text + "\n",
        lambda text: text.replace(": ", ":"),
        lambda text: text.upper(),
        lambda text: "",
        lambda text: text * 100,
    ],
)
def test_current_is_taken_in_one_form_only(index, edit):
    (index / "CURRENT").write_text(edit((index / "CURRENT").read_text()))
    with pytest.raises(IndexDamaged, match="CURRENT is"):
        generation.current(index)


def test_files_that_file_managers_leave_are_no_damage(index):
    (generation.current(index).path / ".DS_Store").write_bytes(b"x")
    assert generation.open_verified(index).size == 7


def test_a_file_that_was_added_is_named(index):
    """SQLite would replay a journal that lies beside its file."""
    (generation.current(index).path / "vectors-journal").write_bytes(b"x")
    with pytest.raises(IndexDamaged, match="vectors-journal is no part of the index"):
        generation.current(index)


def test_a_size_is_compared_before_anything_is_read(index):
    with (generation.current(index).path / "vectors").open("r+b") as file:
        file.truncate(1 << 40)
    with pytest.raises(IndexDamaged, match="vectors is 1,099,511,627,776 bytes long instead of 4"):
        generation.current(index)


def test_verify_names_all_altered_files(index):
    opened = generation.current(index)
    (opened.path / "vectors").write_bytes(b"4321")
    (opened.path / "文章").write_bytes("い".encode())
    with pytest.raises(IndexDamaged, match="vectors is altered, so is 文章"):
        generation.verify(opened)


def test_a_file_that_may_not_be_read_is_not_called_damaged(index, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(manifest.disk, "sha256", refuse)
    with pytest.raises(UnusableIndex, match=r"Permission denied\. Check its permissions") as caught:
        generation.open_verified(index)
    assert type(caught.value) is UnusableIndex
