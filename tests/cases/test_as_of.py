"""Bills as they stood before somebody chose between two that are one: what was retired then counts on the days before."""

import time
from datetime import datetime, timezone

from test_cases import figures
from test_which_counts import ONE, OTHER, sums, two


def now() -> str:
    found = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    time.sleep(0.01)
    return found


def totals(folder, as_of):
    return figures(folder.data, "--metric", "unblended", "--group-by", "billing_period", "--as-of", as_of)[0]


def test_a_month_that_another_connection_took_counts_on_the_days_before():
    folder, *_ = two("as-of")
    before = now()
    code, _, err = folder.choose("second", "second")
    assert code == 0, err
    after = now()
    first = sums(ONE) | {"2026-09": sums(OTHER)["2026-09"]}
    second = {"2026-07": sums(ONE)["2026-07"]} | sums(OTHER)
    assert totals(folder, before) == first
    assert totals(folder, after) == folder.totals() == second
    # The choice is taken back: both days stay as they were.
    code, _, err = folder.choose("first", "first")
    assert code == 0, err
    code, _, err = folder.ingest("first")
    assert code == 0, err
    assert (totals(folder, before), totals(folder, after)) == (first, second)
    assert folder.totals() == first
