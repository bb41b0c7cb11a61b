"""Tools for language: sentences, words, figures, spellings, what a question asks. They know no posts and no index.

Begin with `sentences`, where everything that is quoted is cut. `words` tells the words of a text, `compounds`, `kanji`,
`eras` and `amounts` what is written in several ways; `question` what a question asks for and in which language, `dates`
its days; `keys` how texts are compared; `sudachi` opens the Japanese dictionary.
May import: errors, types.
To change one: it is a pure function of text, so a pair of input and output in tests/text/ comes first.
"""
