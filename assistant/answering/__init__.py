"""Ranked passages to one decision, and the decision to reviewed words."""
