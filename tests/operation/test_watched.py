"""Metrics, probes, request ids and logs of a running server."""

import json
import re
import time

import requests
from conftest import METRICS_TOKEN, free_port
from house import House
from prometheus_client.parser import text_string_to_metric_families


def families(text: str) -> dict:
    """Metrics as Prometheus' own parser reads them, by the name of the family."""
    return {family.name: family for family in text_string_to_metric_families(text)}


def scraped(house: House) -> dict:
    answer = requests.get(f"{house.metrics}/metrics", timeout=10)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return families(answer.text)


def value(found: dict, family: str, **labels: str) -> float:
    samples = [sample.value for sample in found[family].samples if labels.items() <= sample.labels.items()]
    assert samples, f"{family} {labels} is not in {[sample.labels for sample in found[family].samples]}"
    return sum(samples)


def wait_ready(house: House, seconds: float = 20) -> dict:
    end = time.monotonic() + seconds
    while (answer := requests.get(f"{house.url}/readyz", timeout=10)).status_code != 200:
        assert time.monotonic() < end, answer.text
        time.sleep(0.2)
    return answer.json()


def test_metrics_say_what_happens(house):
    wait_ready(house)
    viewer, before = house.a.token("viewer"), scraped(house)
    for _ in range(3):
        assert viewer.get("/costs", params={"group_by": "service"}).status_code == 200
    assert viewer.get("/costs", params={"metric": "none"}).status_code == 400
    unknown = viewer.get(f"/subsets/{'x' * 30}").status_code
    assert unknown in (400, 404)
    after = scraped(house)
    costs = {"method": "GET", "route": "/api/v1/costs"}
    counted = value(after, "cloud_analyzer_http_requests", **costs, status="200")
    known = [s for s in before["cloud_analyzer_http_requests"].samples if costs.items() <= s.labels.items() and s.labels["status"] == "200"]
    assert counted - sum(sample.value for sample in known) == 3
    assert value(after, "cloud_analyzer_http_requests", **costs, status="400") >= 1
    # Templates, never addresses.
    assert value(after, "cloud_analyzer_http_requests", route="/api/v1/subsets/{id}", status=str(unknown)) >= 1
    histogram = after["cloud_analyzer_http_request_duration_seconds"]
    assert histogram.type == "histogram"
    mine = [s for s in histogram.samples if costs.items() <= s.labels.items()]
    buckets = [s.value for s in mine if s.name.endswith("_bucket")]
    total = next(s.value for s in mine if s.name.endswith("_count"))
    assert buckets == sorted(buckets) and buckets[-1] == total > 0
    for family in [
        "cloud_analyzer_build_info", "cloud_analyzer_query_memory_bytes", "cloud_analyzer_query_memory_limit_bytes", "cloud_analyzer_query_turns_waiting",
        "cloud_analyzer_jobs", "cloud_analyzer_lake_bytes", "cloud_analyzer_database_bytes", "cloud_analyzer_disk_free_bytes", "cloud_analyzer_start_time_seconds",
    ]:
        assert after[family].documentation, family
    assert after["cloud_analyzer_build_info"].samples[0].labels["version"]
    assert value(after, "cloud_analyzer_query_memory_bytes", of="rollup") > 0
    assert value(after, "cloud_analyzer_lake_bytes", table="line_items") > 0
    [a] = [c["metrics"] for c in json.loads(house.done("--organization", house.a.name, "status", "--json"))["connections"]]
    assert value(after, "cloud_analyzer_ingest_rows", connection=a) == 60
    assert value(after, "cloud_analyzer_ingest_bytes", connection=a) > 100
    assert value(after, "cloud_analyzer_connection_failures", connection=a) == 0
    assert abs(value(after, "cloud_analyzer_connection_looked_timestamp_seconds", connection=a) - time.time()) < 600


def test_metrics_name_nobody(house):
    text = requests.get(f"{house.metrics}/metrics", timeout=10).text
    for secret in [house.a.name, house.b.name, house.a.account, house.b.account, "example.com", "bills-alpha"]:
        assert secret.lower() not in text.lower(), secret


def test_metrics_are_the_operators(house, house_with):
    at_the_door = f"{house.url}/metrics"
    administrator = house.a.token("administrator").link.headers["Authorization"]
    for headers in [{}, {"Authorization": administrator}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {METRICS_TOKEN}"}]:
        answer = requests.get(at_the_door, headers=headers, timeout=10)
        assert answer.status_code == 401 and "cloud_analyzer_" not in answer.text, answer.text
    with_token = requests.get(at_the_door, headers={"Authorization": f"Bearer {METRICS_TOKEN}"}, timeout=10)
    assert with_token.status_code == 200 and families(with_token.text)["cloud_analyzer_build_info"]
    # The token opens nothing else, and a page elsewhere that points its name here reads nothing.
    assert requests.get(f"{house.url}/api/v1/overview", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}, timeout=10).status_code == 401
    for address in [at_the_door, f"{house.metrics}/metrics"]:
        assert requests.get(address, headers={"Host": "attacker.example", "Authorization": f"Bearer {METRICS_TOKEN}"}, timeout=10).status_code == 403
    assert requests.get(f"{house.metrics}/api/v1/session", timeout=10).status_code == 404
    plain = house_with(tenants=False)
    assert requests.get(f"{plain.url}/metrics", timeout=10).status_code == 404
    ended = plain.cli("serve", "--listen", "127.0.0.1:0", "--metrics-listen", f"0.0.0.0:{free_port()}", timeout=20)
    assert ended.returncode == 2 and "this machine alone" in ended.stderr
    plain.env["CLOUD_ANALYZER_METRICS_TOKEN"] = "short"
    ended = plain.cli("serve", "--listen", "127.0.0.1:0", timeout=20)
    assert ended.returncode == 1 and "16 letters" in ended.stderr and "'short'" not in ended.stderr


def test_probes_answer_under_any_name(house):
    for base in [house.url, house.metrics]:
        for host in [None, "10.1.2.3:8080", "probe.internal"]:
            headers = {"Host": host} if host else {}
            alive = requests.get(f"{base}/healthz", headers=headers, timeout=10)
            assert (alive.status_code, alive.text) == (200, "ok\n")
            ready = requests.get(f"{base}/readyz", headers=headers, timeout=10)
            assert ready.status_code in (200, 503)
        assert requests.post(f"{base}/healthz", timeout=10).status_code == 405
    parts = wait_ready(house)["parts"]
    assert {part["part"] for part in parts} == {"server", "database", "migrations", "lake", "lanes"}
    assert all(part["ready"] for part in parts)


def test_a_part_that_fails_is_not_ready_and_alive(house_with):
    house = house_with(tenants=False)
    wait_ready(house)
    log = house.data / "lake" / "rollup" / "_delta_log"
    log.rename(house.data / "away")
    try:
        time.sleep(1.2)
        answer = requests.get(f"{house.url}/readyz", timeout=10)
        assert answer.status_code == 503, answer.text
        assert [part["part"] for part in answer.json()["parts"] if not part["ready"]] == ["lake"]
        assert str(house.data) not in answer.text
        assert requests.get(f"{house.url}/healthz", timeout=10).status_code == 200
    finally:
        (house.data / "away").rename(log)
    wait_ready(house)


def lines(house: House) -> list:
    return [json.loads(line) for line in house.log().splitlines() if line.startswith("{")]


def test_a_request_has_one_id_in_its_answer_its_error_and_the_log(house):
    given = "0af7651916cd43dd8448eb211c80319c"
    viewer = house.a.token("viewer")
    answer = viewer.get("/costs", params={"metric": "none"}, headers={"X-Request-Id": given})
    assert (answer.headers["X-Request-Id"], answer.json()["request_id"]) == (given, given)
    found = [line for line in lines(house) if line.get("request.id") == given]
    assert found and all(line["http.route"] == "/api/v1/costs" and line["http.method"] == "GET" for line in found), found
    assert any(line["message"] == "answered" and line["http.status"] == 400 and line["http.duration_ms"] >= 0 for line in found)
    made = {viewer.get("/session").headers["X-Request-Id"] for _ in range(3)}
    assert len(made) == 3 and all(re.fullmatch(r"[0-9a-f-]{36}", one) for one in made)
    for bad in ["x" * 65, "a b", 'a"b', "{}", "\x1b[2J", "é"]:
        try:
            answer = requests.get(f"{house.url}/api/v1/nothing", headers={"X-Request-Id": bad.encode()}, timeout=10)
        except requests.exceptions.InvalidHeader:
            continue
        if answer.status_code != 400:
            assert answer.json()["request_id"] == answer.headers["X-Request-Id"] != bad


def test_logs_are_json_and_hold_no_secret(house):
    """At the most talkative level that somebody would turn on, with each way in and each kept secret used."""
    secrets = ["hush-hush-of-the-bucket", "wrong horse battery staple", METRICS_TOKEN]
    admin = house.a.admin
    token = house.a.token("administrator")
    secrets += [token.link.headers["Authorization"].split()[1], *(cookie.value for cookie in admin.link.cookies), admin.link.headers["X-CSRF-Token"]]
    connection = token.post("/connections", json={"kind": "s3_compatible", "name": "kept"}).json()["id"]
    change = {"endpoint": "https://s3.example.com", "bucket": "bills-kept", "access_key_id": "AKIA", "secret_access_key": secrets[0]}
    assert token.patch(f"/connections/{connection}", json=change).status_code == 200
    requests.post(f"{house.url}/api/v1/session", json={"email": "ada@example.com", "password": secrets[1]}, timeout=10)
    invited = token.post("/invitations", json={"email": "new@example.com", "role": "viewer"}).json()
    link = re.search(r"[A-Za-z0-9_-]{30,}", json.dumps(invited.get("link") or invited)).group(0)
    secrets.append(link)
    house.a.token("viewer").get(f"/invitations/{link}")
    requests.get(f"{house.url}/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}, timeout=10)
    text = house.log()
    for secret in secrets:
        assert secret not in text, f"{secret} is in the log"
    told = [line for line in text.splitlines() if line]
    # The first lines say where the server is, on standard output.
    odd = [line for line in told if not line.startswith("{") and "Cloud Analyzer is at" not in line and "account yet" not in line and "/setup" not in line]
    assert odd == [], odd
    assert all({"time", "level", "target", "message"} <= line.keys() for line in lines(house))
