"""The roadmap: problem (what is asked), gather (from checklists), solve (how), explain (why)."""
