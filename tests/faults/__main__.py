"""`python -m tests.faults NAME FOLDER [NUMBER...]` prints one JSON object, in which `bad` lists what went wrong.

A program of its own because it forks, which is safe only where no test run has started threads.
"""

import json
import sys
from pathlib import Path

from tests.faults import company, deepening, kills, limits

PROGRAMS = (
    kills.random_kills, kills.point_kills, company.builders, company.readers, company.stale_lock, company.signals,
    limits.file_size_limit, limits.full_disk, limits.read_only, deepening.log_kills,
)  # fmt: skip

if __name__ == "__main__":
    program = next(program for program in PROGRAMS if program.__name__ == sys.argv[1])
    print(json.dumps(program(Path(sys.argv[2]), *map(int, sys.argv[3:]))))
