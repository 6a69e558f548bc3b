"""One stream tells what happens in an organization: to those who may see it, for as long as they may, and to so many."""

import contextlib
import json
import queue
import sqlite3
import threading
import time

from house import classic_csv


class Stream:
    """Listens until it ends; `ended` is set then."""

    def __init__(self, client):
        self.answer = client.get("/events", stream=True, timeout=60)
        self.heard, self.ended, self.alive = queue.Queue(), threading.Event(), 0
        if self.answer.status_code == 200:
            threading.Thread(target=self.listen, daemon=True).start()

    def listen(self) -> None:
        kind = None
        with contextlib.suppress(Exception):
            for line in self.answer.iter_lines(chunk_size=1, decode_unicode=True):
                if line.startswith("event:"):
                    kind = line.split(":", 1)[1].strip()
                elif line.startswith("data:") and kind == "alive":
                    self.alive += 1
                elif line.startswith("data:") and kind == "stand":
                    self.heard.put(json.loads(line.split(":", 1)[1]))
        self.ended.set()

    def next(self, seconds: float = 8) -> dict:
        return self.heard.get(timeout=seconds)

    def silent(self, seconds: float = 2.5) -> bool:
        with contextlib.suppress(queue.Empty):
            self.heard.get(timeout=seconds)
            return False
        return True


def drained(stream: Stream) -> dict:
    """The newest word, when nothing happens any more."""
    last = stream.next()
    while not stream.silent():
        last = stream.heard.get() if not stream.heard.empty() else last
    return last


def test_two_people_hear_of_a_failure_and_of_its_end(house_with):
    house = house_with()
    viewer, editor, stranger = Stream(house.a.viewer), Stream(house.a.editor), Stream(house.b.viewer)
    assert viewer.answer.headers["Content-Type"].startswith("text/event-stream")
    assert viewer.answer.headers["X-Accel-Buffering"] == "no"
    first, elsewhere = viewer.next(), stranger.next()
    editor.next()
    admin = house.a.token("administrator")
    connection = admin.get("/connections").json()["connections"][0]
    report = house.a.reports / "cost" / "cur" / "20261001-20261101" / "cur-1.csv.gz"
    kept = report.read_bytes()
    report.write_bytes(b"no report")
    begun = time.monotonic()
    assert admin.post(f"/connections/{connection['id']}/processing").status_code == 202
    while not admin.get("/overview").json()["failures"]:
        assert time.monotonic() - begun < 30
        time.sleep(0.05)
    failed = time.monotonic()
    known = first
    while known["health"] == first["health"]:
        known = viewer.next()
    assert time.monotonic() - failed < 4, "both are told within seconds"
    report.write_bytes(kept)
    assert admin.post(f"/connections/{connection['id']}/processing").status_code == 202
    while admin.get("/overview").json()["failures"]:
        assert time.monotonic() - begun < 60
        time.sleep(0.05)
    mended, ill = time.monotonic(), known["health"]
    while known["health"] == ill:
        known = viewer.next()
    assert time.monotonic() - mended < 4
    assert not editor.heard.empty(), "the other one heard of it, too"
    assert stranger.heard.empty(), "whoever is elsewhere did not"
    # What happens there is heard there, and nowhere else.
    while not viewer.silent():
        pass
    theirs = house.b.token("administrator")
    assert theirs.post(f"/connections/{theirs.get('/connections').json()['connections'][0]['id']}/processing").status_code == 202
    assert stranger.next()["work"] != elsewhere["work"]
    assert viewer.silent()
    # From the command line, too: another process publishes.
    folder = house.folder / "more" / "cost" / "cur" / "20260901-20261001"
    folder.mkdir(parents=True)
    september = {"bill/BillingPeriodStartDate": "2026-09-01T00:00:00Z", "bill/BillingPeriodEndDate": "2026-10-01T00:00:00Z", "lineItem/UsageStartDate": "2026-09-05T01:00:00Z", "lineItem/UsageEndDate": "2026-09-05T02:00:00Z"}
    (folder / "cur-1.csv").write_bytes(classic_csv([{**september, "lineItem/UsageAccountId": "333333333333", "bill/PayerAccountId": "333333333333"}]))
    house.done("--organization", "Alpha", "ingest", str(house.folder / "more"))
    data = known["data"]
    while known["data"] == data:
        known = viewer.next()


def test_a_stream_ends_with_the_right_to_read_it(house_with):
    house = house_with()
    out, gone, token, stays = house.a.viewer, house.a.editor, house.a.token("viewer"), Stream(house.a.admin)
    admin = house.a.admin
    streams = {"signed out": Stream(out), "removed": Stream(gone), "revoked": Stream(token)}
    for stream in [*streams.values(), stays]:
        stream.next()
    assert out.delete("/session").status_code == 204
    members = {one["email"]: one["id"] for one in admin.get("/members").json()["members"]}
    assert admin.delete(f"/members/{members[house.a.email('editor')]}").status_code == 204
    tokens = {one["name"]: one["id"] for one in admin.get("/tokens").json()["tokens"]}
    assert admin.delete(f"/tokens/{tokens['of viewer']}").status_code == 204
    for why, stream in streams.items():
        assert stream.ended.wait(8), f"{why}: it goes on"
    assert not stays.ended.is_set()
    # An open stream is no request: it keeps no session alive.
    database = sqlite3.connect(house.data / "meta.sqlite")
    seen = lambda: database.execute("SELECT max(last_seen_ms) FROM sessions").fetchone()[0]  # noqa: E731
    before = seen()
    time.sleep(4)
    assert seen() == before
    role = admin.patch(f"/members/{members[house.a.email('viewer')]}", json={"role": "editor"})
    assert role.status_code == 200


def test_nobody_else_hears_anything_and_streams_are_counted(house):
    assert requests_without(house) == 401
    quiet = Stream(house.a.viewer)
    assert quiet.next()
    person = house.b.viewer
    streams = [Stream(person) for _ in range(21)]
    assert [stream.answer.status_code for stream in streams] == [200] * 20 + [429]
    for stream in streams:
        stream.answer.close()
    end = time.monotonic() + 30
    while (again := Stream(person)).answer.status_code != 200:
        assert time.monotonic() < end, "places are given back"
        time.sleep(0.5)
    assert again.next()
    again.answer.close()
    # Whoever hears nothing for forty seconds takes the stream for dead: it speaks more often.
    end = time.monotonic() + 20
    while not quiet.alive:
        assert time.monotonic() < end
        time.sleep(0.2)
    quiet.answer.close()


def requests_without(house) -> int:
    from house import Client

    return Client(house).get("/events").status_code
