"""The reviewers' demo: a guarded conversation with its citations, verdicts and cost, and a place for an opinion."""
