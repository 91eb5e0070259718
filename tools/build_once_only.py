"""Builds catalogue/held-papers.csv: which services ask for papers that a database of the state already holds.

    python tools/build_once_only.py --raw records.tar.gz

The rules are those of catalogue/once-only.toml. Only codes and counts are written, no words of the
records. The same input gives the same bytes. `--show PAPER` prints the rows that were read as that paper.
"""

import argparse
import collections
import sys
from pathlib import Path

from build_catalogue import CATALOGUE, read_csv, read_records, write_csv
from record_cells import dossier_rows

from lenmuc.content.once_only import ASKED, load_rules
from lenmuc.core.once_only import Reader


def main() -> int:
    """Reads rules and records, writes the file, prints how many services ask for each paper."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--raw", type=Path, required=True)
    asked.add_argument("--into", type=Path, default=CATALOGUE)
    asked.add_argument("--show", default="")
    options = asked.parse_args()
    reader = Reader(load_rules(options.into))
    records = read_records(options.raw)
    found: collections.Counter[tuple[str, str]] = collections.Counter()
    spared: collections.Counter[tuple[str, str]] = collections.Counter()
    for service in read_csv(options.into / "services.csv"):
        for row in dossier_rows(records[service["code"]]["thanh_phan_ho_so"]):
            held = reader.read(row)
            if held is None:
                continue
            found[service["code"], held.paper] += 1
            spared[service["code"], held.paper] += held.spared
            if held.paper == options.show:
                print(service["code"], "spared" if held.spared else "asked ", row[:160])
    write_csv(
        options.into / ASKED,
        ["service", "paper", "rows", "spared"],
        [
            {"service": service, "paper": paper, "rows": str(rows), "spared": str(spared[service, paper])}
            for (service, paper), rows in sorted(found.items())
        ],
    )
    for paper, services in collections.Counter(paper for _, paper in found).most_common():
        print(f"{services:5} {paper}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
