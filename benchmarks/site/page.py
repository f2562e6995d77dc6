"""index.html: the first page, whole without scripts, which add the filters and the charts."""

from pathlib import Path
from typing import Any

import jinja2

from benchmarks.comparison import quantity
from benchmarks.site import framework, headline
from benchmarks.site.framework import FLOOR, OURS
from benchmarks.statistic import TOO_MUCH_NOISE, Interval, Verdict, verdict

TEMPLATES = Path(__file__).parent / "templates"
# What the first sentences are about, and which peers they name beside the quickest one.
LEADS = ("find_one", "find_many", "insert_1000")
NAMED = ("asyncpg", "psycopg2", "sqlalchemy")
# So many defeats are shown at once; more of them at a click.
FEW = 4
# From which ratio on a cell is darker.
STEPS = (1.1, 1.5, 2.0, 3.0, 5.0, 10.0)
# The one style sheet that Observable Plot writes into each of its charts.
CHART_STYLE = "sha256-zrfVyvY1E/5V+DXZunsRZW8XTqTsuIZzp8dBDThhSn8="
# Nothing is loaded from elsewhere, and no markup in a result does anything.
POLICY = (
    f"default-src 'self'; style-src 'self' '{CHART_STYLE}'; "
    "base-uri 'none'; form-action 'none'; object-src 'none'"
)


def environment() -> jinja2.Environment:
    """Templates and their filters; everything that is put into a page is escaped."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.filters |= {
        "duration": duration,
        "ratio": times,
        "percent": percent,
        "reach": reach,
        "joined": joined,
        "lower_first": lower_first,
        "title_of": lambda name, titles: titles[name],
    }
    made.globals |= {"policy": POLICY, "few": FEW, "too_much_noise": TOO_MUCH_NOISE}
    return made


def render(report: dict[str, Any]) -> str:
    """The page of a report, as `benchmarks.site.document` makes it."""
    return (
        environment()
        .get_template("page.html.jinja")
        .render(
            report=report,
            titles={one["name"]: one["title"] for one in report["frameworks"]},
            operation_titles={one["name"]: one["title"] for one in report["operations"]},
            families=family_rows(report),
            leads=[leads(run) for run in report["runs"]],
            classes=[headline.comparisons(run) for run in report["runs"]],
            cell=cell,
        )
    )


def family_rows(report: dict[str, Any]) -> list[tuple[str, list[dict[str, str]]]]:
    """The rows of the table: each family with its operations."""
    return [
        (family, [one for one in report["operations"] if one["family"] == family])
        for family in report["families"]
    ]


def cell(run: dict[str, Any], operation: str, name: str) -> dict[str, Any]:
    """What a cell of the table shows of a framework, compared with the quickest of the operation.

    `{"state": "time", "seconds", "ratio", "reach", "mark", "step"}`, where the mark is "best",
    "equal" or empty and the reach is how far the ratio's interval goes, as a share of it; or
    `{"state": "failed" or "absent", "reason"}`.
    """
    found = run["operations"].get(operation)
    if found is None:
        return {"state": "absent", "reason": "not measured in this run"}
    if name not in found["series"]:
        if name in found["failures"]:
            reasons = [reason for _, reason in found["failures"][name]]
            return {"state": "failed", "reason": "; ".join(dict.fromkeys(reasons))}
        return {"state": "absent", "reason": run["left_out"].get(name, "has no such operation")}
    seconds = headline.figure(found, name)
    contest = [one for one in found["series"] if one != FLOOR] or [name]
    best = min(contest, key=lambda one: headline.figure(found, one))
    ratio = headline.ratio_of(found, name, best) or Interval(1.0, 1.0, 1.0)
    mark = ""
    if name == best:
        mark = "best"
    elif name != FLOOR and verdict(ratio, run["noise"]) is Verdict.EQUAL:
        mark = "equal"
    return {
        "state": "time",
        "seconds": seconds,
        "ratio": ratio.value,
        "reach": ratio.width / 2,
        "mark": mark,
        "step": sum(ratio.value >= step for step in STEPS),
    }


def leads(run: dict[str, Any]) -> list[dict[str, Any]]:
    """The first sentences: ours at what programs do most, and others beside it.

    `{"operation", "ours", "seconds", "peers": [[name, ratio]...]}` each: the quickest peer, and
    those that everybody knows.
    """
    found = []
    for name in LEADS:
        operation = run["operations"].get(name, {"series": {}})
        walls = {one: headline.figure(operation, one) for one in operation["series"]}
        ours = [one for one in OURS if one in walls and framework.describe(one).kind == "async"]
        peers = sorted(set(walls) - {*OURS, FLOOR}, key=walls.__getitem__)
        if ours and peers:
            best = min(ours, key=walls.__getitem__)
            named = [one for one in peers if one == peers[0] or one in NAMED]
            ratios = [(one, walls[one] / walls[best]) for one in named]
            found.append({"operation": name, "ours": best, "seconds": walls[best], "peers": ratios})
    return found


def duration(seconds: float) -> str:
    """A time with its unit."""
    return quantity.duration(seconds).replace("us", "µs")


def times(value: float) -> str:
    """A ratio."""
    return f"{quantity.digits(value)}\N{MULTIPLICATION SIGN}"


def reach(share: float) -> str:
    """How far an interval goes to each side; nothing where there is none."""
    return f"±{100 * share:.0f}%" if share else ""


def percent(share: float) -> str:
    """A share, as percent."""
    return f"{100 * share:.1f} %"


def joined(words: list[str]) -> str:
    """Words as a sentence lists them."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def lower_first(words: str) -> str:
    """Words with a small first letter, unless they begin with an abbreviation."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]
