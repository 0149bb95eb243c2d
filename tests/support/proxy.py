"""A TCP proxy on loopback that breaks the connection after so many bytes: a line that goes away in mid-sentence."""

import socket
import threading
from contextlib import suppress


class Proxy:
    """`port` leads to the target. `cut_after`: bytes from the server until both sides are cut; None: never."""

    def __init__(self, host: str, port: int) -> None:
        self.target, self.cut_after = (host, port), None
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _address = self._listening.accept()
                far = socket.create_connection(self.target)
                threading.Thread(target=self._pass, args=(near, far, None), daemon=True).start()
                threading.Thread(target=self._pass, args=(far, near, self.cut_after), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, room: int | None) -> None:
        with suppress(OSError):
            while room is None or room > 0:
                data = source.recv(4096 if room is None else min(4096, room))
                if not data:
                    break
                sink.sendall(data)
                room = None if room is None else room - len(data)
        for side in (source, sink):
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
            side.close()
