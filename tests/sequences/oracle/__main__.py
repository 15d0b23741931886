"""Hold many cases against the dates found by hand: `python -m tests.sequences.oracle CASES`."""

import random
import sys

from tests.sequences.oracle.cases import case_of, differences


def main() -> int:
    """Look at as many cases as the command line asks for; return 1 if one differs."""
    luck = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    case_count, row_count = int(sys.argv[1]), 0
    for _ in range(case_count):
        case = case_of(luck)
        found = differences(case)
        row_count += found.row_count
        if found.rows:
            sys.stdout.write("\n  ".join((case.words, *found.rows)) + "\n")
            return 1
    sys.stdout.write(f"{case_count} cases, {row_count} dates, none differs\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
