"""Build again when documents arrive, and tell what is new.

In: a folder that a crawler or a person fills. Out: after each build the claims that came and went
(`compare`), and a feed of the new ones (`write_feed`). `arrivals` says when the folder has changed and
come to rest; `Watch` puts the parts together.
"""

from kg.watching.arrivals import arrivals
from kg.watching.changes import Changes, ClaimRecord, compare, records_of
from kg.watching.feed import write_feed
from kg.watching.watch import Watch

__all__ = ["Changes", "ClaimRecord", "Watch", "arrivals", "compare", "records_of", "write_feed"]
