"""What people change, step by step through the forms of the pages."""

from tests.web.journeys import assessing, people, planning
from tests.web.journeys.walking import JOURNEYS, Journey

__all__ = ["JOURNEYS", "Journey", "assessing", "people", "planning"]
