"""Thin Rasa components: they translate between Rasa's messages and our core."""
