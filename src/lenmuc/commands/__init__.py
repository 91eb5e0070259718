"""The commands of `lenmuc`, a file for each thing people do with it; `cli` puts them together."""
