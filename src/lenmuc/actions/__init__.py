"""What people do: the rules of `core` joined with `store`, once for pages and API."""
