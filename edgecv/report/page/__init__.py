"""The parts of the HTML page. Nothing here reads a file except pictures.py, and no part asks for anything online."""
