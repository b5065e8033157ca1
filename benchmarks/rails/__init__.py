"""Measurements of the rails."""
