"""Personal data and secrets: where they stand in a text, and how far a text must be held back to tell."""
