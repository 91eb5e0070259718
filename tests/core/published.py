"""The published schemes, read once for all tests of the rules: reading them took a tenth of `make core`."""

from lenmuc import paths
from lenmuc.content.schemes import load_schemes

SCHEMES = load_schemes(paths.assessments())
