"""From public pairs to the shipped model in one command: `python -m training --data DIR --out rag/models/builtin`.

Each stage leaves its result in the work folder and is skipped when that is there; an interrupted run goes on where it
stopped. The same data, seed and thread count give the same model.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from tokenizers import Tokenizer

from training.data import encode_sources, tokenizer_texts
from training.export import export_model
from training.late import train_late
from training.table import train_table
from training.tokenizer import save_tokenizer, train_tokenizer

VOCAB_SIZE = 48_000  # with 256 dimensions in float16: 25 MB, what a repository still bears
STEPS = 2_600  # the public sets stop improving before
LATE_STEPS = 3_000  # twice as many as before were a little better across languages, 40 minutes on one busy core


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the .jsonl.xz pairs")
    parser.add_argument("--out", type=Path, required=True, help="folder for the finished model")
    parser.add_argument("--work", type=Path, default=Path("work"), help="folder for what can be resumed")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--late-steps", type=int, default=LATE_STEPS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    asked.work.mkdir(parents=True, exist_ok=True)

    print("tokenizer", flush=True)
    vocabulary = asked.work / "tokenizer.json"
    if not vocabulary.exists():
        save_tokenizer(train_tokenizer(tokenizer_texts(asked.data, asked.seed), VOCAB_SIZE), vocabulary)
    tokenizer = Tokenizer.from_file(str(vocabulary))

    print("token ids", flush=True)
    sources = encode_sources(asked.data, tokenizer, asked.work / "pairs.npz")

    print("table", flush=True)
    table = train_table(sources, tokenizer.get_vocab_size(), asked.steps, asked.seed, asked.work / "table.pt")

    print("late", flush=True)
    table, weights = train_late(sources, table, asked.late_steps, asked.seed, asked.work / "late.pt")

    table[0] = 0  # the unknown token
    export_model(asked.out, tokenizer, table.numpy(), weights.numpy())
    print(f"written to {asked.out}", flush=True)


if __name__ == "__main__":
    main()
