"""Lên Mức: which online level each public service has reached, what is missing, and what to do first."""

__version__ = "0.1.0"
