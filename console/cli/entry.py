"""Where the program begins: Ctrl-C ends it without a word until there is somebody to say one."""

import signal


def main() -> None:
    """Import the command line, half a second on a slow machine, and run it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from console.cli.main import main as run_words

    signal.signal(signal.SIGINT, signal.default_int_handler)
    run_words()
