"""Counts of levels as the API says them."""

from lenmuc.api.types.shared import LevelCountsOut


def level_counts(scheme: str, exclusive: tuple[int, int, int, int, int]) -> LevelCountsOut:
    """Offerings at level 0 … 4, each counted once, with their sum."""
    return LevelCountsOut(scheme, sum(exclusive), *exclusive)
