"""Two sets of groups, figure by figure."""

from decimal import Decimal, getcontext

from costs import counted, dimensions, figures
from raw import Report, quoted

getcontext().prec = 60
ULP = Decimal(1).scaleb(-18)


def column(report: Report, expression: str) -> str:
    """The expression as a column: worked out for each row at its first use, not in every question."""
    if expression not in report.worked:
        [kind] = report.connection.execute(f"SELECT typeof({expression}) FROM (SELECT 1) LEFT JOIN raw ON true LIMIT 1").fetchone()
        name = f"worked_{len(report.worked)}"
        report.connection.execute(f"ALTER TABLE raw ADD COLUMN {name} {kind}")
        report.connection.execute(f"UPDATE raw SET {name} = {expression}")
        report.worked[expression] = name
    return report.worked[expression]


def expected(report: Report, metric: str, *values: str, where: str = "true") -> dict:
    """Group -> (exact figure, rows, and how many of its last places may differ by rounding)."""
    keys = ", ".join(f"{column(report, one)} AS k{i}" for i, one in enumerate(f"coalesce({value}, '')" for value in values))
    by = ", ".join(f"k{i}" for i in range(len(values)))
    found = report.connection.execute(
        f"SELECT {keys}, CAST(sum({column(report, figures(report)[metric])}) AS VARCHAR), count(*) FROM raw WHERE {column(report, counted(report))} AND ({where}) GROUP BY {by}"
    )
    return {row[:-2]: (Decimal(row[-2]), row[-1]) for row in found.fetchall()}


def slack_per_row(report: Report, metric: str) -> Decimal:
    """Zero where the raw text holds at most 18 decimals. Doubles may have more in their shortest form:
    rounded once per row, to the last place. A net savings plan fee is a quotient, here of doubles."""
    if metric == "net_amortized" and report.find("savings_plan_net_recurring_commitment_for_billing_period"):
        return Decimal("1e-12")
    return ULP if {"DOUBLE", "FLOAT"} & set(report.types.values()) else _text_slack(report)


def _text_slack(report: Report) -> Decimal:
    wanted = [h for h in report.columns if h.lower().endswith(("cost", "amount", "quantity", "commitmenttodate", "usedcommitment", "recurringfee"))]
    for header in wanted:
        name = report.columns[header]
        longer = f"TRY_CAST({quoted(name)} AS DECIMAL(38,26)) <> TRY_CAST({quoted(name)} AS DECIMAL(38,18))"
        if report.connection.execute(f"SELECT 1 FROM raw WHERE {longer} LIMIT 1").fetchone():
            return ULP
    return Decimal(0)


def differences(theirs: dict, ours: dict, slack: Decimal) -> list:
    """What does not agree. A group whose figure is zero may be missing on our side."""
    wrong = []
    for key in theirs.keys() | ours.keys():
        figure, rows = theirs.get(key, (Decimal(0), 0))
        if key not in ours and figure == 0:
            continue
        got = ours.get(key)
        if got is None or abs(got - figure) > slack * rows:
            wrong.append(f"{key}: raw files say {figure} over {rows} rows, the product says {got}")
    return wrong


def check_all(report: Report, metric: str, ask) -> tuple:
    """Every raw dimension at once; `ask(dimension)` gives the product's groups. Returns (groups compared, wrong)."""
    slack, wrong, compared = slack_per_row(report, metric), [], 0
    for name, value in dimensions(report).items():
        theirs, ours = expected(report, metric, value), ask(name)
        compared += len(theirs)
        wrong += [f"{name}: {line}" for line in differences(theirs, ours, slack)]
    return compared, wrong
