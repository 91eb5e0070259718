"""Pages in HTML, by audience: each file ends with its `handlers`."""
