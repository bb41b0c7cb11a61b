"""The public names are exactly those of `__all__`, and each says what it does."""

import subprocess
import sys

import rag


def test_all_is_sorted_and_complete():
    assert rag.__all__ == sorted(rag.__all__)
    assert set(rag.__all__) == {
        "Answer", "BuildReport", "Chatbot", "Citation", "Client", "Filters", "Hit", "Index", "Passage", "Post",
        "RagError", "build_index", "open_index",
    }  # fmt: skip


def test_every_public_name_has_a_docstring():
    for name in rag.__all__:
        assert getattr(rag, name).__doc__.strip(), name


def test_importing_rag_and_its_command_line_loads_neither_torch_nor_gradio():
    heavy = {"torch", "gradio", "transformers", "sentence_transformers"}
    code = f"import sys, rag, rag.cli.main; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
