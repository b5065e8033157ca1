"""A small linear classifier of attacks: hashed n-grams, logistic regression, numpy alone."""
