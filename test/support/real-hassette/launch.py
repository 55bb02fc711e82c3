"""Starts the installed Hassette in this process; arguments are Hassette's own. It ends when stdin ends."""
import sys

from until_stdin_ends import end_with_stdin

# This folder holds `apps` too; Hassette must find those of its own configuration.
sys.path.pop(0)
end_with_stdin()

from hassette.__main__ import entrypoint  # noqa: E402

sys.exit(entrypoint())
