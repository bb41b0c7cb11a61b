"""Draws the README's chart from bench/results/retrieval-peers.md: `python -m bench.chart` (needs matplotlib)."""

from __future__ import annotations

import re
from pathlib import Path

RESULTS = Path(__file__).parent / "results" / "retrieval-peers.md"
IMAGE = Path(__file__).parent.parent / "docs" / "images" / "retrieval.png"
GROUPS = ("Japanese", "English", "other languages")
COLUMN = {"Japanese": 2, "English": 3, "other languages": 4}  # of the table, after the name
SHOWN = {
    "txtai": "txtai, hybrid", "haystack-bm25": "Haystack, BM25",
    "BM25, character bigrams": "BM25, bigrams", "BM25, Sudachi words": "BM25, Sudachi", "rag": "rag",
}  # fmt: skip
COLOURS = ("#c9cdd2", "#a9b0b9", "#8fa8c8", "#5f86b8", "#c2410c")


def read_rows(text: str) -> dict[str, list[str]]:
    """The table's rows by name."""
    lines = (line.strip().strip("|").split("|") for line in text.splitlines() if line.startswith("| "))
    return {cells[0].strip(): [cell.strip() for cell in cells] for cells in lines}


def main() -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    text = RESULTS.read_text(encoding="utf-8")
    rows = read_rows(text)
    figure, axes = pyplot.subplots(figsize=(9, 3.4), dpi=110)
    width = 0.8 / len(SHOWN)
    for n, (name, label) in enumerate(SHOWN.items()):
        hits = [float(rows[name][COLUMN[group]].split("/")[0]) for group in GROUPS]
        places = [g + (n - (len(SHOWN) - 1) / 2) * width for g in range(len(GROUPS))]
        bars = axes.bar(places, hits, width * 0.92, label=label, color=COLOURS[n])
        axes.bar_label(bars, [f"{hit:.0%}" for hit in hits], fontsize=7, padding=1)
    axes.set_xticks(range(len(GROUPS)), GROUPS)
    axes.set_ylim(0, 1.05)
    axes.set_yticks([])
    axes.spines[["top", "right", "left"]].set_visible(False)
    about = re.search(r": (.*?)\. hit@10", text)
    axes.set_title(f"A right passage among the first ten ({about[1] if about else ''})", fontsize=9, loc="left")
    axes.legend(fontsize=7, frameon=False, ncols=6, loc="upper center", bbox_to_anchor=(0.5, -0.1))
    figure.tight_layout()
    figure.savefig(IMAGE)


if __name__ == "__main__":
    main()
