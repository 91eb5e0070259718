"""`lenmuc plan`: a problem file in, a solution file out; its files have a published schema."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import msgspec
import pytest
from checker import must_be_a_plan

from lenmuc.actions import planfile
from lenmuc.core.errors import Refused
from lenmuc.core.roadmap.problem import Item, Pool, Problem, Solution, Target, Upgrade

ROOT = Path(__file__).resolve().parents[2]
SMALL = Problem(
    ("2027Q1", "2027Q2"),
    (Pool("central", (5.0, 5.0)),),
    (Item("portal", "central", 6.0), Item("form", "central", 4.0, ("portal",))),
    (Upgrade("birth", 3, 10.0, ("form",), agency="A"),),
    targets=(Target("t", 3, 1, 1.0),),
)


def hard(count: int) -> Problem:
    """Days too scarce for proof within seconds."""
    items = [Item(f"i{n}", "central", 1 + n * 7 % 11 / 4) for n in range(count)]
    upgrades = [
        Upgrade(f"u{n}", 3, 5 + n * 13 % 17, tuple({f"i{(n * k + k) % count}" for k in (1, 7, 11, 13)}))
        for n in range(count)
    ]
    quarters = tuple(f"Q{n}" for n in range(12))
    return Problem(quarters, (Pool("central", (count / 24,) * 12),), tuple(items), tuple(upgrades), gap=0.0)


def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "lenmuc", "plan", *arguments]
    return subprocess.run(command, capture_output=True, timeout=60, check=False)


@pytest.mark.parametrize("name", ["problem", "solution"])
def test_the_published_schema_is_that_of_the_program(name: str) -> None:
    published = (ROOT / "docs" / "schema" / f"{name}.schema.json").read_bytes()
    assert published == planfile.schema(name), f"lenmuc plan --schema {name} > docs/schema/{name}.schema.json"
    jsonschema.Draft202012Validator.check_schema(json.loads(published))


def test_files_follow_their_schemas() -> None:
    solution = planfile.plan(msgspec.json.encode(SMALL), lambda line: None)
    must_be_a_plan(SMALL, msgspec.json.decode(solution, type=Solution))
    jsonschema.validate(json.loads(msgspec.json.encode(SMALL)), json.loads(planfile.schema("problem")))
    jsonschema.validate(json.loads(solution), json.loads(planfile.schema("solution")))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"quarters": ["2027Q1"], "pool": []}, json.loads(planfile.schema("problem")))


def test_a_file_that_is_no_problem_says_where() -> None:
    with pytest.raises(Refused) as refused:
        planfile.plan(b'{"quarters": ["a"], "pools": [{"id": 3}]}', lambda line: None)
    assert "$.pools[0].id" in str(refused.value.faults[0].message.params["why"])


def test_the_command_plans_within_its_time_and_says_how_far_it_is(tmp_path: Path) -> None:
    file = tmp_path / "problem.json"
    file.write_bytes(msgspec.json.encode(hard(150)))
    done = run(str(file), "--time-limit", "2", "-o", str(tmp_path / "solution.json"))
    assert done.returncode == 0, done.stderr
    solution = msgspec.json.decode((tmp_path / "solution.json").read_bytes(), type=Solution)
    must_be_a_plan(hard(150), solution)
    assert "gap" in done.stderr.decode()
    assert solution.seconds < 10


def test_ctrl_c_gives_the_best_plan_so_far(tmp_path: Path) -> None:
    file = tmp_path / "problem.json"
    file.write_bytes(msgspec.json.encode(hard(400)))
    command = [sys.executable, "-m", "lenmuc", "plan", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stderr is not None
        for line in child.stderr:
            if b"gap" in line:
                break
        os.kill(child.pid, signal.SIGINT)
        out, _ = child.communicate(timeout=60)
    solution = msgspec.json.decode(out, type=Solution)
    must_be_a_plan(hard(400), solution)
    assert solution.status == "stopped"


def test_targets_that_cannot_be_met_end_in_a_clear_error(tmp_path: Path) -> None:
    file = tmp_path / "problem.json"
    file.write_bytes(msgspec.json.encode(msgspec.structs.replace(SMALL, targets=(Target("t", 3, 0, 1.0),))))
    done = run(str(file))
    assert done.returncode == 1
    said = done.stderr.decode()
    assert "No plan meets every target and deadline together." in said
    assert "Target t is to be met by 2027Q1." in said
    assert "it wants 1 offerings, at most 0 can be there by 2027Q1" in said
    assert "can be met by 2027Q2, and not sooner" in said
    assert "with 5 person-days more (central: 5), and not with fewer" in said
