"""An SMTP server that takes everything and keeps nothing, for machines without Debian's smtp-sink.

.venv/bin/python -m benchmarks.sink PORT
"""

from __future__ import annotations

import asyncio
import sys

EHLO = b"250-sink\r\n250-SIZE 52428800\r\n250 8BITMIME\r\n"
END = b"\r\n.\r\n"


async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One session: every command is right, every message is taken."""
    writer.write(b"220 sink ESMTP\r\n")
    while line := await reader.readline():
        verb = line[:4].upper()
        if verb == b"DATA":
            writer.write(b"354 go on\r\n")
            await reader.readuntil(END)
            writer.write(b"250 taken\r\n")
        elif verb == b"QUIT":
            writer.write(b"221 bye\r\n")
            break
        else:
            writer.write(EHLO if verb == b"EHLO" else b"250 ok\r\n")
    await writer.drain()
    writer.close()


async def serve(port: int) -> None:
    """Listen on loopback until ended."""
    server = await asyncio.start_server(talk, "127.0.0.1", port, limit=2**26)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
