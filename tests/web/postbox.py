"""A small mail server: takes what it is given, or says no as a test wants."""

import asyncio
import contextlib
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Self


class Postbox:
    """`letters` are (recipient, mail). `refuse` answers a command's first word, such as RCPT, with a line."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, EmailMessage]] = []
        self.refuse: dict[str, str] = {}
        self.slow = 0.0
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to = ""
        with contextlib.suppress(ConnectionError):
            writer.write(b"220 here\r\n")
            while line := (await reader.readline()).decode().strip():
                word = line.split(" ", 1)[0].split(":", 1)[0].upper()
                answer = self.refuse.get(word)
                if answer:
                    writer.write(answer.encode() + b"\r\n")
                    continue
                if word == "RCPT":
                    to = line.partition("<")[2].partition(">")[0]
                if word == "DATA":
                    writer.write(b"354 go on\r\n")
                    body = await reader.readuntil(b"\r\n.\r\n")
                    await asyncio.sleep(self.slow)
                    if end := self.refuse.get("."):
                        writer.write(end.encode() + b"\r\n")
                        continue
                    mail = message_from_bytes(body[:-3].replace(b"\r\n..", b"\r\n."), policy=policy.default)
                    assert isinstance(mail, EmailMessage)
                    self.letters.append((to, mail))
                writer.write(b"221 bye\r\n" if word == "QUIT" else b"250 fine\r\n")
                await writer.drain()
                if word == "QUIT":
                    break
            writer.close()
            await writer.wait_closed()
