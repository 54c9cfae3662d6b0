"""Where `passerby` begins: before what takes a second to read, so that Ctrl-C at once is an end and no traceback."""

import signal

from commands.loading import loading


def main() -> None:
    asked_to_ignore = signal.getsignal(signal.SIGINT) is signal.SIG_IGN  # as a shell asks for its background jobs
    if not asked_to_ignore:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    with loading():
        from commands.line import main as run  # here, because it is what takes the second

    if not asked_to_ignore:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


if __name__ == "__main__":
    main()
