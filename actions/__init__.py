"""Rasa actions: one action a file, a translation and nothing more."""
