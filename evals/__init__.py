"""Evaluation: asks a dataset's cases over the contract and scores what comes back."""

import os

# Ragas reports its use over the network, by a blocking call per metric, unless it is told not to before it is imported.
os.environ["RAGAS_DO_NOT_TRACK"] = "true"
