"""Files of editors to typed entries, and immutable editions of them."""
