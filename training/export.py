"""Writes a trained table in sentence-transformers' StaticEmbedding format. Knows nothing about how it was trained."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from rag.models.embed import save_table
from training.tokenizer import save_tokenizer

MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.StaticEmbedding"},
    {"idx": 1, "name": "1", "path": "1_Normalize", "type": "sentence_transformers.models.Normalize"},
]
CONFIG = {"model_type": "SentenceTransformer", "prompts": {}, "similarity_fn_name": "cosine"}


def export_model(folder: Path, tokenizer: Tokenizer, table: NDArray[np.float32], weights: NDArray[np.float32]) -> None:
    """Write modules.json, its config, tokenizer.json and model.safetensors (float16) into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("modules.json", MODULES), ("config_sentence_transformers.json", CONFIG)):
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    save_tokenizer(tokenizer, folder / "tokenizer.json")
    save_table(folder / "model.safetensors", np.ascontiguousarray(table), weights)
