"""Ends this process when its stdin ends, so that nothing outlives the test that started it, however that died."""
import os
import threading


def end_with_stdin() -> None:
    def wait() -> None:
        # Not sys.stdin: the interpreter cannot end while a thread holds its buffer.
        while os.read(0, 4096):
            pass
        os._exit(1)

    threading.Thread(target=wait, name="until_stdin_ends", daemon=True).start()
