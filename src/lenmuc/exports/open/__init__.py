"""Open data: the catalogue as tables and as linked data, feeds and badges."""
