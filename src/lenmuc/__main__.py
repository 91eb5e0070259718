"""`python -m lenmuc` is the command `lenmuc`."""

from lenmuc.cli import main

if __name__ == "__main__":
    main()
