"""What the program does beyond its own walls: opening links that people gave, within narrow limits."""
