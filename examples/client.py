"""Ask a served index from another program: `rag serve`, then `python examples/client.py "a question"`.

Needs gradio_client only, which comes with this project and is on the package index by itself.
"""

import sys

from gradio_client import Client


def main(question: str, url: str = "http://127.0.0.1:7860") -> None:
    """Print the passages that fit best, then the answer with its sources."""
    client = Client(url, verbose=False)
    for passage in client.predict(question, k=3, since="2024", api_name="/search"):
        print(f"{passage['score']:.2f}  {passage['date']}  {passage['title']}")
    answer = client.predict(question, api_name="/ask")
    print(answer["text"])
    for citation in answer["citations"]:
        print(f"[{citation['n']}] {citation['passage']['post']}: {citation['quote']}")


if __name__ == "__main__":
    main(*sys.argv[1:])
