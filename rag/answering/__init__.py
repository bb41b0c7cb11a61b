"""From hits to an answer: the sentences that answer, word for word, or the word that the posts don't say.

Begin with `answer`. `evidence` measures how well hits meet a question, `calibration` makes a probability of it,
`selection` chooses sentences, `followup` and `turns` read a conversation. For generators: `prompt` asks, `claims`
reads and checks the reply, its figures by value (`figures`), `generated` makes the answer of it, `fallbacks` says why
there is none. `phrases` holds the words around quotes.
May import: errors, models, storage, text, types.
To change what is quoted: `selection`, measured with bench/answers.py.
"""
