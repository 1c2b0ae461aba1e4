"""Exports, loaded by the programs they are for."""
