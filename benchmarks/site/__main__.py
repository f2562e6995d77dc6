"""`python -m benchmarks.site`: make html/ from results/."""

import sys

from benchmarks.site.making import RESULTS, SITE, make
from benchmarks.site.publication import SiteError


def main() -> int:
    """Make the site; returns the exit status."""
    try:
        for remark in make(RESULTS, SITE):
            print(f"note: {remark}", file=sys.stderr)
    except SiteError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
