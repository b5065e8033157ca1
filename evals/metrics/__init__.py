"""One metric a file. A metric that does not apply to a case gives no score, neither 0 nor 1."""
