"""Sudachi's dictionary, opened once per process: each opening maps its 200 MB again and reads 75 of them."""

from __future__ import annotations

import functools

import sudachipy


@functools.cache
def dictionary() -> sudachipy.Dictionary:
    """The one that all tokenizers are made of; it never changes, so threads may share it."""
    return sudachipy.Dictionary()
