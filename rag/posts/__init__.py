"""Files of a folder become posts: which files count, their front matter, their address; and posts that are put there.

Begin with `load`: `find_posts`, `read_bytes` and `parse_post` are its three steps. `front_matter` reads the block at
the top, `permalink` makes the address, `uploads` writes new files for the page.
May import: errors, models, storage, text, types.
To change what is taken from a file: `parse_post`, a test in tests/posts/, and PIPELINE in rag/indexing/plan.py one up.
"""
