"""Patterns of grave harm, one module a subject. Nouns and verbs are combined: the blunt request, not the veiled one."""
