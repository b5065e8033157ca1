"""English words that tell nothing of what a text is about. Each reader of texts adds those of its own."""

from __future__ import annotations

_WORDS = """
a about after again all also am an and any are as at be because been before being but by can could did do does doing
done for from get got had has have having he her here him his how i if in into is it its just like may me might more
most must my no not of off on or our out over please shall she should so some such than thank thanks that the their
them then there these they this those to too up us very was we were what when where which while who whom whose why
will with would you your yours
"""
FUNCTION_WORDS = frozenset(_WORDS.split())
"""In lower case, without those of contractions."""

SEVERED = frozenset(("ll", "m", "re", "s", "t", "ve"))
"""What is left of contractions where words end at an apostrophe: "we'll", "I'm"."""
