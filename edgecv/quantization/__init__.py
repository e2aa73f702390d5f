"""What a network meets before and while its numbers become small: folding, equalisation, images that set ranges."""
