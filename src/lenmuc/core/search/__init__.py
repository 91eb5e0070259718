"""Search in the catalogue: an index in memory, what was meant by a query, and every facet counted."""
