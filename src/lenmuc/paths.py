"""Where the data folders are: beside `src/` in a checkout, inside the package in an installed wheel."""

from pathlib import Path

FOLDERS = ("catalogue", "assessments", "templates", "locale", "static")

_PACKAGE = Path(__file__).resolve().parent


def checkout() -> Path | None:
    """The top folder of the checkout this program runs from, or None when it is installed."""
    top = _PACKAGE.parent.parent
    return top if _PACKAGE.parent.name == "src" and (top / "pyproject.toml").is_file() else None


def folder(name: str) -> Path:
    """The data folder of that name, one of `FOLDERS`.

    Raises FileNotFoundError when the installation is not complete."""
    top = checkout()
    found = (top if top is not None else _PACKAGE / "data") / name
    if name not in FOLDERS or not found.is_dir():
        raise FileNotFoundError(f"The data folder {found} is missing. Install Lên Mức again.")
    return found


def catalogue() -> Path:
    """Agencies, services and fields that the program starts with."""
    return folder("catalogue")


def assessments() -> Path:
    """The schemes and their checklists."""
    return folder("assessments")


def templates() -> Path:
    """The pages."""
    return folder("templates")


def locale() -> Path:
    """The words of the interface."""
    return folder("locale")


def static() -> Path:
    """Style sheet, scripts and icons."""
    return folder("static")
