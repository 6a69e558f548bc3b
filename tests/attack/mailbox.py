"""A mail server that takes everything and keeps it."""

import email
import email.policy
import socketserver
import threading
import time


class Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.say("220 mailbox")
        to = []
        while line := self.rfile.readline().decode().strip():
            command = line.split(":")[0].split(" ")[0].upper()
            if command == "RCPT":
                to.append(line.split("<")[1].split(">")[0])
            if command == "DATA":
                if self.server.most is not None and len(self.server.mails) >= self.server.most:
                    # It does not answer any more.
                    time.sleep(120)
                    return None
                self.say("354 go on")
                lines = []
                while (text := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(text[1:] if text.startswith(b"..") else text)
                self.server.mails.append((to, b"".join(lines)))
                to = []
            if command == "QUIT":
                return self.say("221 bye")
            self.say("250 ok")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class Mailbox(socketserver.ThreadingTCPServer):
    daemon_threads, allow_reuse_address = True, True

    def __init__(self, port: int = 0):
        super().__init__(("127.0.0.1", port), Session)
        # Mails that it takes before it answers no more.
        self.mails, self.most = [], None
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def options(self) -> list:
        return ["--smtp-url", f"smtp://127.0.0.1:{self.server_address[1]}", "--mail-from", "Costs <costs@example.com>"]

    def to(self) -> list:
        return [address for recipients, _ in self.mails for address in recipients]

    def texts(self) -> list:
        return [email.message_from_bytes(mail, policy=email.policy.default) for _, mail in self.mails]

    def wait(self, number: int, seconds: float = 15) -> list:
        end = time.monotonic() + seconds
        while len(self.mails) < number:
            assert time.monotonic() < end, f"{len(self.mails)} of {number} mails came"
            time.sleep(0.05)
        return self.to()


def read(mail: bytes) -> str:
    """Subject and texts of a mail."""
    found = email.message_from_bytes(mail, policy=email.policy.default)
    texts = [part.get_content() for part in found.walk() if part.get_content_type().startswith("text/")]
    return "\n".join([found["Subject"], *texts])
