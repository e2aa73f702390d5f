"""What a network meets before and while its numbers become small: the images that set their ranges."""
