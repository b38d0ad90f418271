"""`./run test`: everything that guards the project, with a short summary at the end.

The static checks run beside pytest; what they say is shown only where they object.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from chosei.ops.config import ROOT

BIN = Path(sys.executable).parent
CHECKED = ["src", "tests", "bench"]
STATIC: dict[str, list[str]] = {
    "ruff check": [str(BIN / "ruff"), "check"],
    "ruff format": [str(BIN / "ruff"), "format", "--check"],
    "import-linter": [str(BIN / "lint-imports")],
    "mypy": [str(BIN / "mypy")],
}
TAKES_PATHS = {"ruff check", "ruff format", "mypy"}
BROWSERS = ("chromium-headless-shell", "chromium")
FONT = Path("/usr/share/fonts/opentype/noto")


@dataclass(frozen=True, slots=True)
class Result:
    """One check's end: what it said, and how long it took in seconds."""

    name: str
    code: int
    said: str
    seconds: float


def main(arguments: list[str]) -> int:
    """Run all checks; `arguments` go to pytest. Returns 0 only when every one is content."""
    begun = time.monotonic()
    bring_browser()
    with tempfile.TemporaryDirectory(prefix="chosei-check-") as folder, ThreadPoolExecutor(1) as beside:
        static = beside.submit(lambda: [_static(name, Path(folder)) for name in STATIC])
        tests = _pytest(arguments)
        results = [*static.result(), tests]
    for result in results:
        if result.code != 0 and result.said:
            print(f"\n--- {result.name}\n{result.said.rstrip()}")
    print()
    for result in results:
        print(f"{'ok    ' if result.code == 0 else 'FAILED'}  {result.name}  ({result.seconds:.1f} s)")
    failed = any(result.code for result in results)
    print(f"\n{'FAILED' if failed else 'All good'} in {time.monotonic() - begun:.0f} s")
    return 1 if failed else 0


def bring_browser() -> None:
    """Install Debian's Chromium and a Japanese font where that is possible.

    Where it is not, tests marked `browser` are skipped by name and reason (see tests/conftest.py).
    """
    if not FONT.is_dir():
        _apt_install("fonts-noto-cjk")
    # Without its window the same browser takes a third less time; older Debians have it only with.
    any(shutil.which(browser) or _apt_install(browser) for browser in BROWSERS)


def _apt_install(package: str) -> bool:
    """Whether apt-get could install the package; said in one line when it could not."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return False
    print(f"chosei: installing {package} ...", file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([apt, "update", "-qq"], check=False, capture_output=True, env=environment)
    done = subprocess.run(
        [apt, "install", "-y", "-qq", "--no-install-recommends", package],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["no message"]
        print(f"chosei: apt-get could not install {package}: {lines[-1]}", file=sys.stderr)
    return done.returncode == 0


def _static(name: str, folder: Path) -> Result:
    """One static check, in an environment of its own: mypy's Django plugin reads the settings."""
    environment = {
        **{
            key: value for key, value in os.environ.items() if not key.startswith(("CHOSEI_", "DATABASE_URL"))
        },
        "CHOSEI_ENV_FILE": os.devnull,
        "CHOSEI_DATA_DIR": str(folder),
        "PYTHONPATH": str(ROOT / "src"),
    }
    paths = [path for path in CHECKED if (ROOT / path).is_dir()] if name in TAKES_PATHS else []
    begun = time.monotonic()
    done = subprocess.run(
        [*STATIC[name], *paths],
        check=False,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Result(name, done.returncode, done.stdout, time.monotonic() - begun)


def _pytest(arguments: list[str]) -> Result:
    """pytest speaks for itself, live."""
    begun = time.monotonic()
    # A file stays with one worker, for the sake of what its tests share; long ones begin (tests/conftest.py).
    spread = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest", "-q", *spread, *arguments]
    done = subprocess.run(command, check=False, cwd=ROOT)
    return Result("pytest", done.returncode, "", time.monotonic() - begun)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
