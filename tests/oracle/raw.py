"""Raw report files as DuckDB tables, without any idea of the product's.

A CSV file is read with every cell as text and its columns by position (two headers may differ in case
alone, which SQL names cannot tell apart). A Parquet file keeps its types. `Report` then answers what a
column is called here, whatever spelling the format has: `lineItem/UnblendedCost`, `line_item_unblended_cost`.
"""

import csv
import gzip
import io
import json
import re
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

LEGACY, CUR2, FOCUS = "legacy", "cur2", "focus"
MONEY = "DECIMAL(38,18)"


def plain(name: str) -> str:
    """`savingsPlan/SavingsPlanARN`, `savings_plan_savings_plan_a_r_n` -> `savingsplansavingsplanarn`."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# What engines write for a value that is absent. AWS itself writes None where a row has no operation.
ABSENT = ("", "NULL", "null", "\\N", "None", "Null", "NaN", "nan", "NaT", "<NA>")


def present(name: str) -> str:
    """SQL text of a column, NULL where absent."""
    text = f"CAST({quoted(name)} AS VARCHAR)"
    return f"CASE WHEN {text} NOT IN ({', '.join(map(literal, ABSENT))}) THEN {text} END"


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@dataclass
class Report:
    """One source: the table `raw` holds the rows of all its files, `columns` what each header is there."""

    connection: duckdb.DuckDBPyConnection
    kind: str
    columns: dict  # header -> SQL name in `raw`
    types: dict  # SQL name -> DuckDB type
    scratch: list = field(default_factory=list)
    worked: dict = field(default_factory=dict)  # expression -> SQL name in `raw`, where compare.py needs it again and again

    def find(self, *names: str) -> str | None:
        """SQL name of the first of these columns that the report has."""
        by_plain = {}
        for header, name in self.columns.items():
            by_plain.setdefault(plain(header), name)
        return next((by_plain[plain(n)] for n in names if plain(n) in by_plain), None)

    def first(self, *names: str) -> str:
        """SQL text of the first of these columns that the report has, NULL where empty."""
        found = self.find(*names)
        return present(found) if found else "CAST(NULL AS VARCHAR)"

    def text(self, *names: str) -> str:
        """SQL text of a column, NULL where empty; the first non-empty of several."""
        found = [present(c) for n in names if (c := self.find(n))]
        return f"coalesce({', '.join(found)}, NULL)" if found else "CAST(NULL AS VARCHAR)"

    def amount(self, name: str, lenient: bool = False) -> str:
        """Exact decimal of a column, NULL where empty (lenient: or no number). A double counts as its shortest text form."""
        return f"{'TRY_' if lenient else ''}CAST({self.text(name)} AS {MONEY})"

    def map_value(self, column: str, key: str) -> str:
        """A value of a map column, which is a MAP in Parquet and a JSON object in CSV."""
        name = self.find(column)
        if name is None:
            return "CAST(NULL AS VARCHAR)"
        if self.types[name].startswith("MAP"):
            return f"nullif(CAST({quoted(name)}[{literal(key)}] AS VARCHAR), '')"
        path = literal("/" + key.replace("~", "~0").replace("/", "~1"))
        return f"nullif(CASE WHEN json_valid({quoted(name)}) THEN {quoted(name)} ->> {path} END, '')"

    def map_keys(self, column: str) -> list:
        name = self.find(column)
        if name is None:
            return []
        if not self.types[name].startswith(("MAP", "VARCHAR")):
            return []  # Structs and lists: which keys they have is a matter of the cases.
        keys = f"map_keys({quoted(name)})" if self.types[name].startswith("MAP") else f"json_keys({quoted(name)})"
        valid = "true" if self.types[name].startswith("MAP") else f"json_valid({quoted(name)}) AND {quoted(name)} LIKE '{{%'"
        found = self.connection.execute(f"SELECT DISTINCT unnest({keys}) FROM raw WHERE {quoted(name)} IS NOT NULL AND {valid}")
        return sorted(row[0] for row in found.fetchall())

    def headers(self, pattern: str) -> dict:
        """Key (first group of the pattern) -> SQL name, for columns that each hold one tag or category."""
        return {m.group(1): name for header, name in self.columns.items() if (m := re.match(pattern, header))}


def data_files(source: Path) -> list:
    """Report files below a folder (or the file itself); manifests, status folders and truth are not data."""
    if source.is_file():
        return [source]
    endings = (".csv", ".csv.gz", ".zip", ".parquet")
    return sorted(p for p in source.rglob("*") if p.is_file() and p.name.lower().endswith(endings) and "cost_and_usage_data_status" not in p.parts)


def load(source: Path, left_out: frozenset = frozenset()) -> Report:
    """All report files of a source, but those of these paths below it."""
    connection = duckdb.connect()
    connection.execute("SET threads=2; SET TimeZone='UTC'")
    files = [file for file in data_files(source) if str(file.relative_to(source)) not in left_out]
    assert files, f"no report files in {source}"
    report = Report(connection, "", {}, {})
    tables = [file for file in files if file.name.lower().endswith(".parquet")]
    texts = [file for file in files if file not in tables]
    listed = ", ".join(literal(str(f)) for f in tables)
    typed = f"SELECT * FROM read_parquet([{listed}], union_by_name=true, hive_partitioning=false)"
    if not texts:
        connection.execute(f"CREATE TABLE raw AS {typed}")
        report.types = {row[0]: row[1] for row in connection.execute("DESCRIBE raw").fetchall()}
        report.columns = {name: name for name in report.types}
    else:
        _load_csv(report, texts)
    for file in tables if texts else []:
        # Both: as text, under the headers' names.
        typed = f"read_parquet({literal(str(file))}, hive_partitioning=false)"
        names = [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {typed}").fetchall()]
        own = {plain(header): name for header, name in report.columns.items()}
        for name in names:
            if plain(name) not in own:
                own[plain(name)] = report.columns[name] = f"c{len(report.columns)}"
                report.types[own[plain(name)]] = "VARCHAR"
                connection.execute(f"ALTER TABLE raw ADD COLUMN {own[plain(name)]} VARCHAR")
        chosen = ", ".join(f"CAST({quoted(name)} AS VARCHAR) AS {own[plain(name)]}" for name in names)
        connection.execute(f"INSERT INTO raw BY NAME SELECT {chosen} FROM {typed}")
    headers = {plain(h) for h in report.columns}
    # A CUR may carry columns of cost analytics under FOCUS's names.
    if "billedcost" in headers and "lineitemlineitemtype" not in headers:
        report.kind = FOCUS
    else:
        maps = {"product", "resourcetags"} & headers
        report.kind = CUR2 if maps else LEGACY
    return report


def _load_csv(report: Report, files: list) -> None:
    parts, names = [], {}
    for file in files:
        path = _unpacked(report, file)
        with (gzip.open(path, "rt", encoding="utf-8-sig", newline="") if _is_gzip(path) else open(path, encoding="utf-8-sig", newline="")) as stream:
            header = next(csv.reader(stream))
        for column in header:
            names.setdefault(column, f"c{len(names)}")
        parts.append((path, header))
    selects = []
    for path, header in parts:
        at = {column: f"f{i}" for i, column in enumerate(header)}
        columns = "{" + ", ".join(f"'f{i}': 'VARCHAR'" for i in range(len(header))) + "}"
        chosen = ", ".join(f"{at[c]} AS {n}" if c in at else f"CAST(NULL AS VARCHAR) AS {n}" for c, n in names.items())
        packed = literal("gzip" if _is_gzip(path) else "none")
        selects.append(
            f"SELECT {chosen} FROM read_csv({literal(str(path))}, header=false, skip=1, auto_detect=false, delim=',', quote='\"', "
            f"escape='\"', columns={columns}, compression={packed}, max_line_size=33554432, null_padding=false)"
        )
    report.connection.execute("CREATE TABLE raw AS " + " UNION ALL ".join(selects))
    for column, name in names.items():
        # The official FOCUS sample spells "no value" as the text NULL.
        if report.connection.execute(f"SELECT 1 FROM raw WHERE {name} = 'NULL' LIMIT 1").fetchone():
            report.connection.execute(f"UPDATE raw SET {name} = NULL WHERE {name} = 'NULL'")
    report.columns = names
    report.types = {name: "VARCHAR" for name in names.values()}


def _is_gzip(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(2) == b"\x1f\x8b"


def _unpacked(report: Report, file: Path) -> Path:
    if not file.name.lower().endswith(".zip"):
        return file
    folder = tempfile.TemporaryDirectory(prefix="oracle-")
    report.scratch.append(folder)
    with zipfile.ZipFile(file) as archive:
        (member,) = archive.namelist()
        return Path(archive.extract(member, folder.name))


def manifest_periods(source: Path) -> set:
    """Billing periods that the manifests of a source speak of, for messages."""
    found = set()
    for manifest in source.rglob("*-Manifest.json"):
        start = json.loads(io.open(manifest, encoding="utf-8").read()).get("billingPeriod", {}).get("start", "")
        found.add(f"{start[:4]}-{start[4:6]}")
    return found
