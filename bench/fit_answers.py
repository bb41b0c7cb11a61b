"""Fits the weights of `rag/answering/calibration.py`: how likely an answer is, from the signals of
`rag/answering/evidence.py`.

    python bench/fit_answers.py INDEX QUESTIONS.jsonl UNANSWERABLE.jsonl PUBLIC_FOLDER

Prints the weights fitted on all sets, and how those fitted without a fifth of the blog's questions, or without one
public set, do on what was left out. Sets as in `bench/answers.py`.
"""

import json
import sys
from dataclasses import astuple, fields

import numpy as np
from answers import auroc, blog_questions, calibration_error, public_sets
from scipy.optimize import minimize

import rag
from rag.answering.calibration import HITS
from rag.answering.evidence import Signals, measure

PENALTY = 1.0  # L2 on the weights: a few hundred questions are few
BLOG, PUBLIC = 5.0, 0.2  # what a question of each counts: people ask blogs as they asked this one
NAMES = [field.name for field in fields(Signals)]


def signals_of(index, questions):
    """(n, signals), as they are weighed, and (n,) whether the question can be answered."""
    rows = [
        astuple(index.calibration.scaled(measure(q["question"], index.search(q["question"], k=HITS), index.reader)))
        for q in questions
    ]
    return np.array(rows), np.array([float(q["kind"] == "yes") for q in questions])


def fit(x, y, weight):
    """Bias and weights of a logistic regression; each weight keeps the sign that its signal has by its meaning."""
    signs = np.array([-1.0 if name == "name_lacking" else 1.0 for name in NAMES])

    def loss(w):
        z = w[0] + x @ (w[1:] * signs)
        return float((weight * (np.logaddexp(0, z) - y * z)).sum() + PENALTY / 2 * (w[1:] @ w[1:]))

    bounds = [(None, None), *((0, None) for _ in NAMES)]
    found = minimize(loss, np.full(x.shape[1] + 1, 0.5), method="L-BFGS-B", bounds=bounds).x
    return np.concatenate([found[:1], found[1:] * signs])


def together(some):
    return fit(*(np.concatenate(part) for part in zip(*some, strict=True)))


def show(name, p, y):
    figures = {"auroc": auroc(p[y == 1], p[y == 0]), "calibration_error": calibration_error(p, y)}
    print(json.dumps({"held_out": name, **{k: round(float(v), 3) for k, v in figures.items()}}))


def probability(w, x):
    return 1 / (1 + np.exp(-(w[0] + x @ w[1:])))


def main(folder, questions, unanswerable, public):
    names, data = ["blog"], []
    x, y = signals_of(rag.open_index(folder), blog_questions(questions, unanswerable))
    data.append((x, y, np.full(len(y), BLOG)))
    for name, index, some in public_sets(public):
        own_x, own_y = signals_of(index, some)
        names.append(name)
        data.append((own_x, own_y, np.full(len(own_y), PUBLIC)))
    print(json.dumps(dict(zip(["bias", *NAMES], together(data).round(2).tolist(), strict=True))))
    fold, p = np.random.default_rng(0).integers(0, 5, len(y)), np.zeros(len(y))
    for i in range(5):
        p[fold == i] = probability(together([tuple(part[fold != i] for part in data[0]), *data[1:]]), x[fold == i])
    show("blog, by fifths", p, y)
    show("blog, as it is", probability(together(data), x), y)
    show("blog, from the public sets alone", probability(together(data[1:]), x), y)
    for i in range(1, len(data)):
        show(names[i], probability(together(data[:i] + data[i + 1 :]), data[i][0]), data[i][1])


if __name__ == "__main__":
    main(*sys.argv[1:])
