"""Models by name or path through sentence-transformers: first the copy on this machine, so that no network is needed.

Only safetensors, no code from the model. Knows nothing about what a model is used for.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal
from urllib.error import HTTPError
from urllib.request import urlopen

from rag.errors import ModelError

HUB_TIMEOUT_S = 5  # for a hub that does not answer; then the error line, not a hang


def load_pretrained(name: str, kind: Literal["SentenceTransformer", "CrossEncoder"]) -> Any:  # noqa: ANN401  (imported only when used)
    """The model `name`, a hub name or a local folder. Raises ModelError, in one line, when it can't be had or used."""
    try:
        import sentence_transformers
        from huggingface_hub import constants
    except ImportError as error:
        raise ModelError(f"{name} needs sentence-transformers ({error}); pip install sentence-transformers") from error
    make = getattr(sentence_transformers, kind)
    options: dict[str, Any] = {"trust_remote_code": False, "model_kwargs": {"use_safetensors": True}, "device": "cpu"}
    reason: Exception | None = None
    for local_only in (True, False):
        if not local_only and (Path(name).exists() or constants.HF_HUB_OFFLINE or not _answers(constants.ENDPOINT)):
            break
        try:
            return make(name, local_files_only=local_only, **options)
        except (OSError, ValueError, RuntimeError, KeyError, ImportError) as error:
            reason = error
    first_line = (str(reason).strip().splitlines() or [type(reason).__name__])[0]
    raise ModelError(
        f"model {name!r} can't be loaded ({first_line[:200]}); check the name or path, download it once while online, "
        "or leave out the option that names it"
    ) from reason


def _answers(url: str) -> bool:
    """Whether the hub can be reached at all; its own library would try again for over a minute."""
    try:
        with urlopen(url, timeout=HUB_TIMEOUT_S):
            return True
    except HTTPError:
        return True
    except (OSError, ValueError):
        return False
