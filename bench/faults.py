"""Break the index on purpose, at length, and write the table: `python -m bench.faults [FOLDER]`, about five minutes.

The tests do the same in less. Kills and costs use the disk that holds FOLDER, which the others don't depend on.
"""

from __future__ import annotations

import collections
import platform
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import IndexDamaged
from rag.storage import generation
from tests.conftest import write_post
from tests.faults import power, processes, stub
from tests.faults.calls import Calls
from tests.faults.deepening import deepening_kills
from tests.faults.recorder import Recorder

KILLS = 1000
DEEPENING_KILLS = 500
POST = [f"{n}番目の巣箱からは、この夏に蜂蜜が{n + 11}キロとれて、瓶は{3 * n + 40}本になった。" for n in range(30)]
LOSSES = 2000
PUBLISHES = 1000
FLIPS = 20_000
SECOND_LIVES = 4  # one kill in so many system calls; the tests take other ones
RESULTS = Path(__file__).parent / "results" / "faults.md"

Row = tuple[str, int, int, str]  # what was broken, how often, how many bad outcomes, what came out


def kills(folder: Path) -> Iterator[Row]:
    result = processes.run("random_kills", folder / "random", KILLS)
    came = f"{result['old']:,} served the old index, {result['new']:,} the new one, {result['none']:,} none yet"
    yield "SIGKILL at a random moment of a build", KILLS, len(result["bad"]), came
    result = processes.run("point_kills", folder / "points")
    bad = result.pop("bad")
    came = ", ".join(f"{what} {count:,}" for what, count in result.items())
    yield "SIGKILL before every system call", sum(result.values()), len(bad), came
    result = processes.run("log_kills", made(folder / "log"), KILLS)
    yield "SIGKILL while vectors are kept", KILLS, len(result["bad"]), "all that was told of was there, in order"
    write_post(made(folder / "posts"), "2025-04-02-bees.md", "蜂", "2025-04-02", [], [], "\n\n".join(POST))
    result = deepening_kills(folder / "deepening", folder / "posts", DEEPENING_KILLS)
    came = f"{result['went on']:,} went on in the middle, {result['deep']:,} had nothing left to embed"
    yield "SIGKILL of a process that deepens", DEEPENING_KILLS, len(result["bad"]), came


def losses(folder: Path) -> Iterator[Row]:
    rng = random.Random(2)
    life = power.life(made(folder / "life"))
    states = LOSSES // (len(life.events) + 1) + 1
    outcomes = tally(life, folder, rng, states)
    came = f"{states} states of the disk after each of {len(life.events)} events of five builds and a rollback"
    yield "power loss", outcomes.total(), outcomes.total() - outcomes[""], came

    with Calls().installed() as calls:
        stub.build(folder / "count", 1)
    outcomes = collections.Counter()
    for killed_at in range(0, len(calls.names), SECOND_LIVES):
        outcomes += tally(power.second_life(made(folder / f"second{killed_at}"), killed_at), folder, rng, 1)
    came = f"first build killed before every {SECOND_LIVES}th system call, one more build, then the loss at every event"
    yield "kill, then power loss", outcomes.total(), outcomes.total() - outcomes[""], came
    yield from omissions(folder, rng, list(dict.fromkeys(life.sites)))


def omissions(folder: Path, rng: random.Random, sites: list[str]) -> Iterator[Row]:
    """The simulator itself: with a sync left out it must find a loss."""
    missed, came = 0, []
    for i, site in enumerate(sites):
        outcomes = tally(power.life(made(folder / f"omit{i}"), site), folder, rng, 12)
        for killed_at in range(2, 8):
            outcomes += tally(power.second_life(made(folder / f"omit{i}-{killed_at}"), killed_at, site), folder, rng, 3)
        losses_found = outcomes.total() - outcomes[""]
        missed += losses_found == 0
        came.append(f"{losses_found / outcomes.total():.1%}")
    yield "a sync left out (bad: not noticed)", len(sites), missed, f"share of states lost, by sync: {', '.join(came)}"


def tally(recorder: Recorder, folder: Path, rng: random.Random, per_event: int) -> collections.Counter[str]:
    outcomes: collections.Counter[str] = collections.Counter()
    for at in range(len(recorder.events) + 1):
        for state in range(per_event):
            target = made(folder / "state")
            outcomes[power.judge(recorder.events, at, rng, target, rebuild=state % 4 == 0)] += 1
            shutil.rmtree(target)
    return outcomes


def side_by_side(folder: Path) -> Iterator[Row]:
    result = processes.run("readers", folder / "readers", 2, PUBLISHES)
    came = f"{result['reads']:,} reads by 2 processes, each of one generation, in order"
    yield "publishing under readers", PUBLISHES, len(result["bad"]), came
    result = processes.run("builders", folder / "builders", 4, 100, 0)
    came = f"{result['built']:,} built, {result['busy']:,} were told who is building"
    yield "4 builders at once", 400, len(result["bad"]), came


def flips(folder: Path) -> Iterator[Row]:
    """One bit at a time, in every file of an index of arrays, a database and text."""
    with generation.writer(folder / "index") as writer:
        np.save(writer.path / "vectors.npy", np.random.default_rng(3).standard_normal((500, 64), dtype=np.float32))
        with sqlite3.connect(writer.path / "passages.sqlite") as db:
            db.execute("CREATE TABLE passages (row INTEGER PRIMARY KEY, text TEXT)")
            db.executemany("INSERT INTO passages (text) VALUES (?)", [(f"記事の段落 {i}",) for i in range(500)])
        db.close()
        (writer.path / "words.json").write_text('{"語": [1, 2, 3]}', encoding="utf-8")
        opened = writer.publish({"passages": 500})
    rng = random.Random(4)
    for path in (folder / "index" / "CURRENT", *sorted(opened.path.iterdir())):
        bits = range(8 * path.stat().st_size)
        chosen = bits if len(bits) < FLIPS // 2 else rng.sample(bits, FLIPS // 4)
        missed = sum(not is_found(folder / "index", path, bit) for bit in chosen)
        share = "every bit" if chosen is bits else f"{len(chosen):,} of {len(bits):,} bits"
        yield f"a flipped bit in `{path.name}`", len(chosen), missed, f"{share}, one at a time"


def is_found(root: Path, path: Path, bit: int) -> bool:
    with path.open("r+b") as file:
        file.seek(bit // 8)
        byte = file.read(1)[0]
        file.seek(bit // 8)
        file.write(bytes([byte ^ 1 << bit % 8]))
    try:
        generation.open_verified(root)
        return False
    except IndexDamaged:
        return True
    finally:
        with path.open("r+b") as file:
            file.seek(bit // 8)
            file.write(bytes([byte]))


def costs(folder: Path) -> str:
    """Times of publishing and of checking, each the best of five."""
    publish = best(lambda: stub.build(folder / "small", 1))
    check = best(lambda: generation.open_verified(folder / "small"))
    with generation.writer(folder / "large") as writer:
        for name in ("a", "b"):
            (writer.path / name).write_bytes(random.Random(name).randbytes(100 << 20))
        size = writer.publish({}).size
    rate = size / 1e6 / best(lambda: generation.open_verified(folder / "large"))
    return (
        f"Publishing three small files took {1000 * publish:.0f} ms on this disk, all syncs included; opening "
        f"them with every byte checked, {1000 * check:.1f} ms. "
        f"A large index was checked at {rate:,.0f} MB/s, from the page cache."
    )


def best(action: Callable[[], Any]) -> float:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        action()
        times.append(time.perf_counter() - began)
    return min(times)


def made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def main() -> None:
    on_disk = Path(tempfile.mkdtemp(dir=sys.argv[1] if len(sys.argv) > 1 else None))
    in_memory = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    lines = ["| broken | times | bad | what came out | seconds |", "|---|--:|--:|---|--:|"]
    try:
        for part, base in ((kills, on_disk), (losses, in_memory), (side_by_side, on_disk), (flips, in_memory)):
            began = time.perf_counter()
            for what, times, bad, came in part(made(base / part.__name__)):
                lines.append(f"| {what} | {times:,} | **{bad}** | {came} | {time.perf_counter() - began:.0f} |")
                print(lines[-1], flush=True)
                began = time.perf_counter()
        closing = costs(made(on_disk / "costs"))
    finally:
        shutil.rmtree(on_disk)
        shutil.rmtree(in_memory)
    made_by = f"{platform.system()}, Python {platform.python_version()}. Made by `python -m bench.faults`."
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("\n".join([HEAD, *lines, "", closing, "", made_by, ""]), encoding="utf-8")


HEAD = """# What the index survives

Bad means: neither the old index nor the new one is served, or a mix of them, or an acknowledged build is lost, or the
next build fails or leaves rubbish behind; for altered bits, that they were not noticed before an answer could be given.
"""

if __name__ == "__main__":
    main()
