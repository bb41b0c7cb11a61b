"""From a question to ranked hits: three legs propose passages, all of them score, near-repeats are told once.

Begin with `search`. The legs are `dense` (FAISS), `lexical` (BM25) and `late_interaction` (token vectors); `diversity`
chooses what is shown; `filters` and `limits` narrow a search by what was set and by what the question itself states.
May import: errors, models, storage, text, types.
To change a weight: `DEEP_WEIGHTS` in `search`, measured by bench/corpora.py on several blogs, logged in bench/LOG.md.
"""
