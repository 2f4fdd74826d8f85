"""Tests of Wenban; folders mirror the code."""
