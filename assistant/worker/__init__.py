"""The process that thinks: claims a turn, runs the Rasa agent, stores the replies."""
