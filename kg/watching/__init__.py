"""Build again when documents arrive, and tell what is new.

In: a folder that a crawler or a person fills. Out: after each build the claims that came, changed and
went (`news_between`), and a feed of the new ones (`write_feed`). `arrivals` says when the folder has
changed and come to rest; `Watch` puts the parts together.
"""

from kg.watching.arrivals import arrivals, require_watchfiles
from kg.watching.feed import write_feed
from kg.watching.news import ClaimRecord, News, news_between
from kg.watching.watch import Watch

__all__ = [
    "ClaimRecord",
    "News",
    "Watch",
    "arrivals",
    "news_between",
    "require_watchfiles",
    "write_feed",
]
