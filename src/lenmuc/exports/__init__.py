"""Files to take along: values of `core` become bytes."""
