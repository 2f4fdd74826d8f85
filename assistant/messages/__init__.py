"""Messages in, replies out: the words and the promises that all processes share.

No Rasa, no web, no SQL: `assistant.storage` keeps these, `assistant.gateway`
serves them, `assistant.worker` answers them.
"""
