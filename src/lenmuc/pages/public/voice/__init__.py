"""The public's voice, without an account: how satisfied it is, what it says is wrong, what it needs."""

from lenmuc.pages.public.voice import correcting, needing, rating

handlers = [*rating.handlers, *correcting.handlers, *needing.handlers]
