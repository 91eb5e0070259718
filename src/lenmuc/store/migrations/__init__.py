"""Migrations, forward only, one transaction each."""
