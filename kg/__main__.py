"""python -m kg."""

from kg.cli import main

# Spawned workers import this module again under another name and must not run the command.
if __name__ == "__main__":
    main(prog_name="kg")
