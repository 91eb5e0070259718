"""Somebody at a page with the keyboard alone: Tab, Enter, Space and the arrows; the focus has to be seen."""

from pathlib import Path

from playwright.sync_api import Page

_MOST = 400
_SEEN = """el => {
  const style = getComputedStyle(el);
  const drawn = s => (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2) || s.boxShadow !== 'none';
  const box = el.getBoundingClientRect();
  return (drawn(style) || (el.labels && [...el.labels].some(l => drawn(getComputedStyle(l)))))
    && box.bottom > 0 && box.top < innerHeight;
}"""


class Keys:
    """The keyboard on one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        # Whoever listens from the beginning misses no chooser: to begin with takes the browser a moment.
        page.on("filechooser", lambda _: None)

    def skip(self) -> None:
        """Past what every page begins with, by the first link of the page."""
        self.page.keyboard.press("Tab")
        if self.page.evaluate("document.activeElement.matches('a.skip')"):
            self.page.keyboard.press("Enter")

    def to(self, selector: str) -> None:
        """Go on with Tab until the focus is on the first such element, and see it there."""
        wanted = self.page.locator(selector).first.element_handle(timeout=20_000)
        for _ in range(_MOST):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("el => document.activeElement === el", wanted):
                break
        else:
            raise AssertionError(f"{self.page.url}: Tab never comes to {selector}")
        assert self.page.evaluate(_SEEN, wanted), f"{self.page.url}: the focus is not seen on {selector}"

    def press(self, selector: str) -> None:
        """Go to a link or a button and press it; a page follows."""
        self.to(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def attach(self, selector: str, file: Path) -> None:
        """Go to a field for a file and choose this one."""
        self.to(selector)
        with self.page.expect_file_chooser() as asked:
            self.page.keyboard.press("Space")
        asked.value.set_files(file)

    def write(self, selector: str, text: str) -> None:
        """Go to a field and write into it, in place of what it holds."""
        self.to(selector)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def tick(self, selector: str) -> None:
        """Go to a box and tick it."""
        self.to(selector)
        self.page.keyboard.press("Space")
        assert self.page.locator(selector).first.is_checked(), f"{self.page.url}: {selector} is not ticked"

    def choose(self, name: str, value: str, form: str = "main form") -> None:
        """Choose among the radio buttons of a form: Tab comes to the group, the arrows move in it."""
        group = f"{form} input[type=radio][name='{name}']"
        wanted = f"{group}[value='{value}']"
        self.to(f"{group}:checked" if self.page.locator(f"{group}:checked").count() else group)
        self.page.keyboard.press("Space")
        for _ in range(self.page.locator(group).count()):
            if self.page.evaluate("s => document.activeElement.matches(s)", wanted):
                break
            self.page.keyboard.press("ArrowDown")
        assert self.page.locator(wanted).is_checked(), f"{self.page.url}: {wanted} is not chosen"

    def unfold(self, selector: str) -> None:
        """Open what is folded."""
        self.to(selector)
        self.page.keyboard.press("Enter")
