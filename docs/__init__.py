"""The documentation and the program that makes a site of it: ``python -m docs.build``."""
