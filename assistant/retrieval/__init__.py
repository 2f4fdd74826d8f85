"""Text to ranked passages of one edition, or none."""
