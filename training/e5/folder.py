"""Writes the model, with the pieces that were kept, as a folder of sentence-transformers: exact, for other programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from tokenizers.processors import TemplateProcessing

from rag.models.e5 import MOST_PIECES, PASSAGE, QUERY
from training.e5.model import Array, Linear, Model, Norm
from training.e5.vocabulary import BEGIN, END, UNKNOWN, normal_form


def write_sentence_transformers(model: Model, folder: Path) -> None:
    """A folder for `rag build --model FOLDER` and sentence-transformers; needs torch."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    size, dim = model.words.shape
    config = BertConfig(
        vocab_size=size,
        hidden_size=dim,
        num_hidden_layers=len(model.layers),
        num_attention_heads=model.heads,
        intermediate_size=len(model.layers[0].wide.bias),
        max_position_embeddings=len(model.positions),
        type_vocab_size=1,
        layer_norm_eps=model.epsilon,
        pad_token_id=1,
    )
    bert = BertModel(config, add_pooling_layer=False)
    bert.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in _parameters(model)})
    begin, padding, end, unknown = model.pieces[:4]
    fast = PreTrainedTokenizerFast(
        tokenizer_object=make_tokenizer(model),
        cls_token=begin,
        pad_token=padding,
        sep_token=end,
        unk_token=unknown,
        model_max_length=MOST_PIECES,
    )
    with TemporaryDirectory() as plain:
        bert.save_pretrained(plain)
        fast.save_pretrained(plain)
        parts = [Transformer(plain, max_seq_length=MOST_PIECES), Pooling(dim, "mean"), Normalize()]
        prompts = {"query": QUERY, "passage": PASSAGE, "document": PASSAGE}
        SentenceTransformer(modules=parts, prompts=prompts).save(str(folder))


def make_tokenizer(model: Model) -> Tokenizer:
    """The same pieces and rules for the library `tokenizers`; it breaks ties otherwise, in one text of thousands."""
    scores = model.scores.tolist()
    tokenizer = Tokenizer(models.Unigram(list(zip(model.pieces, scores, strict=True)), UNKNOWN, False))
    tokenizer.normalizer = normalizers.Precompiled(normal_form().precompiled_charsmap)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")]
    )
    begin, end = model.pieces[BEGIN], model.pieces[END]
    ids = [(begin, BEGIN), (end, END)]
    tokenizer.post_processor = TemplateProcessing(single=f"{begin} $A {end}", special_tokens=ids)
    return tokenizer


def _parameters(model: Model) -> Iterator[tuple[str, Array]]:
    """By BERT's names."""
    yield "embeddings.word_embeddings.weight", model.words
    yield "embeddings.position_embeddings.weight", model.positions
    yield "embeddings.token_type_embeddings.weight", np.zeros((1, model.words.shape[1]), np.float32)
    yield from _named("embeddings.LayerNorm", model.norm)
    for i, layer in enumerate(model.layers):
        at = f"encoder.layer.{i}"
        yield from _named(f"{at}.attention.self.query", layer.query)
        yield from _named(f"{at}.attention.self.key", layer.key)
        yield from _named(f"{at}.attention.self.value", layer.value)
        yield from _named(f"{at}.attention.output.dense", layer.mixed)
        yield from _named(f"{at}.attention.output.LayerNorm", layer.mixed_norm)
        yield from _named(f"{at}.intermediate.dense", layer.wide)
        yield from _named(f"{at}.output.dense", layer.narrow)
        yield from _named(f"{at}.output.LayerNorm", layer.narrow_norm)


def _named(name: str, part: Linear | Norm) -> Iterator[tuple[str, Array]]:
    weight, bias = (part.weight, part.bias) if isinstance(part, Linear) else (part.scale, part.shift)
    yield f"{name}.weight", weight
    yield f"{name}.bias", bias
