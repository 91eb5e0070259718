"""The heavier tests of the roadmap use the checker and the small problems of the quick ones."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "core" / "roadmap"))
