"""What a bundle does on a board: `python3 NAME.pyz ...`."""
