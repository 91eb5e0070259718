"""PostgreSQL: one noun a file, its SQL beside it under the same name."""
