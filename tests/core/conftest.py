"""`make core` looks at fewer made-up cases; `make test` at all of them."""

from hypothesis import settings

settings.register_profile("quick", max_examples=25)
