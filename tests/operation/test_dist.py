"""What `make dist` packs, in a bare environment: an empty venv, no environment variables, another home."""

import hashlib
import os
import re
import socket
import subprocess
import sys
import tarfile
import time
import venv
import zipfile
from pathlib import Path

import pytest
import requests
from house import BIN

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    out = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, str(ROOT / "scripts/dist.py"), "--binary", BIN, "--out", str(out), "--level", "1"], check=True, capture_output=True)
    return out


def bare(home: Path, **more: str) -> dict:
    """`env -i` with a home that is not ours."""
    home.mkdir(exist_ok=True)
    return {"HOME": str(home), "PATH": "/usr/bin:/bin", **more}


def serves_the_demo(binary: Path, home: Path) -> None:
    home.mkdir(exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(binary), "serve", "--demo", "--demo-rows", "20000", "--listen", f"127.0.0.1:{port}"]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=home, env=bare(home), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        end, url, overview = time.monotonic() + 60, f"http://127.0.0.1:{port}", {}
        while not overview.get("periods"):
            assert process.poll() is None and time.monotonic() < end, (home / "log").read_text()
            time.sleep(0.2)
            try:
                overview = requests.get(f"{url}/api/v1/overview", timeout=5).json()
            except requests.RequestException:
                continue
        page = requests.get(url, timeout=5)
        assert page.status_code == 200 and "text/html" in page.headers["Content-Type"]
        costs = requests.get(f"{url}/api/v1/costs", params={"group_by": "service"}, timeout=20)
        assert costs.status_code == 200 and costs.json()["rows"]
    finally:
        process.terminate()
        assert process.wait(12) == 0
    assert (home / "data" / "meta.sqlite").exists()


def test_the_archive_runs_where_nothing_is(dist, tmp_path):
    [packed] = dist.glob("*.tar.gz")
    digest, name = packed.with_name(f"{packed.name}.sha256").read_text().split()
    assert (digest, name) == (hashlib.sha256(packed.read_bytes()).hexdigest(), packed.name)
    with tarfile.open(packed) as archive:
        names = archive.getnames()
        archive.extractall(tmp_path, filter="data")
    top = packed.name.removesuffix(".tar.gz")
    assert {f"{top}/{name}" for name in ("cloud-analyzer", "LICENSE", "README.md", "cloud-analyzer.service")} <= set(names)
    binary = tmp_path / top / "cloud-analyzer"
    sections = subprocess.run(["readelf", "--sections", "--wide", str(binary)], check=True, capture_output=True, text=True).stdout
    assert ".symtab" not in sections and ".debug_info" not in sections, "it is not stripped"
    serves_the_demo(binary, tmp_path / "home")


def test_the_wheel_carries_the_binary(dist, tmp_path):
    [wheel] = dist.glob("*.whl")
    number, tag = re.fullmatch(r"cloud_analyzer-([0-9.]+)-py3-none-(manylinux_2_\d+_\w+)\.whl", wheel.name).groups()
    assert zipfile.ZipFile(wheel).testzip() is None
    home = tmp_path / "home"
    venv.create(tmp_path / "empty", with_pip=True)
    pip = [str(tmp_path / "empty/bin/pip"), "--disable-pip-version-check", "--isolated", "--no-cache-dir"]
    subprocess.run([*pip, "install", "--no-index", "--quiet", str(wheel)], check=True, env=bare(home))
    shown = subprocess.run([*pip, "show", "--files", "cloud-analyzer"], check=True, capture_output=True, text=True, env=bare(home)).stdout
    assert f"Version: {number}" in shown and "licenses/LICENSE" in shown and "bin/cloud-analyzer" in shown, shown
    assert subprocess.run([*pip, "check"], check=False, capture_output=True, env=bare(home)).returncode == 0
    binary = tmp_path / "empty/bin/cloud-analyzer"
    told = subprocess.run([str(binary), "--version"], check=True, capture_output=True, text=True, env=bare(home)).stdout
    assert told.strip() == f"cloud-analyzer {number}"
    assert int(os.confstr("CS_GNU_LIBC_VERSION").split(".")[1]) >= int(tag.split("_")[2])
    serves_the_demo(binary, home)
    subprocess.run([*pip, "uninstall", "--yes", "--quiet", "cloud-analyzer"], check=True, env=bare(home))
    assert not binary.exists()


def test_the_image_is_small_in_words():
    text = (ROOT / "packaging/Dockerfile").read_text()
    steps = [line.split()[0] for line in text.splitlines() if re.match(r"[A-Z]+ ", line)]
    # Layers: the base, one of packages and the user, one of the binary.
    assert [steps.count(step) for step in ("FROM", "RUN", "COPY", "ADD")] == [1, 1, 1, 0]
    assert "USER 10001" in text and "VOLUME /data" in text
    assert "cloud-analyzer /usr/local/bin/cloud-analyzer" in text
