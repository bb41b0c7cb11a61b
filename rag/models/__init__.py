"""What turns texts into numbers or answers: the built-in table, sentence-transformers, rerankers, local generators.

Begin with `embed`: the built-in encoder and how any other is loaded. `adapt` fits the table to an index's posts;
`builtin/` holds the weights with their card, `training/` in the root makes them.
May import: errors, types.
To add a model: make it an Encoder, Reranker or Generator of `rag.types`. Heavy packages are imported inside functions.
"""
