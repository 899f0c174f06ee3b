"""Keeps textfix/data/MANIFEST.json: what each data file is, from where, by which command, under which licence.

    python tools/manifest.py            # fill in sizes and SHA-256 of files already described, refuse undescribed ones

Builders call `describe` after they wrote a file.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "textfix" / "data"
MANIFEST = DATA / "MANIFEST.json"


def load() -> dict:
    return json.loads(MANIFEST.read_text("utf-8")) if MANIFEST.exists() else {"files": {}}


def save(manifest: dict) -> None:
    manifest["files"] = dict(sorted(manifest["files"].items()))
    MANIFEST.write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", "utf-8")


def describe(name: str, *, what: str, source: list[str], command: str, licence: str) -> None:
    """Enter (or renew) the data file NAME in the manifest."""
    manifest = load()
    data = (DATA / name).read_bytes()
    manifest["files"][name] = {
        "what": what,
        "source": source,
        "command": command,
        "licence": licence,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    save(manifest)


def main() -> int:
    manifest = load()
    found = {p.name for p in DATA.iterdir() if p.is_file() and p.name not in ("MANIFEST.json", "__init__.py")}
    if unknown := found - set(manifest["files"]):
        print(f"not described in the manifest: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 1
    for name in set(manifest["files"]) - found:
        del manifest["files"][name]
    for name in found:
        data = (DATA / name).read_bytes()
        manifest["files"][name] |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    save(manifest)
    return 0


if __name__ == "__main__":
    sys.exit(main())
