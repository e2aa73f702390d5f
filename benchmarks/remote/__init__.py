"""What befalls runs on a board: the scene, the failures by what they strike, and the trial that judges a run's end."""
