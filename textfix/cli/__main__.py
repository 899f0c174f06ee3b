"""`python -m textfix.cli`."""

from textfix.cli.program import main

if __name__ == "__main__":
    main()
