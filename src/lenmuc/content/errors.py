"""A mistake in a data file, said so that its editor can mend it."""


class ContentError(Exception):
    """`file`, the line or key where it is wrong, and what to do about it."""

    def __init__(self, file: str, where: str, remedy: str) -> None:
        self.file, self.where, self.remedy = file, where, remedy
        super().__init__(f"{file}{', ' + where if where else ''}: {remedy}")
