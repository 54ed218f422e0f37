"""Sentences in the reader's language: `_` and `n_` translate, `N_` marks a constant, `speaking` sets the language.

The source sentences stand in the code: those of the chat in Italian, those of the terminal in English. What the other
language says instead is in the message files of `languages/en` and `languages/it`, which are read when they are first
needed.
"""

from languages.catalogue import N_, Language, Later, _, decimal, locale, n_, speaking, spoken

__all__ = ["N_", "Language", "Later", "_", "decimal", "locale", "n_", "speaking", "spoken"]
