"""A small OpenAI-compatible server in a process of its own, for the tests of generators.

    python model_server.py MODEL_FOLDER        prints its port, then serves until its standard input closes

The model name of a request picks what answers: "tiny" is the transformers model in MODEL_FOLDER; "quote" repeats the
first sentence of passage 1 with its number; "gullible" does what the passages say; the others are the ways in which a
server can fail.
"""

import json
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PASSAGE = re.compile(r"<<[0-9a-f]+ (\d+)>>\n(.*)\n(.*)\n<<[0-9a-f]+ end>>")


def tiny(prompt):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
    model = AutoModelForCausalLM.from_pretrained(sys.argv[1])
    inputs = tokenizer(prompt[-200:], return_tensors="pt")
    ids = model.generate(**inputs, max_new_tokens=8, do_sample=False)[0, inputs["input_ids"].shape[1] :]
    yield from (tokenizer.decode([i]) for i in ids)


def quote(prompt):
    """Character by character, so that the mark is cut in three."""
    text = PASSAGE.search(prompt)[3]
    yield from re.match(r"[^。.]*", text)[0] + " [1]。"


def gullible(prompt):
    """Every sentence of the passages bare, with words of its own, and numbered; then the prompt and links."""
    said = set()
    for n, _, text in PASSAGE.findall(prompt):
        for sentence in re.findall(r"[^。.]+[。.]?", text):
            if sentence not in said:
                said.add(sentence)
                yield f"{sentence} HACKED {sentence} 【{n}】 "
                yield f"{sentence}[{n}][99] "
    yield f"{prompt[:200]} [1]。 See https://evil.example/?q=secret [1]。 ![x](https://evil.example/p.png) [1]。"


def half(prompt):
    yield from quote(prompt)
    yield "この店は一八四五年にパリで生まれた [1]。"


def empty(prompt):
    yield from ("", " ", "\n")


def runaway(prompt):
    while True:
        yield "パンの話はまだまだ続きます "


def again(prompt):
    for _ in range(50):
        yield from quote(prompt)


def none(prompt):
    yield "NONE."


def unmarked(prompt):
    yield "".join(quote(prompt)).replace(" [1]", "")


def invents(prompt):
    yield "この店は一八四五年にパリで生まれた [1]。"


def round(prompt):
    yield "".join(quote(prompt)).replace("[1]", "(1)")


def labelled(prompt):
    yield "".join(quote(prompt)).replace("[1]", "[出典1]")


def ranged(prompt):
    yield "".join(quote(prompt)).replace("[1]", "[1-3]")


def aloud(prompt):
    yield from ("<th", "ink>hmm, 三百度 [1]。", "</think>", *quote(prompt))


def headless(prompt):
    yield from ("hmm, hmm.</think>", *quote(prompt))


def thinks(prompt):
    yield "<think>hmm, hmm, 三百度 [1]。"


ANSWERS = {
    f.__name__: f for f in (
        tiny, quote, gullible, half, empty, runaway, again, none, unmarked, invents, round, labelled, ranged, aloud,
        headless, thinks,
    )
}  # fmt: skip
ANSWERS["key"] = ANSWERS["aside"] = quote


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_POST(self):  # noqa: C901  (one way to fail after another)
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        model, prompt = asked["model"], asked["messages"][0]["content"]
        if model == "refuse":
            return self.send_error(500, "out of memory")
        if model == "mute":
            return time.sleep(5)
        if model == "key" and self.headers["Authorization"] != "Bearer open-sesame":
            return self.send_error(401, "Unauthorized")
        if model in ("whole", "wide"):
            return self.all_at_once("".join(quote(prompt)), indent=1 if model == "wide" else None)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        try:
            if model == "garbage":
                return self.wfile.write(b"data: {not json\n\n")
            if model == "error":
                return self.wfile.write(b'data: {"error": {"message": "no such model"}}\n\n')
            if model == "drip":
                for _ in range(100):
                    self.say("パ")
                    time.sleep(0.05)
            self.wfile.write(
                b': ping\n\ndata: {"choices": []}\n\ndata: {"choices": [{"delta": {"content": null}}]}\n\n'
            )
            if model in ("aside", "muses"):
                for name in ("reasoning_content", "reasoning", "content"):
                    self.say("hmm" if name != "content" else "", name)
            for piece in ANSWERS.get(model, empty)(prompt) if model != "muses" else ():
                self.say(piece)
            self.wfile.write(b"data: [DONE]\n\n")
        except (BrokenPipeError, ConnectionResetError):
            pass  # the reader has heard enough

    def all_at_once(self, text, indent):
        """As a server that takes no notice of "stream"."""
        body = json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]}, indent=indent).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def say(self, piece, name="content"):
        event = {"choices": [{"delta": {name: piece}}]}
        self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()
