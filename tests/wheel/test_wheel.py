"""What `python -m build` makes can be installed elsewhere and finds its data there."""

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from lenmuc import paths

TOP = Path(__file__).parents[2]
ASK = """
import json, lenmuc
from importlib.resources import files
from lenmuc import paths
from lenmuc.settings import Settings

def contents(folder):
    return [str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()]

print(json.dumps({
    "package": lenmuc.__file__,
    "checkout": paths.checkout() is not None,
    "data": str(Settings.read({}).data),
    "migrations": [file.name for file in (files("lenmuc.store") / "migrations").iterdir()],
    "folders": {name: contents(paths.folder(name)) for name in paths.FOLDERS},
}))
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel made from it."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(TOP))
    return out


def run(*command: str, cwd: Path = TOP) -> str:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LENMUC"))}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_wheel_finds_its_data_where_it_is_installed(built: Path, tmp_path: Path):
    wheel = next(built.glob("lenmuc-*.whl"))
    elsewhere = tmp_path / "elsewhere"
    venv.create(elsewhere, with_pip=True)
    python = elsewhere / "bin" / "python"
    run(str(python), "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", str(wheel))
    # The packages it needs are lent from here. The .pth files there are not read, so this folder is not seen.
    site = Path(run(str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    (site / "lent.pth").write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n")

    told = json.loads(run(str(python), "-c", ASK, cwd=tmp_path))

    assert Path(told["package"]).is_relative_to(elsewhere)
    assert told["checkout"] is False
    assert told["data"] == str(tmp_path / "lenmuc-data")
    assert "0001_first.sql" in told["migrations"]
    for name in paths.FOLDERS:
        here = paths.folder(name)
        files = {str(file.relative_to(here)) for file in here.rglob("*") if file.is_file() and ours(file)}
        assert set(told["folders"][name]) == files, name
    assert (elsewhere / "bin" / "lenmuc").is_file()


def ours(file: Path) -> bool:
    return "__pycache__" not in file.parts and not file.name.startswith(".")


def test_nothing_but_the_product_is_in_the_packages(built: Path):
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"lenmuc"}
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        tops = {name.split("/")[1] for name in sdist.getnames() if "/" in name}
    assert not tops & {"var", ".venv", ".cache", "tests", ".git"}
