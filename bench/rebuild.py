"""How long a rebuild takes after few changes, and whether anything grows over many of them.

    python bench/rebuild.py POSTS            # builds an index of a copy of POSTS, then changes it; prints a table
    python bench/rebuild.py POSTS --soak     # 200 rebuilds and 2,000 questions: memory, files and descriptors
    python bench/rebuild.py POSTS --served   # how soon a server under load answers from what was just built

Each build is a process of its own, as the command line runs it: starting Python and loading the model are counted.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import rag  # noqa: E402
from tests.serving import start  # noqa: E402

TEXT = "第{n}号の便りでは、{n}番目の温室に植えた{n}本の苗について、水やりの時刻と土の温度を書いた。\n"
ROUNDS = 5  # of each change; the median and the best are shown
RATE = 5  # requests a second while a server takes up new generations


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("posts", type=Path)
    parser.add_argument("--index", type=Path, help="an index of these very posts to start from (copied)")
    parser.add_argument("--soak", action="store_true")
    parser.add_argument("--served", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        posts, index = Path(home) / "posts", Path(home) / "index"
        shutil.copytree(args.posts, posts)
        if args.index:
            shutil.copytree(args.index, index)
        (soak if args.soak else served if args.served else table)(posts, index)


def table(posts: Path, index: Path) -> None:
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start\n")
    print("| change | wall s, median | wall s, best | CPU s |\n|---|---|---|---|")
    wall, cpu = build(posts, index)
    print(
        f"| first build of {len(list(posts.rglob('*.md')))} posts | {wall:.1f} | {wall:.1f} | {cpu:.1f} |", flush=True
    )
    number = 0
    for name, change in (("nothing", nothing), ("3 new posts", new), ("1 post edited", edit), ("1 renamed", rename),
                         ("1 deleted", delete)):  # fmt: skip
        times = []
        for _ in range(ROUNDS):
            number += 1
            change(posts, number)
            times.append(build(posts, index))
        (best, _), (wall, cpu) = min(times), sorted(times)[ROUNDS // 2]
        print(f"| {name} | {wall:.2f} | {best:.2f} | {cpu:.2f} |", flush=True)


def build(posts: Path, index: Path) -> tuple[float, float]:
    """Seconds on the clock and of the processor, children included."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "rag.cli", "build", str(posts), "--index", str(index)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def nothing(posts: Path, number: int) -> None:
    """Not a byte."""


def new(posts: Path, number: int) -> None:
    for i in range(3):
        n = 10 * number + i
        body = "\n".join(TEXT.format(n=n * 40 + line) for line in range(20))
        (posts / f"2025-06-01-new-{n}.md").write_text(f"---\ntitle: 便り{n}\n---\n\n{body}", encoding="utf-8")


def edit(posts: Path, number: int) -> None:
    path = sorted(posts.rglob("*.md"))[number]
    path.write_text(path.read_text(encoding="utf-8") + "\n" + TEXT.format(n=number), encoding="utf-8")


def rename(posts: Path, number: int) -> None:
    path = sorted(posts.rglob("*.md"))[number]
    path.rename(path.with_name(path.stem + f"-{number}.md"))


def delete(posts: Path, number: int) -> None:
    sorted(posts.rglob("*.md"))[number].unlink()


def soak(posts: Path, index: Path, rebuilds: int = 200, questions: int = 10) -> None:
    """In one process, as a server and `rag watch` are: what it holds after 20 rebuilds and at the end."""
    rag.build_index(posts, index).close()
    asked = [title for _, title, *_ in rag.open_index(index).posts()][:questions]
    print("| rebuilds | memory MB | descriptors | files | bytes on disk |\n|---|---|---|---|---|")
    for n in range(1, rebuilds + 1):
        (posts / "2025-06-01-soak.md").write_text(f"---\ntitle: 便り\n---\n\n{TEXT.format(n=n)}", encoding="utf-8")
        with_new = rag.build_index(posts, index)
        for question in asked:
            with_new.search(question)
        with_new.close()
        if n in (20, rebuilds):
            gc.collect()
            files = [path for path in index.rglob("*") if path.is_file()]
            size = sum(path.stat().st_size for path in files)
            held = len(list(Path("/proc/self/fd").iterdir()))
            print(f"| {n} | {resident():.0f} | {held} | {len(files)} | {size:,} |", flush=True)


def served(posts: Path, index: Path) -> None:
    """From the end of a build until a search over HTTP finds the new post, while others search five times a second."""
    build(posts, index)
    with tempfile.TemporaryDirectory() as logs:
        site = start(index, Path(logs))
        done, asked, failed = threading.Event(), list[threading.Thread](), list[str]()

        def ask() -> None:
            try:
                search(site.url, "温室の苗はいつ水をやる？")
            except (httpx.HTTPError, ValueError) as error:
                failed.append(repr(error))

        def load() -> None:
            while not done.wait(1 / RATE):
                asked.append(threading.Thread(target=ask))
                asked[-1].start()

        loading = threading.Thread(target=load)
        loading.start()
        waits = []
        for n in range(101, 101 + ROUNDS):
            new(posts, n)
            build(posts, index)
            built, title = time.perf_counter(), f"便り{10 * n}"
            while search(site.url, f"{title}には何が書かれた？") != title:
                time.sleep(0.1)
            waits.append(time.perf_counter() - built)
        done.set()
        for thread in (loading, *asked):
            thread.join()
    print(
        f"{ROUNDS} builds under {RATE} searches a second: the new post was found {min(waits):.1f} to {max(waits):.1f} s"
    )
    print(f"after its build had ended; {len(failed)} of {len(asked)} searches failed.")


def search(url: str, question: str) -> str:
    """Title of the first hit, as any HTTP client gets it. Raises HTTPError or ValueError."""
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as http:
        made = http.post("/gradio_api/call/v2/search", json={"question": question, "k": 1}).raise_for_status()
        text = http.get(f"/gradio_api/call/search/{made.json()['event_id']}").raise_for_status().text
    event, data = [line.partition(": ")[2] for line in text.splitlines() if line][-2:]
    if event != "complete":
        raise ValueError(event)
    hits = json.loads(data)[0]
    return str(hits[0]["title"]) if hits else ""


def resident() -> float:
    """MB of memory held now (not at most), on Linux."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


if __name__ == "__main__":
    main()
