"""The index from end to end, where the two flows meet: plan, build, publish, open, follow what changes.

Begin with `build` (posts become a published generation) and `index` (what users hold). `plan` says what has to be
done, `takeover` and `build_cache` what need not be done again, `arrays` which numbers a passage has, `vectors` whose
vectors an index gets and `deepen` how those of the transformer come; `opened` puts an index together from its files;
`watch` and `background` run builds by themselves.
May import: answering, cleaning, errors, models, posts, retrieval, storage, text, types.
To change what is stored: `arrays` or `build` writes, `opened` reads; LAYOUT in `opened` one up; incremental builds must
still equal full ones (tests/test_incremental.py).
"""
