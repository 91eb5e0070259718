"""Levels of online service: what they are called and how they are counted."""

import msgspec

LEVELS = (0, 1, 2, 3, 4)  # 0: level 1 is not reached, or not known to be


class LevelCounts(msgspec.Struct, frozen=True):
    """Offerings by assessed level, **exclusive**: each offering is counted at its own level only."""

    none: int = 0
    one: int = 0
    two: int = 0
    three: int = 0
    four: int = 0

    @property
    def total(self) -> int:
        """All offerings counted."""
        return self.none + self.one + self.two + self.three + self.four

    def exclusive(self) -> tuple[int, int, int, int, int]:
        """Counts at level 0, 1, 2, 3, 4."""
        return (self.none, self.one, self.two, self.three, self.four)

    def at_least(self, level: int) -> int:
        """Cumulative count: offerings at `level` or above (Decree 43/2011 Art. 3.4: levels presume those
        below).
        """
        return sum(self.exclusive()[level:])
