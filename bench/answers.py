"""Answers and refusals on questions that people wrote; with --fit, the weights of `rag/calibrate.py`.

    python bench/answers.py INDEX QUESTIONS.jsonl UNANSWERABLE.jsonl [CONVERSATIONS.jsonl]
    python bench/answers.py --fit INDEX QUESTIONS.jsonl UNANSWERABLE.jsonl [INDEX QUESTIONS UNANSWERABLE …]

A question is {"id", "question", "must": [[any of these strings], and any of these, …]}, a conversation has "turns" and
"must_last" instead. The first form prints one JSON line: shares answered, correct and refused, AUROC and calibration
error of the confidence, the share of last turns whose passage is among the hits, and milliseconds per answer. The
second prints weights fitted on all sets, and how those fitted on the others do on each.
"""

import argparse
import json
import re
import statistics
import time
import unicodedata
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

import rag
from rag.calibrate import calibrate
from rag.evidence import Signals, measure

BINS = 10  # of the calibration error
PENALTY = 2.0  # L2 on the weights: a few hundred questions are few
#: Whether a question names something says more about who wrote it than about the posts.
MOST = {"named": 1.0}


def read(path):
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]


def norm(text):
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower()


def holds(text, must):
    said = norm(text)
    return all(any(norm(one) in said for one in group) for group in must)


def auroc(positive, negative):
    p, n = np.array(positive)[:, None], np.array(negative)[None, :]
    return float(((p > n) + 0.5 * (p == n)).mean())


def calibration_error(confidence, right):
    confidence, right = np.array(confidence), np.array(right, float)
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return sum(
        (place == b).mean() * abs(confidence[place == b].mean() - right[place == b].mean()) for b in np.unique(place)
    )


def measure_answers(index, questions, unanswerable, conversations):
    bot, times, answers = rag.Chatbot(index), [], []
    for q in questions + unanswerable:
        start = time.perf_counter()
        answers.append(bot.ask(q["question"], []))
        times.append(1000 * (time.perf_counter() - start))
    yes, no = answers[: len(questions)], answers[len(questions) :]
    correct = [
        a.answered
        and holds(" ".join(f"{c.quote} {c.passage.title} {c.passage.heading}" for c in a.citations), q["must"])
        for a, q in zip(yes, questions, strict=True)
    ]
    last = [
        any(holds(f"{h.passage.text} {h.passage.title} {h.passage.heading}", c["must_last"]) for h in a.hits)
        for c in conversations
        for a in [bot.ask(c["turns"][-1], c["turns"][:-1])]
    ]

    def refused(near):
        some = [not a.answered for a, q in zip(no, unanswerable, strict=True) if bool(q.get("near")) == near]
        return statistics.fmean(some) if some else None

    confidence = [a.confidence for a in answers]
    figures = {
        "answered": statistics.fmean(a.answered for a in yes),
        "correct": statistics.fmean(correct),
        "refused_near": refused(True),
        "refused_far": refused(False),
        "auroc": auroc(confidence[: len(yes)], confidence[len(yes) :]),
        "calibration_error": calibration_error(confidence, [1] * len(yes) + [0] * len(no)),
        "last_turns": statistics.fmean(last) if last else None,
        "p50_ms": statistics.median(times),
    }
    print(json.dumps({name: None if value is None else round(float(value), 4) for name, value in figures.items()}))


# --- fitting ----------------------------------------------------------------------------------------------------

NAMES = [f.name for f in fields(Signals)]


def signals_of(index, questions):
    """(n, signals) on the index's own scales."""
    scale = calibrate(index.passages(), lambda q: index.search(q, k=20))
    rows = [measure(q["question"], index.search(q["question"], k=20), index.reader) for q in questions]
    return np.array([list(asdict(scale.scaled(row)).values()) for row in rows])


def fit(x, y, weight):
    """Bias and weights of a logistic regression; each weight keeps the sign that its signal has by its meaning."""
    signs = np.array([-1.0 if name == "name_lacking" else 1.0 for name in NAMES])

    def loss(w):
        z = w[0] + x @ (w[1:] * signs)
        return float((weight * (np.logaddexp(0, z) - y * z)).sum() + PENALTY / 2 * (w[1:] @ w[1:]))

    bounds = [(None, None), *((0, MOST.get(name)) for name in NAMES)]
    found = minimize(loss, np.full(x.shape[1] + 1, 0.5), method="L-BFGS-B", bounds=bounds).x
    return np.concatenate([found[:1], found[1:] * signs])


def fit_sets(sets):
    data = []
    for folder, questions, unanswerable in sets:
        with_answer, without = read(questions), read(unanswerable)
        index = rag.open_index(folder)
        y = np.array([1.0] * len(with_answer) + [0.0] * len(without))
        data.append((signals_of(index, with_answer + without), y, np.full(len(y), 1 / len(y))))
    names = ["bias", *NAMES]

    def together(some):
        x, y, weight = (np.concatenate(part) for part in zip(*some, strict=True))
        return fit(x, y, weight * len(y))

    print(json.dumps(dict(zip(names, together(data).round(2).tolist(), strict=True))))
    for i, (x, y, _) in enumerate(data):
        if len(data) > 1:
            w = together(data[:i] + data[i + 1 :])
            p = 1 / (1 + np.exp(-(w[0] + x @ w[1:])))
            held_out = {"auroc": auroc(p[y == 1], p[y == 0]), "calibration_error": calibration_error(p, y)}
            print(json.dumps({"held_out": sets[i][0], **{k: round(float(v), 4) for k, v in held_out.items()}}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fit", action="store_true", help="fit the weights instead of measuring")
    parser.add_argument("paths", nargs="+", metavar="PATH")
    args = parser.parse_args()
    if args.fit:
        fit_sets([args.paths[i : i + 3] for i in range(0, len(args.paths), 3)])
    else:
        folder, questions, unanswerable, *conversations = args.paths
        measure_answers(
            rag.open_index(folder), read(questions), read(unanswerable), read(conversations[0]) if conversations else []
        )


if __name__ == "__main__":
    main()
