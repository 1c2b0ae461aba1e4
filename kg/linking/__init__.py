"""Say which things of the graph are which things elsewhere: division codes, listed firms, Wikidata.

In: a built graph and a table, dump or endpoint that the user names. Out: a file of links beside
kg.toml, each with what matched, where and when, which every later build puts into the graph without
any network (`link_triples`). Nothing is guessed: a link needs an exact name and something besides that
agrees, and what is not certain is listed as unsure for a person to decide in the same file.
"""

from kg.linking.divisions import link_divisions
from kg.linking.listed import link_listed
from kg.linking.subjects import Subject, read_subjects
from kg.linking.table import LINKS_FILE, Link, add_links, read_links
from kg.linking.triples import AppliedLinks, link_triples
from kg.linking.wikidata import link_dump, link_endpoint

__all__ = [
    "LINKS_FILE",
    "AppliedLinks",
    "Link",
    "Subject",
    "add_links",
    "link_divisions",
    "link_dump",
    "link_endpoint",
    "link_listed",
    "link_triples",
    "read_links",
    "read_subjects",
]
