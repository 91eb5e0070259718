"""`lenmuc plan`: a roadmap from a file alone."""

import argparse
import signal
import sys
from pathlib import Path

from lenmuc.actions import planfile
from lenmuc.commands.shared import Commands, Failed, command


def _plan(arguments: argparse.Namespace) -> None:
    if arguments.schema:
        sys.stdout.buffer.write(planfile.schema(arguments.schema))
        return
    if arguments.problem is None:
        raise Failed("Name the problem file, or - for standard input: lenmuc plan problem.json")
    text = sys.stdin.buffer.read() if arguments.problem == "-" else Path(arguments.problem).read_bytes()
    stopping = False

    def stop(number: int, frame: object) -> None:
        nonlocal stopping
        if stopping:
            raise KeyboardInterrupt
        stopping = True
        print("Stopping with the best plan so far; once more to stop at once.", file=sys.stderr)

    before = signal.signal(signal.SIGINT, stop)
    try:
        plan = planfile.plan(
            text,
            progress=lambda line: print(line, file=sys.stderr),
            seconds=arguments.time_limit,
            gap=arguments.gap,
            stop=lambda: stopping,
        )
    finally:
        signal.signal(signal.SIGINT, before)
    if arguments.output:
        Path(arguments.output).write_bytes(plan)
    else:
        sys.stdout.buffer.write(plan)


def add(commands: Commands) -> None:
    """The command of this file."""
    plan = command(commands, "plan", _plan, "Compute a roadmap from a problem file (JSON) alone.")
    plan.add_argument(
        "problem", metavar="PROBLEM", nargs="?", help="the problem file, or - for standard input"
    )
    plan.add_argument("--time-limit", metavar="SECONDS", type=float, help="instead of the file's own")
    plan.add_argument("--gap", metavar="SHARE", type=float, help="stop when proven so near to the best")
    plan.add_argument(
        "--schema", nargs="?", const="problem", choices=sorted(planfile.FILES),
        help="print the JSON Schema of the problem file (or of the solution file) and stop",
    )  # fmt: skip
    plan.add_argument(
        "-o", "--output", metavar="FILE", help="write the solution there instead of printing it"
    )
