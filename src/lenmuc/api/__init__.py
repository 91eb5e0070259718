"""JSON for programs under /api/v1: `types` is the public contract, then one file a resource."""
