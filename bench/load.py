"""How the served page holds up: open-loop load over HTTP, and what a reader in a browser waits for.

    python bench/load.py INDEX            # needs an installed Chromium; prints the tables of bench/results/load.md

Requests come at random moments whether or not earlier ones are done, as readers do, and each one's time runs from the
moment it was meant to start: a server that falls behind can't hide it. The load is made on the same machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import rag  # noqa: E402
from tests.serving import Site, start  # noqa: E402

SECONDS = 20.0  # of each rate
OVERLOAD, OVERLOAD_SECONDS = 40, 10.0
RECOVERY, WINDOW = 5, 2.0  # requests a second after the overload, and the seconds over which they are looked at
READERS = 20
VISITS = 5  # of the browser; medians are shown
LONGEST = 60.0  # seconds until a request counts as failed

#: When the question box can be typed into, and when an answer's first words and its last part stand on the page.
CLOCKS = """(() => {
  const times = window.times = {};
  const look = () => {
    const box = document.querySelector('#rag-box textarea');
    if (box && !box.disabled && !times.typing) times.typing = performance.now();
    if (document.querySelector('.rag-text, .rag-none') && !times.words) times.words = performance.now();
    if (document.querySelector('.rag-turn .rag-vote') && !times.answer) times.answer = performance.now();
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""


@dataclass(frozen=True)
class Call:
    """One request: when it was meant to start, how long it took from then, how it ended."""

    at: float
    seconds: float
    outcome: str  # "ok", "503" or what else went wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    args = parser.parse_args()
    random.seed(1)
    questions = make_questions(args.index)
    with tempfile.TemporaryDirectory() as home:
        begun = time.perf_counter()
        site = start(args.index, Path(home), "--read-only")
        ready = time.perf_counter() - begun
        print(f"# The page under load\n\n{describe(args.index)}\n")
        in_browser(site, questions, ready)
        asyncio.run(under_load(site, questions))
        contacts = sorted(set(site.contacts.read_text().split()))
        print(f"\nAddresses that the server's process looked up or connected to in all this: {', '.join(contacts)}.")
        print(f"\nMade by `python bench/load.py INDEX` on {platform.system()}, Python {platform.python_version()}.")


def describe(folder: Path) -> str:
    index = rag.open_index(folder)
    status = index.status()
    index.close()
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} from other work at the start"
    return f"An index of {status['posts']:,} posts, {status['passages']:,} passages; {machine}."


def make_questions(folder: Path, count: int = 400) -> list[str]:
    """Questions about titles and headings all over the index, none twice, so that nothing is answered from a cache."""
    index = rag.open_index(folder)
    names = {p.heading.rpartition(" › ")[2] or p.title for p in index.passages()} | {p[1] for p in index.posts()}
    index.close()
    fitting = sorted(name for name in names if 8 <= len(name) <= 60)
    return [f"「{name}」について教えて" for name in random.sample(fitting, min(count, len(fitting)))]


def memory(pid: int) -> tuple[float, float]:
    """MB in memory, and of them those that are no mapped files."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(lines["VmRSS"].split()[0]) / 1024, int(lines["RssAnon"].split()[0]) / 1024


def cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# --- over HTTP --------------------------------------------------------------------------------------------------


async def under_load(site: Site, questions: list[str]) -> None:
    pid = site.pid
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=100)
    async with httpx.AsyncClient(base_url=site.url, timeout=LONGEST, limits=limits, trust_env=False) as http:
        for question in questions[:10]:
            await ask(http, question, time.perf_counter())
        print("\n| requests a second | asked | answered | 503 | failed | p50 ms | p95 ms | p99 ms |")
        print("|--:|--:|--:|--:|--:|--:|--:|--:|")
        for rate in (5, 10):
            show(str(rate), await at_rate(http, questions, rate, SECONDS))
        alone = await idle(pid)
        async with idle_readers(site):
            watched = await idle(pid)
            show(f"5, beside {READERS} idle readers", await at_rate(http, questions, 5, SECONDS))
        before = memory(pid)
        show(str(OVERLOAD), await at_rate(http, questions, OVERLOAD, OVERLOAD_SECONDS))
        over = time.perf_counter()
        after = await at_rate(http, questions, RECOVERY, 15.0)
        show("5, right after", after)
        now = memory(pid)
    back = recovered(after, over)
    print(f"\nBack to normal (the median of {WINDOW:.0f} s below 300 ms) {back} after the overload.")
    print(f"\nWith nobody there the server takes {alone:.1f} % of a core, with {READERS} idle readers {watched:.1f} %.")
    for when, (all_of_it, own) in (("before", before), ("after", now)):
        print(f"\nMemory {when} the overload: {all_of_it:.0f} MB, {own:.0f} MB of it not files of the index.")


async def idle(pid: int) -> float:
    """Percent of a core that the server takes while nobody asks."""
    begun, used = time.perf_counter(), cpu(pid)
    await asyncio.sleep(SECONDS)
    return 100 * (cpu(pid) - used) / (time.perf_counter() - begun)


async def at_rate(http: httpx.AsyncClient, questions: list[str], rate: float, seconds: float) -> list[Call]:
    """Calls begun at random moments, `rate` a second on average."""
    begun, at, running = time.perf_counter(), 0.0, []
    while (at := at + random.expovariate(rate)) < seconds:
        await asyncio.sleep(max(0.0, begun + at - time.perf_counter()))
        running.append(asyncio.create_task(ask(http, random.choice(questions), begun + at)))
    return list(await asyncio.gather(*running))


async def ask(http: httpx.AsyncClient, question: str, at: float) -> Call:
    outcome = "no end"
    try:
        made = await http.post("/gradio_api/call/v2/ask", json={"question": question})
        if made.status_code != 200:
            return Call(at, time.perf_counter() - at, str(made.status_code))
        async with http.stream("GET", f"/gradio_api/call/ask/{made.json()['event_id']}") as lines:
            async for line in lines.aiter_lines():
                if line.startswith("event: "):
                    outcome = {"event: complete": "ok"}.get(line, line)
    except httpx.HTTPError as error:
        outcome = type(error).__name__
    return Call(at, time.perf_counter() - at, outcome)


def show(name: str, calls: list[Call]) -> None:
    times = sorted(1000 * c.seconds for c in calls if c.outcome == "ok")
    ends = Counter(c.outcome for c in calls)
    failed = len(calls) - ends["ok"] - ends["503"]
    p50, p95, p99 = (times[min(len(times) - 1, int(p * len(times)))] for p in (0.5, 0.95, 0.99))
    print(f"| {name} | {len(calls)} | {ends['ok']} | {ends['503']} | {failed} | {p50:.0f} | {p95:.0f} | {p99:.0f} |",
          flush=True)  # fmt: skip
    if failed:
        print(f"<!-- {json.dumps(ends)} -->")


def recovered(calls: list[Call], over: float) -> str:
    for end in range(1, 150):
        window = [c.seconds for c in calls if end / 10 - WINDOW <= c.at - over < end / 10 and c.outcome == "ok"]
        if end / 10 >= WINDOW and len(window) >= 5 and statistics.median(window) < 0.3:
            return f"{end / 10:.1f} s"
    return "not within 15 s"


class idle_readers:
    """Tabs that are open and do nothing: each holds the stream by which the page tells that it is still there."""

    def __init__(self, site: Site) -> None:
        self.http = httpx.AsyncClient(base_url=site.url, timeout=None, trust_env=False)
        self.tasks: list[asyncio.Task] = []

    async def __aenter__(self) -> None:
        self.tasks = [asyncio.create_task(self._stay(f"idle{i}")) for i in range(READERS)]

    async def _stay(self, session: str) -> None:
        async with self.http.stream("GET", f"/gradio_api/heartbeat/{session}") as stream:
            async for _ in stream.aiter_bytes():
                pass

    async def __aexit__(self, *_: object) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.http.aclose()


# --- in a browser -----------------------------------------------------------------------------------------------


def in_browser(site: Site, questions: list[str], ready: float) -> None:
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    found: dict[str, list[float]] = {}
    foreign: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for visit in range(VISITS + 1):
            times, requests = one_visit(browser, site, questions[visit])
            foreign += [url for url in requests if not url.startswith((site.url, "data:", "blob:"))]
            for name, seconds in {**times, "requests": len(requests)}.items():
                found.setdefault(name, []).extend([seconds] * bool(visit))  # the first one warms the machine up
        browser.close()
    print("| what a reader waits for | median |\n|---|--:|")
    print(f"| start of the server until it answers | {ready:.1f} s |")
    for name, label in (("paint", "first paint"), ("typing", "typing possible"), ("words", "question to first words"),
                        ("answer", "question to full answer")):  # fmt: skip
        print(f"| {label} | {statistics.median(found[name]):.0f} ms |")
    print(f"\n{statistics.median(found['requests']):.0f} requests for a visit and an answer, {len(foreign)} of them "
          "to another origin.", flush=True)  # fmt: skip


def one_visit(browser, site: Site, question: str) -> tuple[dict[str, float], list[str]]:
    context = browser.new_context(locale="ja-JP", viewport={"width": 1440, "height": 900})
    page, requests = context.new_page(), []
    page.on("request", lambda request: requests.append(request.url))
    page.add_init_script(CLOCKS)
    page.goto(site.url)
    page.wait_for_function("() => window.times.typing")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    page.wait_for_timeout(1500)  # a reader types; meanwhile the page settles
    page.locator("#rag-box textarea").fill(question)
    asked = page.evaluate("performance.now()")
    page.keyboard.press("Enter")
    page.wait_for_function("() => window.times.answer", timeout=30_000)
    times = page.evaluate("window.times")
    context.close()
    return {"paint": paint, "typing": times["typing"], "words": times["words"] - asked,
            "answer": times["answer"] - asked}, requests  # fmt: skip


if __name__ == "__main__":
    main()
