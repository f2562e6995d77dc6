"""`python -m data_bridge.test` is `dbtest`."""

import sys

from data_bridge.test.cli import main

sys.exit(main())
