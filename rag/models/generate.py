"""Optional local generators: any OpenAI-compatible server, or a transformers model in this process.

Both yield a reply in pieces and stop at a bound on its length and time; what is wrong with them is a ModelError with
one line that can be shown. Knows nothing about passages or citations.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

from rag.errors import InputError, ModelError
from rag.types import Generator

MAX_TOKENS = 400  # four sentences in any language
MAX_CHARS = 4_000  # a server that ignores MAX_TOKENS is cut here
CONNECT_S, READ_S, TOTAL_S = 3.0, 60.0, 120.0  # a cold model may take a minute to its first token
_WHOLE = 1_000_000  # characters of a reply that is not streamed
_REASONING = ("reasoning_content", "reasoning", "thinking")  # where servers put what a model thought
_SHOWN = 200  # characters of a server's own error that are passed on


class OpenAIGenerator:
    """Streams from `{url}/chat/completions`: Ollama, llama.cpp, vLLM, LM Studio, `transformers serve`."""

    def __init__(
        self, url: str, model: str, key: str = "", *,
        connect_s: float = CONNECT_S, read_s: float = READ_S, total_s: float = TOTAL_S,
    ) -> None:  # fmt: skip
        self.url, self.model = url.rstrip("/"), model
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._connect_s, self._read_s, self._total_s = connect_s, read_s, total_s

    @property
    def name(self) -> str:
        """Model and server."""
        return f"{self.model} at {self.url}"

    def stream(self, prompt: str) -> Iterator[str]:
        """Yield the reply in pieces. Raises ModelError when the server is away, slow, refuses or talks nonsense."""
        import httpx  # a tenth of a second, which a build or a search should not wait for

        timeout = httpx.Timeout(self._read_s, connect=self._connect_s)
        body = {
            "model": self.model, "messages": [{"role": "user", "content": prompt}], "stream": True,
            "temperature": 0, "max_tokens": MAX_TOKENS,
        }  # fmt: skip
        try:
            with (
                httpx.Client(timeout=timeout, trust_env=False) as client,  # a local server, never by a proxy
                client.stream(
                    "POST", f"{self.url}/chat/completions", json=body, headers=self._headers
                ) as response,
            ):  # fmt: skip
                if response.status_code != httpx.codes.OK:
                    raise self._refused(response.status_code, response.read())
                yield from self._pieces(response.iter_lines())
        except httpx.TimeoutException as error:
            raise ModelError(f"{self.url} did not answer in time", "slow") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ModelError(f"{self.url} can't be reached: {error or type(error).__name__}", "away") from error

    def _pieces(self, lines: Iterator[str]) -> Iterator[str]:
        """The text of a reply, streamed or sent whole. Raises ModelError."""
        deadline, length, thought, whole = time.monotonic() + self._total_s, 0, False, ""
        for line in lines:
            piece, reasoning = _delta(line)
            thought = thought or reasoning
            if piece:
                yield piece
                length += len(piece)
            elif not line.startswith(("data:", "event:", ":")) and len(whole) < _WHOLE:
                whole += line
            if length > MAX_CHARS:
                return
            if time.monotonic() > deadline:
                raise ModelError(f"{self.url} took more than {self._total_s:g} s", "slow")
        if not length and whole.strip():  # a server that takes no notice of "stream"
            piece, thought = _text(_read(whole), "message")
            yield piece[:MAX_CHARS]
            length = len(piece)
        if not length and thought:
            raise ModelError(f"{self.model} spent its {MAX_TOKENS} tokens on reasoning", "reasoning")

    def _refused(self, status: int, said: bytes) -> ModelError:
        words = " ".join(said[:_SHOWN].decode("utf-8", "replace").split())
        if status in (401, 403):
            return ModelError(
                f"{self.url} answered {status}; set RAG_GENERATOR_KEY or give --generator-key FILE ({words})", "key"
            )
        return ModelError(f"{self.url} answered {status}: {words}")


def _delta(line: str) -> tuple[str, bool]:
    """(the text of one server-sent event, whether it holds reasoning). Raises ModelError for what can't be read."""
    if not line.startswith("data:"):
        return "", False
    data = line.removeprefix("data:").strip()
    if data in ("", "[DONE]"):
        return "", False
    return _text(_read(data), "delta")


def _read(data: str) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"the server sent what is no JSON: {data[:_SHOWN]}") from error


def _text(event: object, part: str) -> tuple[str, bool]:
    """(the text in a reply's "delta" or "message", whether it holds reasoning, which is never shown)."""
    if isinstance(event, dict) and event.get("error"):
        raise ModelError(f"the server reports: {str(event['error'])[:_SHOWN]}")
    choices = event.get("choices") if isinstance(event, dict) else None
    first = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    said = first.get(part)
    if not isinstance(said, dict):
        return "", False
    text = said.get("content")
    return text if isinstance(text, str) else "", any(said.get(name) for name in _REASONING)


class TransformersGenerator:
    """A causal language model in this process, from a local folder or the local cache; CPU, safetensors only."""

    def __init__(self, name: str, *, max_tokens: int = MAX_TOKENS, total_s: float = TOTAL_S) -> None:
        self.name, self._max_tokens, self._total_s = name, max_tokens, total_s
        self._loaded: tuple[Any, Any] | None = None

    def stream(self, prompt: str) -> Iterator[str]:
        """Yield the reply in pieces. Raises ModelError when the model can't be loaded or run."""
        from transformers import StoppingCriteriaList, TextIteratorStreamer

        tokenizer, model = self._load()
        if tokenizer.chat_template:
            prompt = tokenizer.apply_chat_template(
                [{"role": "user", "content": prompt}], tokenize=False, add_generation_prompt=True
            )
        inputs = tokenizer(prompt, return_tensors="pt", add_special_tokens=not tokenizer.chat_template)
        streamer = TextIteratorStreamer(tokenizer, skip_prompt=True, skip_special_tokens=True, timeout=self._total_s)
        stop = _Stopped(self._total_s)
        failure: list[Exception] = []

        def work() -> None:
            try:
                model.generate(
                    **inputs, streamer=streamer, max_new_tokens=self._max_tokens, do_sample=False,
                    stopping_criteria=StoppingCriteriaList([stop]),
                )  # fmt: skip
            except (RuntimeError, ValueError, IndexError) as error:
                failure.append(error)
                streamer.end()  # type: ignore[no-untyped-call]

        worker = Thread(target=work, daemon=True)
        worker.start()
        try:
            yield from streamer
        finally:
            stop.now = True
            worker.join()
        if failure:
            raise ModelError(f"{self.name} failed: {str(failure[0])[:_SHOWN]}") from failure[0]

    def _load(self) -> tuple[Any, Any]:
        if self._loaded is None:
            from transformers import AutoModelForCausalLM, AutoTokenizer

            options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
            try:
                tokenizer = AutoTokenizer.from_pretrained(self.name, **options)
                model = AutoModelForCausalLM.from_pretrained(self.name, use_safetensors=True, **options)
            except (OSError, ValueError, RuntimeError, ImportError) as error:
                line = (str(error).strip().splitlines() or [type(error).__name__])[0]
                raise ModelError(f"{self.name} can't be loaded ({line[:_SHOWN]}); give a local model folder") from error
            self._loaded = tokenizer, model.eval()  # type: ignore[no-untyped-call]
        return self._loaded


class _Stopped:
    """A stopping criterion that another thread sets."""

    def __init__(self, total_s: float) -> None:
        self.now = False
        self._deadline = time.monotonic() + total_s

    def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:  # noqa: ANN401  (torch tensors)
        import torch

        return torch.full((len(input_ids),), self.now or time.monotonic() > self._deadline, dtype=torch.bool)


def load_generator(spec: str, key: str = "") -> Generator:
    """The generator that `--generator` names: "openai:http://127.0.0.1:11434/v1#model" or "transformers:/path".

    `key` is what a server may ask for. Raises InputError for anything else. Nothing is contacted or loaded before the
    first question.
    """
    kind, _, rest = spec.partition(":")
    if kind == "openai":
        url, _, model = rest.partition("#")
        if url.startswith(("http://", "https://")) and model:
            return OpenAIGenerator(url, model, key)
    elif kind == "transformers" and rest:
        if rest.startswith((".", "/", "~")) and not Path(rest).expanduser().is_dir():
            raise InputError(f"{rest} is no folder; give the folder of a transformers model")
        return TransformersGenerator(str(Path(rest).expanduser()) if rest.startswith("~") else rest)
    raise InputError(
        f"generator {spec!r} is not known; write openai:http://127.0.0.1:11434/v1#MODEL or transformers:FOLDER"
    )
