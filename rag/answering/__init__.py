"""From hits to an answer: the sentences that answer, word for word, or the word that the posts don't say.

Begin with `answer`. `evidence` measures how well hits meet a question, `calibration` makes a probability of it,
`selection` chooses sentences, `followup` completes questions from a conversation. For generators: `prompt` asks,
`claims` reads and checks the reply, `generated` makes the answer of it. `phrases` holds the words around quotes.
May import: errors, models, storage, text, types.
To change what is quoted: `selection`, measured with bench/answers.py.
"""
