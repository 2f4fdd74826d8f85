"""Danger first: who is in danger is told the right number before anything else happens.

Pure code and data: no Rasa, no model, no database, no web. `danger` decides,
`emergencies` reads knowledge/emergencies.yml, `card` makes the words.
"""
