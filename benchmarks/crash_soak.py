"""Let a thousand builds die, as `tests.crashes` does with seventy, on a disk rather than in memory.

python -m benchmarks.crash_soak --folder /tmp/crashes --kills 1000 --faults 500 --seed 1
"""

from __future__ import annotations

import sys

from tests.crashes import main

if __name__ == "__main__":
    sys.exit(main())
