"""Numbered, forward-only changes of the schema: one file a number, in `STEPS` in order."""
