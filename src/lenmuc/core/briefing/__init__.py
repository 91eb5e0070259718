"""The quarterly briefing and the closing review: counted once, frozen, read for years. Pure."""
