"""Fixtures, found and kept by pytest itself."""

from tests.unit.test.conftest import Dbtest, Sample

FIXTURES = """
@pytest.fixture(scope="session")
async def pool():
    note("open")
    yield "pool"
    note("close")

@pytest.fixture
async def session(pool):
    note("begin")
    yield object()
    note("end")

@pytest.fixture(autouse=True)
async def setup_tables(pool):
    note("create")
    yield
    note("drop")
"""

TWO_GROUPS = """
for name in ("First", "Second"):
    group = BenchmarkGroup(name, batch=20_000)
    seen = []

    @group.add("asyncpg")
    async def asyncpg(pool, session, seen=seen):
        assert pool == "pool"
        seen.append(session)

    @group.add("ours")
    def ours(session, seen=seen):
        assert session not in seen, "that is the other's session"

    register_group(group)
"""


def test_scopes_are_those_of_pytest(sample: Sample, dbtest: Dbtest) -> None:
    sample.conftest(FIXTURES)
    sample.bench("bench_users", TWO_GROUPS)
    result = dbtest()
    assert result.ret == 0
    assert sample.notes == [
        "open",
        *["create", "begin", "begin", "end", "end", "drop"],
        *["create", "begin", "begin", "end", "end", "drop"],
        "close",
    ]


def test_the_files_own_fixtures_are_found(sample: Sample, dbtest: Dbtest) -> None:
    sample.bench(
        "bench_own",
        """
@pytest.fixture(scope="module")
def word():
    return "own"

group = BenchmarkGroup("Own", batch=20_000)

@group.add("ours")
def ours(word):
    assert word == "own"

register_group(group)
""",
    )
    assert dbtest().ret == 0


def test_everything_async_shares_one_loop_and_its_context(sample: Sample, dbtest: Dbtest) -> None:
    sample.conftest(
        """
import asyncio, contextvars
WHO = contextvars.ContextVar("WHO")

@pytest.fixture(scope="session")
async def loop():
    WHO.set("fixture")
    return asyncio.get_running_loop()
"""
    )
    sample.bench(
        "bench_loop",
        """
from conftest import WHO
group = BenchmarkGroup("Loop", batch=20_000)

async def prepare(loop):
    assert asyncio.get_running_loop() is loop

@group.add("ours", setup=prepare)
async def ours(loop):
    assert asyncio.get_running_loop() is loop
    assert WHO.get() == "fixture"

@group.add("sync", setup="await prepare(loop)")
def sync(loop):
    assert not loop.is_running()

register_group(group)
""",
    )
    result = dbtest()
    assert result.ret == 0, result.outlines


def test_a_missing_fixture_fails_as_pytest_says_it(sample: Sample, dbtest: Dbtest) -> None:
    sample.bench(
        "bench_missing",
        """
group = BenchmarkGroup("Missing", batch=20_000)

@group.add("bad")
def bad(postgres): pass

@group.add("worse", setup=lambda mysql: None)
def worse(): pass

@group.add("good")
def good(spend): spend(1)

register_group(group)
""",
    )
    result = dbtest()
    assert result.ret == 1
    assert "  bad            :   failed     (fixture 'postgres' not found)" in result.outlines
    assert "  worse          :   failed     (fixture 'mysql' not found)" in result.outlines
    assert "Winner: good (baseline)" in result.outlines
    result.stderr.fnmatch_lines(["hint: available fixtures: *clock, *, spend, *"])


def test_a_wrong_scope_fails_as_pytest_says_it(sample: Sample, dbtest: Dbtest) -> None:
    sample.conftest(
        """
@pytest.fixture
def session(): pass

@pytest.fixture(scope="session")
def engine(session): pass
"""
    )
    sample.bench(
        "bench_scope",
        """
group = BenchmarkGroup("Scope", batch=20_000)

@group.add("bad")
def bad(engine): pass

register_group(group)
""",
    )
    result = dbtest()
    assert result.ret == 1
    why = (
        "ScopeMismatch: You tried to access the function scoped fixture session "
        "with a session scoped request object."
    )
    result.stdout.fnmatch_lines([f"  bad            :   failed     ({why}*"])
    result.stderr.fnmatch_lines(["hint: use function scope for what modifies data*"])


def test_a_setup_runs_before_every_call_warm_ups_too(sample: Sample, dbtest: Dbtest) -> None:
    sample.bench(
        "bench_setup",
        """
group = BenchmarkGroup("Setup", batch=20_000)
ready = False

async def _setup_db(word):
    global ready
    await asyncio.sleep(0)
    ready = True
    note(word)

def used():
    global ready
    assert ready
    ready = False

@group.add("text", setup="await _setup_db('text')")
async def text(): used()

@group.add("statement", setup="ready = True; globals()['ready'] = ready; note('statement')")
async def statement(): used()

@group.add("function", setup=lambda: _setup_db("function"))
def function(): used()

register_group(group)
""",
    )
    result = dbtest()
    assert result.ret == 0, result.outlines
    assert {word: sample.notes.count(word) for word in ("text", "statement", "function")} == {
        "text": 10,
        "statement": 10,
        "function": 10,
    }


def test_setup_and_check_have_fixtures_and_are_not_timed(sample: Sample, dbtest: Dbtest) -> None:
    sample.conftest(
        """
@pytest.fixture
def table():
    return []

@pytest.fixture
def words():
    return "checked"
"""
    )
    sample.bench(
        "bench_setup",
        """
group = BenchmarkGroup("Setup", batch=20_000)

def fill(table, spend):
    table[:] = [1]
    spend(100)

async def check(result, words, spend):
    assert result == [1]
    spend(100)
    note(words)

@group.add("ours", setup=fill, check=check)
def ours(table, spend):
    spend(3)
    return table

register_group(group)
""",
    )
    result = dbtest()
    assert result.ret == 0, result.outlines
    assert "  ours           :     3.00 ms  (baseline)" in result.outlines
    assert sample.notes == ["checked"] * 10


def test_a_round_has_a_setup_and_a_teardown(sample: Sample, dbtest: Dbtest) -> None:
    sample.conftest(
        """
@pytest.fixture
def table():
    return []
"""
    )
    sample.bench(
        "bench_rounds",
        """
group = BenchmarkGroup("Rounds", batch=20_000)

async def fill(table, spend):
    spend(100)
    table[:] = [1]

def empty(table, spend):
    spend(100)
    note(str(len(table)))
    table.clear()

@group.add("ours", setup_round=fill, teardown_round=empty)
async def ours(table, spend):
    spend(3)
    table.append(2)

register_group(group)
""",
    )
    result = dbtest()
    assert result.ret == 0, result.outlines
    assert "  ours           :     3.00 ms  (baseline)" in result.outlines
    # One warm-up call, and three in each of three rounds, begun with one row.
    assert sample.notes == ["2", "4", "4", "4"]


def test_a_parametrized_fixture_is_refused_by_name(sample: Sample, dbtest: Dbtest) -> None:
    sample.conftest("@pytest.fixture(params=[1, 2])\ndef size(request): return request.param")
    sample.bench(
        "bench_size",
        """
group = BenchmarkGroup("Sizes", batch=20_000)
group.add("ours")(lambda: None)
group.add("theirs")(lambda size: None)
register_group(group)
""",
    )
    result = dbtest()
    assert result.ret == 1
    assert "  ours           :     0.00 ms  (baseline)" in result.outlines
    words = "fixture 'size' is parametrized: give the group parameters instead, as in"
    assert f"  theirs         :   failed     ({words} group.params(size=[...]))" in result.outlines
