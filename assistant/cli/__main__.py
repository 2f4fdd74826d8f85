"""`python -m assistant.cli` is `wenban`."""

from assistant.cli import main

main(prog_name="wenban")
