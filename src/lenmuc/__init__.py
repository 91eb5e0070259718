"""Lên Mức: which online level each public service has reached, what is missing, and what to do first."""

import os

# Before numpy is loaded anywhere: its threads wait for each other busily; a roadmap takes a quarter longer.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
