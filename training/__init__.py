"""How the built-in model was made: from public pairs to rag/models/builtin. Not part of the installed package."""
