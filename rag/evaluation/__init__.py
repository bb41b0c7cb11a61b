"""How well it finds: hit@k and MRR on labelled questions, and readers' votes kept as such questions.

Begin with `evaluate`, which is `rag eval`; `feedback` stores votes beside the index.
May import: answering, cleaning, errors, indexing, models, posts, retrieval, storage, text, types.
To add a figure: `evaluate`, with its definition in the docstring. Comparisons with other programs live in bench/.
"""
