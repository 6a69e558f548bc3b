"""Runs the cases beside this file with the product's binary: deliveries shaped like those in public bug reports.

aws/NN-name/case.json: steps (ingest, total, query, reconcile, api, copy) with what each must show.
focus/NN-name/expect.json: runs, each a source with its totals by billing period, amortized totals and further queries;
"accept": ok = must load and be exact, refuse = must be refused in words that match "error", either = one of both.
Each names its source (the public thread), its essence and what is right. All figures and names are invented."""

import contextlib, csv, http.client, io, json, os, re, shutil, socket, subprocess, tempfile, time  # noqa: E401
from datetime import datetime
from decimal import Decimal as D
from functools import reduce
from pathlib import Path
from urllib.parse import urlencode

import pytest

ROOT = Path(__file__).resolve().parent
BIN = str(Path(os.environ.get("CLOUD_ANALYZER_BIN", ROOT.parents[1] / "target/release/cloud-analyzer")).resolve())
WORK = Path(tempfile.mkdtemp(prefix="cases-"))


@pytest.fixture(scope="session", autouse=True)
def _work():
    yield
    shutil.rmtree(WORK, ignore_errors=True)


def cli(*words, cwd=None):
    env = {**os.environ, "RUST_BACKTRACE": "0", "NO_COLOR": "1"}
    p = subprocess.run([BIN, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=cwd, timeout=180, env=env)
    return p.returncode, p.stdout, p.stderr

def said(err):
    return re.sub(r"\s+", " ", re.sub(r"\S+Z +(INFO|WARN) .*\n?", "", err).strip())

def figures(data, *options):
    """Exact figures by key, or None and the message."""
    code, out, err = cli("--data", data, "query", *options, "--format", "json")
    if code: return None, said(err)
    answer = json.loads(out)
    if answer.get("view") != "total" and not answer["group_by"]:
        return {b: D(str(f)) for row in answer["rows"] for b, f in zip(answer["periods"], row["figures"])}, ""
    return {"|".join("" if k is None else str(k) for k in row["keys"]): D(str(row["total"])) for row in answer["rows"]}, ""

def same(want, have):
    want = {k: D(v) for k, v in want.items()}
    return have is not None and want == {k: v for k, v in have.items() if v or k in want}

# ── aws
@contextlib.contextmanager
def served(data):
    _, out, _ = cli("--data", data, "token", "create", "--name", "c" + str(time.time_ns()))
    token = next(w for w in out.split() if w.startswith("ca_"))
    with socket.socket() as s: s.bind(("127.0.0.1", 0)); port = s.getsockname()[1]
    p = subprocess.Popen([BIN, "--data", data, "serve", "--listen", f"127.0.0.1:{port}"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    def get(path, query):
        link.request("GET", f"/api/v1/{path}?{urlencode(query, doseq=True)}", headers={"Authorization": "Bearer " + token})
        r = link.getresponse(); body = r.read(); return r.status, json.loads(body) if body else None
    try:
        for _ in range(400):
            with contextlib.suppress(OSError): link.connect(); break
            time.sleep(0.05)
        yield get
    finally: p.terminate(); p.wait(20)

def aws_step(case, s):
    data = str(WORK / case.name / s.get("data", "d"))
    if s["do"] == "copy":
        to = WORK / case.name / s["to"]; shutil.rmtree(to, ignore_errors=True); shutil.copytree(case / s["from"], to); return True, ""
    if s["do"] == "ingest":
        copied = WORK / case.name / s["src"]
        code, out, err = cli("--data", data, "ingest", str(copied if copied.exists() else case / s["src"]), "--json", *s["options"])
        text = out + err; missing = [w for w in s["contains"] if w not in text]; unwanted = [w for w in s["lacks"] if w in text]
        fine = (s["exit"] == "any" or code == s["exit"]) and not missing and not unwanted and "panicked" not in text and code in (0, 1)
        return fine, f"exit {code}; lacks {missing}; has {unwanted}; {said(err)[:600]}"
    if s["do"] in ("total", "query"):
        code, out, err = cli("--data", data, "query", "--metric", s["metric"], "--group-by", s.get("group", "line_item_type"), "--format", "csv", *s["options"])
        if code: return False, said(err)[:400]
        got = {"|".join(r[:-1]): D(r[-1]) for r in list(csv.reader(io.StringIO(out)))[1:]}
        if s["do"] == "total": return sum(got.values(), D(0)) == D(s["expect"]), str(sum(got.values(), D(0)))
        want = dict(s["expect"]); rest = want.pop("*", None); others = [v for k, v in got.items() if k not in want]
        fine = all(got.get(k, D(0)) == D(v) for k, v in want.items()) and (sum(others, D(0)) == D(rest) if rest is not None else not any(others))
        return fine, json.dumps({k: str(v) for k, v in got.items()}, ensure_ascii=False)
    if s["do"] == "reconcile":
        code, out, err = cli("--data", data, "reconcile", "--format", "json")
        if code: return False, said(err)[:300]
        answer = json.loads(out); off = [(p["period"], i["commitment"], i["difference"]) for p in answer["periods"] for i in p["identity"] if D(i["difference"])]
        return answer["proven"] and not off, f"proven {answer['proven']}, identity {off}"
    with served(data) as get: status, body = get(s["path"], s["query"])
    found = {k: reduce(lambda b, p: (b or {}).get(p), k.split("."), body) for k in s["expect"]}
    return status == 200 and found == s["expect"], f"{status} {json.dumps(found)[:600]}"

def aws(case, spec):
    for s in spec["steps"]:
        try: fine, got = aws_step(case, s)
        except Exception as e: fine, got = False, repr(e)
        what = f"{s['do']} {s.get('src') or s.get('metric') or s.get('path') or ''} {s.get('group', '')}".strip()
        yield s.get("data", "d"), fine, what, s.get("expect", s.get("exit", "")), got

# ── focus
def focus(case, spec):
    for path, moment in spec["mtimes"].items():
        if (case / path).exists(): at = datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp(); os.utime(case / path, (at, at))
    for run in spec["runs"]:
        if run["accept"] == "info": continue
        data = str(WORK / case.name / run["label"]); wrong = []
        steps = [dict(src=run["src"], totals=run["totals"], put="step1" if run["src"] == "work" else None), *run["steps"]]
        here = case
        if any(s.get("put") for s in steps): here = WORK / case.name / (run["label"] + "-in"); here.mkdir(parents=True)
        for s in steps:
            if s.get("put"): shutil.rmtree(here / "work", ignore_errors=True); shutil.copytree(case / s["put"], here / "work", copy_function=shutil.copy2)
            elif here != case:
                for one in [s["src"]] if isinstance(s["src"], str) else s["src"]:
                    if not (here / one).exists(): shutil.copytree(case / one.split("/")[0], here / one.split("/")[0], copy_function=shutil.copy2)
            code, out, err = cli("--data", data, "ingest", *([s["src"]] if isinstance(s["src"], str) else s["src"]), "--json", *s.get("args", []), cwd=here)
            have, message = figures(data, "--metric", "unblended", "--group-by", "billing_period")
            if have is None and "several currencies" in message:
                have = {k: sum((figures(data, "--metric", "unblended", "--filter", f"billing_period={k}")[0] or {"": D(0)}).values(), D(0)) for k in s["totals"]}
            exact, words = same(s["totals"], have), re.search(run["error"] or ".", said(err), re.I | re.S)
            if "panicked" in err or code not in (0, 1, 2): wrong.append("panic: " + said(err)[:300])
            elif run["accept"] == "refuse": wrong += [] if code and words else [f"accepted: {have}" if not code else "message: " + said(err)[:400]]
            elif not (exact and code == 0) and not (run["accept"] == "either" and code and words and not any((have or {}).get(k) for k in s["totals"])):
                wrong.append(f"want {s['totals']} got { {k: str(v) for k, v in (have or {}).items()} } exit {code} {said(err)[:400]}")
        loaded = code == 0 or have
        if loaded and run["accept"] == "ok":
            if run["effective"]:
                got, message = figures(data, "--metric", "amortized", "--group-by", "billing_period")
                if not same(run["effective"], got): wrong.append(f"amortized want {run['effective']} got { {k: str(v) for k, v in (got or {}).items()} } {message}")
            for q in run["queries"]:
                got, message = figures(data, *q["args"])
                if q.get("refuse"): wrong += [f"{q['key']}: answered {got}"] if got else []
                elif q["rows"] is not None and not same(q["rows"], got): wrong.append(f"{q['key']}: want {q['rows']} got { {k: str(v) for k, v in (got or {}).items()} } {message[:200]}")
        yield run["label"], not wrong, run["note"] or str(run["src"]), "", " ;; ".join(wrong)


# Runs that need what is not built yet.
LATER = {}
CASES = [(kind, case) for kind in ("aws", "focus") for case in sorted((ROOT / kind).glob("[0-9][0-9]-*"))]


@pytest.mark.parametrize(("kind", "case"), CASES, ids=[f"{kind}-{case.name}" for kind, case in CASES])
def test_case(kind, case):
    runner, name = (aws, "case.json") if kind == "aws" else (focus, "expect.json")
    spec = json.loads((case / name).read_text())
    wrong = [f"[{label}] {what}: want {want}, got {got}" for label, fine, what, want, got in runner(case, spec) if not fine and label not in LATER.get(case.name, [])]
    assert not wrong, "\n".join([spec["essence"], *wrong])
