"""What turns texts into numbers or answers: the built-in table, sentence-transformers, rerankers, local generators.

Begin with `embed`: the built-in encoder and how any other is loaded. `adapt` fits the table to an index's posts.
`e5` runs the shipped transformer, `subwords` spells texts for it. `builtin/` and `e5/` hold the weights, each with its
card; `training/` in the root makes them.
May import: errors, types.
To add a model: make it an Encoder, Reranker or Generator of `rag.types`. Heavy packages are imported inside functions.
"""
