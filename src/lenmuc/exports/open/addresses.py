"""The addresses of everything that open data names: they stay the same as long as the site keeps its name."""

import msgspec

from lenmuc.exports.open.rdf import segment


class Addresses(msgspec.Struct, frozen=True):
    """Addresses below `base`, the site as people reach it, without a `/` at its end."""

    base: str

    def _data(self, *parts: str) -> str:
        return "/".join((f"{self.base}/data", *(segment(part) for part in parts)))

    def service(self, code: str) -> str:
        """A service; asked for by a browser it leads to the page."""
        return self._data("services", code)

    def agency(self, code: str) -> str:
        """An agency."""
        return self._data("agencies", code)

    def ministry(self, code: str) -> str:
        """A ministry that a record comes from."""
        return self._data("ministries") + f"#{segment(code)}"

    def offering(self, id: int) -> str:
        """A service at one agency."""
        return self._data("offerings") + f"#{id}"

    def fields(self) -> str:
        """The list of fields."""
        return self._data("fields")

    def field(self, code: str) -> str:
        """A field."""
        return self.fields() + f"#{segment(code)}"

    def scheme(self, id: str) -> str:
        """A set of rules with its levels."""
        return self._data("schemes", id)

    def level(self, scheme: str, number: int) -> str:
        """A level of a set of rules; 0 is below the first."""
        return f"{self.scheme(scheme)}#level-{number}"

    def criterion(self, scheme: str, id: str) -> str:
        """A criterion as one set of rules asks it."""
        return f"{self.scheme(scheme)}#criterion-{segment(id)}"

    def legal(self, number: str) -> str:
        """A legal document, by its number."""
        return self._data("legal") + f"#{segment(number)}"

    def word(self, kind: str, code: str) -> str:
        """A word of one of our small lists, such as a way to file."""
        return self._data("words") + f"#{segment(kind)}-{segment(code)}"

    def place(self, code: str) -> str:
        """The city or country of this catalogue."""
        return self._data("place") + f"#{segment(code)}"

    def dataset(self) -> str:
        """The data set as a whole."""
        return self._data("catalogue")

    def page(self, language: str, *parts: str) -> str:
        """A page for people."""
        return "/".join((self.base, language, *(segment(part) for part in parts)))
