"""`make core` looks at fewer made-up cases; `make test` at all of them."""

from hypothesis import settings

settings.register_profile("quick", max_examples=20, deadline=None, derandomize=True, database=None)
