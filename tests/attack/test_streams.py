"""Rows that are sent while they are found: clients that leave, clients that never read, many at once."""

import contextlib
import csv
import gzip
import hashlib
import http.client
import io
import socket
import threading
import time
from decimal import Decimal

import pytest
import requests
from house import MONTH, House, Machine, Tenant, classic_csv

ROWS = 150_000


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A house with a bill whose rows are a file of some 70 MB, and a neighbour; it tells metrics."""
    folder = tmp_path_factory.mktemp("streams")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    house = House(folder, "--metrics-listen", f"127.0.0.1:{port}", tenants=False)
    house.metrics = f"http://127.0.0.1:{port}/metrics"
    rows = [
        {
            "lineItem/ResourceId": f"i-{n % 20_000:05}", "lineItem/UsageStartDate": f"2026-10-{1 + n % 31:02}T{n // 31 % 24:02}:00:00Z",
            "lineItem/LineItemDescription": f"{n * 7_919 % ROWS} words of the provider " * 8, "lineItem/UnblendedCost": f"0.{n * 7_919 % ROWS:06}",
            "resourceTags/user:Team": f"team {n % 90}", "lineItem/UsageAccountId": f"{n % 40:012}",
        }
        for n in range(ROWS)
    ]
    for name, some in (("large", rows), ("small", rows[:100])):
        period = folder / name / "cost" / "cur" / MONTH
        period.mkdir(parents=True)
        (period / "cur-1.csv.gz").write_bytes(gzip.compress(classic_csv(some), 1))
    house.a = Tenant(house, "Epsilon", "111111111111", folder / "large")
    house.b = Tenant(house, "Zeta", "111111111111", folder / "small")
    house.a.token("viewer"), house.b.token("viewer")
    yield house
    house.stop()


def metric(house: House, name: str) -> float:
    """A metric of the engine."""
    text = requests.get(house.metrics, timeout=10).text
    return next(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(f"cloud_analyzer_query_{name}"))


HELD, WAITING = 'turns_held{of="statements"}', 'turns_waiting{of="statements"}'
MEMORY, DISK = 'memory_bytes{of="statements"}', "disk_bytes"


def within(seconds: float, condition, what: str) -> None:
    begun, machine = time.monotonic(), Machine()
    while not condition():
        assert time.monotonic() - begun < seconds * machine.slowed(), what
        time.sleep(0.02)


def idle(house: House) -> bool:
    return all(metric(house, name) == 0 for name in (HELD, WAITING, MEMORY, DISK))


def ask(house: House, path: str) -> socket.socket:
    """A client that asks and reads nothing by itself."""
    link = socket.socket()
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    link.connect(("127.0.0.1", house.port))
    link.sendall(f"GET /api/v1{path} HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\nAuthorization: Bearer {house.a.tokens['viewer']}\r\n\r\n".encode())
    return link


@pytest.mark.parametrize("path", ["/explain.csv?sort=usage_type&filter=operation!=x{n}", "/explain?sort=resource&page=200&page_size=500&filter=operation!=x{n}", "/costs?view=hour&group_by=resource_id&top=5&filter=operation!=x{n}"])
def test_a_question_ends_when_its_client_leaves(large, path):
    within(30, lambda: idle(large), "others are still at work")
    links = [ask(large, path.format(n=n)) for n in range(4)]
    within(20, lambda: metric(large, HELD) > 0, "nothing begins")
    for link in links:
        link.close()
    left = time.monotonic()
    within(15, lambda: metric(large, HELD) == 0 and metric(large, WAITING) == 0, "a question goes on for nobody")
    ended = time.monotonic() - left
    within(15, lambda: idle(large), "something is kept for nobody")
    # All four to their end take longer than to end them.
    begun = time.monotonic()
    answers = [threading.Thread(target=lambda n=n: large.a.token("viewer").get(path.format(n=f"y{n}"))) for n in range(4)]
    for answer in answers:
        answer.start()
    for answer in answers:
        answer.join()
    whole = time.monotonic() - begun
    assert ended < max(1, whole / 2), f"{ended:.2f} s to end what takes {whole:.2f} s"


def test_a_client_that_leaves_in_the_middle_of_a_file_ends_it(large):
    within(30, lambda: idle(large), "others are still at work")
    link = ask(large, "/explain.csv?filter=operation!=middle")
    got = 0
    while got < 200_000:
        got += len(link.recv(65_536))
    link.close()
    within(15, lambda: idle(large), "a file is written for nobody")


def test_readers_that_never_read_hold_no_turn_and_little_memory(large):
    within(30, lambda: idle(large), "others are still at work")
    links = []
    try:
        with large.watched(mb=400, seconds=45):
            links += [ask(large, f"/explain.csv?filter=operation!=never{n}") for n in range(4)]
            within(20, lambda: metric(large, HELD) > 0, "nothing begins")
            # The statements end though nobody reads what they found; it waits on disk.
            within(30, lambda: metric(large, HELD) == 0 and metric(large, MEMORY) == 0, "turns or memory are held for those who do not read")
            assert metric(large, DISK) > 1_000_000
            refused = large.a.token("viewer").get("/explain.csv")
            assert refused.status_code == 429, refused.text[:200]
            begun, machine = time.monotonic(), Machine(large.pid)
            answer = large.a.token("viewer").get("/costs", params={"view": "hour", "group_by": "account_id", "filter": "operation!=meanwhile"})
            assert answer.status_code == 200 and time.monotonic() - begun < 5 * machine.slowed()
            assert large.b.token("viewer").get("/explain.csv").text.count("\n") == 101
        # Nobody reads: after their patience they are dropped, and what waited for them goes.
        within(60, lambda: metric(large, DISK) == 0, "rows wait for ever")
    finally:
        for link in links:
            link.close()


def test_a_slow_reader_gets_every_row_in_order(large):
    within(30, lambda: idle(large), "others are still at work")
    link, pieces = ask(large, "/explain.csv?metric=unblended"), []
    answer = http.client.HTTPResponse(link)
    answer.begin()
    # Slow enough that the rest goes to disk, then as fast as it can.
    slow = time.monotonic() + 6
    while piece := answer.read(1 << 16):
        pieces.append(piece)
        if time.monotonic() < slow:
            time.sleep(0.05)
    link.close()
    body = b"".join(pieces)
    rows = list(csv.DictReader(io.StringIO(body.decode(), newline="")))
    figures = [Decimal(row["figure"]) for row in rows]
    assert len(rows) == ROWS and figures == sorted(figures, reverse=True)
    assert sum(figures) == Decimal(large.a.token("viewer").get("/costs", params={"metric": "unblended"}).json()["total"])
    within(15, lambda: idle(large), "something is kept")


def test_many_files_at_once_stay_within_memory_and_are_whole(large):
    within(30, lambda: idle(large), "others are still at work")
    sums, hours, stop = set(), [], threading.Event()

    def file(n: int) -> None:
        for _ in range(2):
            with large.a.token("viewer").get("/explain.csv", params={"filter": f"operation!=many{n}"}, stream=True, timeout=120) as answer:
                assert answer.status_code == 200
                sums.add(hashlib.sha256(b"".join(answer.iter_content(1 << 20))).hexdigest())

    def ask_hours() -> None:
        while not stop.is_set():
            with contextlib.suppress(requests.RequestException):
                answer = large.a.token("viewer").get("/costs", params={"view": "hour", "group_by": "resource_id", "top": 5, "filter": f"operation!=h{len(hours)}"})
                hours.append(answer.status_code)

    with large.watched(mb=900, seconds=120, answers_within=6):
        threads = [threading.Thread(target=file, args=(n,)) for n in range(4)]
        asking = threading.Thread(target=ask_hours)
        for thread in [*threads, asking]:
            thread.start()
        for thread in threads:
            thread.join()
        stop.set()
        asking.join()
    assert len(sums) == 1, "files of the same rows differ"
    assert hours and set(hours) == {200}, hours
    within(15, lambda: idle(large), "something is kept")
