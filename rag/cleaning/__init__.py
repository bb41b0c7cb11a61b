"""From a post to the passages that are indexed, every removal with its reason: Markdown, rules, splitting, repeats.

Begin with `prepare`, which names the steps in order; `clean` lists the rules, each a function whose name is the reason
that `rag report` shows (`report`). `boilerplate` and `dedupe` are the two that look at more than one post.
May import: errors, models, storage, text, types.
To change a rule: a post with the flaw, and one by a person that looks like it, in tests/cleaning/; read what `rag
report` says of several blogs before and after; PIPELINE in rag/indexing/plan.py one up.
"""
