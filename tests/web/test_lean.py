"""Gradio is imported without writing into its own installation, which took half of the time until the page is ready."""

import subprocess
import sys

import pytest

OPENED = """
import sys
stubs = set()
sys.addaudithook(lambda event, args: event == "open" and str(args[0]).endswith(".pyi") and stubs.add(str(args[0])))
import {first}
import gradio
with gradio.Blocks():
    box = gradio.Textbox()
    box.change(str, box, box)
print(len(stubs))
"""


@pytest.mark.parametrize("first", ["rag.web", "os"])
def test_gradio_reads_and_writes_no_stubs_once_the_page_is_imported(first):
    run = subprocess.run(
        [sys.executable, "-c", OPENED.format(first=first)], capture_output=True, text=True, check=True
    )  # fmt: skip
    if first == "rag.web":
        assert run.stdout.strip() == "0"
    else:  # or rag/web/lean.py has nothing left to do
        assert int(run.stdout) > 20


def test_a_gradio_that_is_there_already_is_left_as_it_is():
    code = "import gradio, sys; before = list(sys.meta_path); import rag.web; print(sys.meta_path == before)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "True"
