"""Files that stop or starve the one who reads them: each is refused in words that say where and how much, in seconds and a
few hundred megabytes, and what else is there is read.
"""

import contextlib
import gzip
import re
import subprocess
import time
from pathlib import Path

import files
import pytest
from house import BIN, MONTH, classic_csv

MIB = files.MIB
SHADOW = ("__MACOSX/._r", *files.deflated(b"0" * (64 * MIB)))

# name, bytes, words of the refusal
HOSTILE = [
    ("nested.parquet", lambda: files.nested(400), "nested too deep"),
    ("abyss.parquet", lambda: files.nested(100_000), "nested too deep"),
    ("children.parquet", files.claims_children, "footer is damaged"),
    ("groups.parquet", files.claims_row_groups, "footer is damaged"),
    ("values.parquet", lambda: files.large_values(200, 20), "a page takes 200 MiB"),
    ("many.parquet", lambda: files.large_values(15, 60), "pages of a row group"),
    ("inflates.parquet", lambda: files.lying_gzip(4096), "unpacks to more than 1048576"),
    ("size.parquet", files.lying_size, "a page takes 2047 MiB"),
    ("length.parquet", files.lying_length, "not a readable Parquet file"),
    ("dictionary.parquet", files.lying_dictionary, "a dictionary has 2147483647 values"),
    ("runs.parquet", lambda: files.rows_without_data(2**31 - 1), "claim to hold 2147483647 rows"),
    ("blank.csv.gz", lambda: files.members(files.rows({}), b"\n" * (16 * MIB), 192), "blank lines"),
    ("blank.csv", lambda: files.rows({}) + b"\n" * (3 * MIB), "more than 1048576 blank lines"),
    ("nothing.csv.gz", lambda: files.members(b"", b"\n" * (16 * MIB), 192), "blank lines"),
    ("header.csv.gz", lambda: files.members(b"a,", b"b" * (16 * MIB), 192), "header is longer than 8 MiB"),
    ("wide.csv.gz", lambda: gzip.compress(files.wide(70_000)), "up to 65536 are read"),
    ("cell.csv.gz", lambda: files.members(files.rows({}) + b"x", b"x" * (16 * MIB), 13), "longer than 16 MiB"),
    ("commas.csv.gz", lambda: files.members(files.rows({}), b"," * (16 * MIB), 13), "the header has"),
    ("bomb.csv.gz", lambda: files.members(files.rows({}), (files.rows({}).split(b"\n")[1] + b"\n") * 90_000, 60), "over 250 to 1"),
    ("months.csv", lambda: files.months(1_200), "more than 240 billing periods"),
    ("shadows.csv.zip", lambda: files.zipped([SHADOW] * 8), "MiB beside the report"),
    ("entries.csv.zip", lambda: files.zipped([("__MACOSX/x", *files.deflated(b""))] * 5_000), "more than 1000 files"),
    ("locked.csv.zip", lambda: files.zipped([("r.csv", *files.deflated(files.rows({})))], flags=1), "encrypted"),
    ("charges.csv", lambda: files.rows({"lineItem/UnblendedCost": "9e19"}, {"lineItem/UnblendedCost": "9e19"}), "larger than 10¹⁵"),
    ("sums.csv", lambda: files.rows(*({"lineItem/UnblendedCost": "1e15", "lineItem/UsageAccountId": f"{n:012}"} for n in range(1_001))), "sum is too large"),
    ("first.csv", lambda: files.rows({"lineItem/UsageStartDate": "0001-01-01T00:00:00Z"}), "within the years"),
    ("last.csv", lambda: files.rows({"bill/BillingPeriodStartDate": "9999-12-01T00:00:00Z"}), "within the years"),
    ("beyond.csv", lambda: files.rows({"lineItem/UsageStartDate": "+262142-12-31T23:59:59Z"}), "is not a date"),
]


def ingest(data, folder, seconds=60):
    """Runs the command line: exit code, what it said, its peak memory in MB, how long it took."""
    log, peak, begun = data.parent / f"{data.name}.log", 0, time.monotonic()
    with log.open("wb") as out:
        process = subprocess.Popen([BIN, "--data", str(data), "ingest", str(folder)], stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        while process.poll() is None:
            if time.monotonic() > begun + seconds:
                process.kill()
            with contextlib.suppress(OSError):
                status = Path(f"/proc/{process.pid}/status").read_text()
                peak = max([peak, *(int(kilobytes) for kilobytes in re.findall(r"VmHWM:\s+(\d+)", status))])
            time.sleep(0.005)
    return process.returncode, log.read_text(errors="replace"), peak / 1024, time.monotonic() - begun


@pytest.mark.parametrize(("name", "make", "words"), HOSTILE, ids=[name for name, *_ in HOSTILE])
def test_the_command_line_refuses_it_in_words(tmp_path, name, make, words):
    folder = tmp_path / "bill"
    folder.mkdir()
    (folder / name).write_bytes(make())
    code, said, peak, took = ingest(tmp_path / "data", folder)
    assert code in (1, 2), f"ended with {code}: {said[-2000:]}"
    said = " ".join(said.split())
    assert words in said and name in said, said[-2000:]
    assert peak < 400, f"took {peak:.0f} MB"
    assert took < 45, f"took {took:.1f} s"


def test_a_large_word_that_repeats_is_read_within_bounds(tmp_path):
    folder = tmp_path / "bill"
    folder.mkdir()
    (folder / "repeats.parquet").write_bytes(files.repeated_value(1, 8_000))
    code, said, peak, took = ingest(tmp_path / "data", folder, 60)
    assert code == 0, said[-2000:]
    assert peak < 1200, f"took {peak:.0f} MB"
    assert took < 40, f"took {took:.1f} s"


@pytest.mark.parametrize("tags", ['{"a":' + "[" * 100_000 + "]" * 100_000 + "}", "{" + ",".join(f'"{n}":1' for n in range(70_000)) + "}"], ids=["deep", "keys"])
def test_tags_beyond_all_measure_are_left_out(tmp_path, tags):
    folder = tmp_path / "bill"
    folder.mkdir()
    (folder / "focus.csv").write_bytes(files.focus(tags))
    code, said, peak, took = ingest(tmp_path / "data", folder)
    assert code == 0, said[-2000:]
    assert peak < 400 and took < 15, f"{peak:.0f} MB, {took:.1f} s"


def test_by_hand_is_read_as_it_should(tmp_path):
    """What these files are made of is right: only the lie in each is wrong."""
    folder = tmp_path / "bill"
    folder.mkdir()
    (folder / "good.parquet").write_bytes(files.large_values(1, 2))
    (folder / "runs.parquet").write_bytes(files.rows_without_data(1_000))
    code, said, _, _ = ingest(tmp_path / "data", folder)
    assert code == 0, said
    answer = subprocess.run([BIN, "--data", str(tmp_path / "data"), "query", "--metric", "unblended"], capture_output=True, text=True, check=False)
    assert "500.5" in answer.stdout, answer.stdout + answer.stderr


def test_other_months_of_the_same_bill_stay(tmp_path):
    """Each hostile file stands in a month of its own, beside a good one."""
    folder = tmp_path / "bill"
    good = folder / "cost" / "cur" / MONTH
    good.mkdir(parents=True)
    (good / "cur-1.csv.gz").write_bytes(gzip.compress(classic_csv([{}])))
    for at, (name, make, _) in enumerate(HOSTILE[:6] + HOSTILE[-6:]):
        month = folder / "cost" / "cur" / f"2025{1 + at:02}01-2025{2 + at:02}01" if at < 11 else folder / "cost" / "cur" / "20251201-20260101"
        month.mkdir(parents=True)
        (month / name).write_bytes(make())
    code, said, peak, _ = ingest(tmp_path / "data", folder, 40)
    assert code in (1, 2), said
    assert "2026-10" in said and peak < 500, f"{peak} MB: {said}"
    answer = subprocess.run([BIN, "--data", str(tmp_path / "data"), "query", "--metric", "unblended"], capture_output=True, text=True, check=False)
    assert "1.25" in answer.stdout, answer.stdout + answer.stderr


def test_a_server_reads_it_serves_others_and_keeps_what_it_had(house_with, tmp_path):
    help_text = subprocess.run([BIN, "serve", "--help"], capture_output=True, text=True, check=False).stdout
    house = house_with(*(["--allow-folder", str(tmp_path)] if "--allow-folder" in help_text else []))
    client = house.a.token("administrator")
    before = client.get("/costs", params={"metric": "unblended"}).json()["total"]
    chosen = ("nested.parquet", "values.parquet", "inflates.parquet", "runs.parquet", "blank.csv.gz", "cell.csv.gz", "charges.csv")
    for at, (name, make, _) in enumerate(entry for entry in HOSTILE if entry[0] in chosen):
        month = house.a.reports / "cost" / "cur" / f"2025{1 + at:02}01-2025{2 + at:02}01"
        month.mkdir(parents=True)
        (month / name).write_bytes(make())
    connection = client.get("/connections").json()["connections"][0]["id"]
    with house.watched(mb=500, seconds=60):
        answer = client.post(f"/connections/{connection}/processing")
        assert answer.status_code in (200, 202), answer.text
        end = time.monotonic() + 50
        while (found := client.get(f"/connections/{connection}/processing").json())["state"] in ("queued", "running") and not found["failure"]:
            assert time.monotonic() < end, found
            time.sleep(0.1)
    assert found["failure"], found
    assert client.get("/costs", params={"metric": "unblended"}).json()["total"] == before
    assert house.b.token("viewer").get("/costs", params={"metric": "unblended"}).status_code == 200
    assert "panicked" not in house.log()
