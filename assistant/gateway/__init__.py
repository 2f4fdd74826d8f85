"""The small process that faces the internet: checks, stores, and only then lets think."""
