"""Reads the data folders into core values, and checks them while it reads."""
