"""Tests of this part; see the names."""
