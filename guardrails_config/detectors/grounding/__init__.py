"""Whether the sentences of an answer are supported by its sources, by their words and numbers, without a model."""
