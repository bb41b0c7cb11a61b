"""From a post to the passages that are indexed, every removal with its reason: Markdown, rules, splitting, repeats.

Begin with `prepare`, which names the steps in order, and `stages`, the values between them. `clean` lists the rules,
each a function whose name is the reason that `rag report` shows (`reasons`, `report`, `losses`). `corpus_evidence`
tells from all posts which repairs of machines' flaws act (`repair`, `cut_sentences`, `repeats`, `glued`);
`boilerplate` and `dedupe` are the others that look at more than one post. `markdown`, `templates` and the `html_*`
files read what people write.
May import: errors, models, storage, text, types.
To change a rule: a post with the flaw, and one by a person that looks like it, in tests/cleaning/; read what `rag
report` says of several blogs before and after; PIPELINE in rag/indexing/plan.py one up.
"""
