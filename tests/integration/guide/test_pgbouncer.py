"""The example of the page on pgbouncer does what it says."""

from benchmarks.server import Server
from tests.integration.documents import run_page
from tests.integration.pooler import pgbouncer


async def test_example(server: Server) -> None:
    with pgbouncer(server, sessions=1, statements=0) as pooler:
        assert await run_page("pgbouncer", pooler.dsn)["work"]() == 10
