"""What the pages show, read from the store.

Each view is a function of a `Snapshot` and the parts of an address, run in a worker, and returns plain
data that a template turns into a page. None of them knows HTTP or HTML.
"""
