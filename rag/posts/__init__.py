"""Files of a folder become posts: which files count, their front matter, their address; and posts that are put there.

Begin with `load`, which finds and reads files, and `parse`, which makes a post of one. `front_matter` reads the block
at the top (`yaml_block` the YAML of strangers, `by_line` what no parser reads), `fields` says what values mean;
`dates`, `language` and `published` each answer one question of a post. `site` finds the site's configuration,
`generators` says what it means, `addresses` which rule makes a post's address, `permalink` fills it in. `uploads`
writes new files.
May import: errors, models, storage, text, types.
To change what is taken from a file: `parse_post`, a test in tests/posts/, and PIPELINE in rag/indexing/plan.py one up.
"""
