"""The rules of the product: pure functions over immutable values, without I/O, clock or async."""
