#!/usr/bin/env python3
"""`make dist`: for those who will not compile. Packs the binary, stripped, into `dist/`:

    cloud-analyzer-VERSION-linux-ARCH.tar.gz     binary, licence, a unit for systemd; with its checksum beside it
    cloud_analyzer-VERSION-py3-none-PLATFORM.whl a wheel that carries the binary: `pip install` it, then `cloud-analyzer`
    image/                                       what the Dockerfile copies

The wheel's platform is what the binary asks of the C library, read from the binary. Standard library and binutils.

    scripts/dist.py                    packs the binary that `cargo build` leaves (scripts/dist.sh builds it first)
    scripts/dist.py --binary FILE --out FOLDER
"""

import argparse
import base64
import gzip
import hashlib
import io
import os
import platform
import re
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What every Linux of the platform's age has (PEP 600); anything else would have to be carried along.
EVERYWHERE = {"libc.so.6", "libm.so.6", "libgcc_s.so.1", "libpthread.so.0", "libdl.so.2", "librt.so.1", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
# Archives of the same files are the same bytes, whenever they are made.
EPOCH = int(os.environ.get("SOURCE_DATE_EPOCH") or 1_767_225_600)


def said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def version() -> str:
    return re.search(r'^version = "([^"]+)"', (ROOT / "Cargo.toml").read_text(), re.MULTILINE).group(1)


def stripped(binary: Path, folder: Path) -> Path:
    packed = folder / "cloud-analyzer"
    subprocess.run(["strip", "--strip-all", "-o", str(packed), str(binary)], check=True)
    packed.chmod(0o755)
    return packed


def manylinux(binary: Path) -> str:
    """The platform tag: the newest version of the C library that the binary asks for."""
    needed = set(re.findall(r"\(NEEDED\).*\[(.+)\]", said("readelf", "--dynamic", str(binary))))
    if foreign := needed - EVERYWHERE:
        raise SystemExit(f"the binary needs libraries that not every Linux has: {', '.join(sorted(foreign))}")
    asked = {tuple(map(int, found)) for found in re.findall(r"Name: GLIBC_(\d+)\.(\d+)", said("readelf", "--version-info", str(binary)))}
    major, minor = max(asked)
    return f"manylinux_{major}_{minor}_{platform.machine()}"


def archive(binary: Path, out: Path, name: str, level: int) -> Path:
    target = out / f"{name}.tar.gz"
    with target.open("wb") as raw, gzip.GzipFile("", "wb", level, raw, EPOCH) as zipped, tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path in [binary, ROOT / "LICENSE", ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "packaging/cloud-analyzer.service"]:
            member = tar.gettarinfo(str(path), f"{name}/{path.name}")
            member.mtime, member.uid, member.gid, member.uname, member.gname = EPOCH, 0, 0, "", ""
            member.mode = 0o755 if path == binary else 0o644
            with path.open("rb") as file:
                tar.addfile(member, file)
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    target.with_name(f"{target.name}.sha256").write_text(f"{digest}  {target.name}\n")
    return target


def wheel(binary: Path, out: Path, number: str, tag: str, level: int) -> Path:
    info = f"cloud_analyzer-{number}.dist-info"
    metadata = "\n".join([
        "Metadata-Version: 2.4", "Name: cloud-analyzer", f"Version: {number}", "Summary: Self-hosted cloud-cost analyzer: exact costs out of cost and usage reports",
        "License-Expression: Apache-2.0", "License-File: LICENSE", "Requires-Python: >=3.8", "Description-Content-Type: text/markdown", "", (ROOT / "README.md").read_text(),
    ])
    files = {
        f"cloud_analyzer-{number}.data/scripts/cloud-analyzer": (binary.read_bytes(), 0o755),
        f"{info}/METADATA": (metadata.encode(), 0o644),
        f"{info}/WHEEL": (f"Wheel-Version: 1.0\nGenerator: scripts/dist.py\nRoot-Is-Purelib: false\nTag: py3-none-{tag}\n".encode(), 0o644),
        f"{info}/licenses/LICENSE": ((ROOT / "LICENSE").read_bytes(), 0o644),
    }
    record = io.StringIO()
    for path, (content, _) in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        record.write(f"{path},sha256={digest},{len(content)}\n")
    record.write(f"{info}/RECORD,,\n")
    files[f"{info}/RECORD"] = (record.getvalue().encode(), 0o644)
    target = out / f"cloud_analyzer-{number}-py3-none-{tag}.whl"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as packed:
        for path, (content, mode) in files.items():
            member = zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0))
            member.compress_type, member.external_attr, member.create_system = zipfile.ZIP_DEFLATED, (0o100000 | mode) << 16, 3
            packed.writestr(member, content)
    return target


def main() -> None:
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    cache = Path(os.environ.get("CLOUD_ANALYZER_CACHE") or f"{home}/cloud-analyzer")
    target = Path(os.environ.get("CARGO_TARGET_DIR") or cache / "target")
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--binary", type=Path, default=target / "release/cloud-analyzer")
    arguments.add_argument("--out", type=Path, default=ROOT / "dist")
    arguments.add_argument("--level", type=int, default=6, help="of compression: 1 is fast, 9 small")
    given = arguments.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    number = version()
    with tempfile.TemporaryDirectory() as folder:
        binary = stripped(given.binary, Path(folder))
        tag = manylinux(binary)
        made = [
            archive(binary, given.out, f"cloud-analyzer-{number}-linux-{platform.machine()}", given.level),
            wheel(binary, given.out, number, tag, given.level),
        ]
        image = given.out / "image"
        image.mkdir(exist_ok=True)
        shutil.copy2(binary, image / "cloud-analyzer")
        made.append(image / "cloud-analyzer")
    for path in made:
        print(f"{path.stat().st_size / 1e6:7.1f} MB  {path}")


if __name__ == "__main__":
    main()
