"""Mail servers on loopback, made of aiosmtpd: a good one and several with bad manners.

Each takes mail on its own port and writes every message that it took, with its recipient as
X-RcptTo, to DIRECTORY/<name>/<number>.eml. Prints `ready` once all of them listen.

    python mail_sinks.py DIRECTORY CERTIFICATE.pem KEY.pem

name      port   what it does
plain     12025  takes everything
starttls  12587  wants STARTTLS, then a login (user `care`, password `secret`)
smtps     12465  TLS from the start, then the same login
defer     12451  answers 451 to the first three messages
vanish    12421  takes the first message and ends the connection without an answer
refuse    12550  knows no recipient whose name begins with `gone`
"""

import asyncio
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Sink:
    def __init__(self, directory, name):
        self.directory = directory / name
        self.directory.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.deferred = 0
        self.vanished = 0
        self.taken = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.name == "refuse" and address.startswith("gone"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        if self.name == "defer" and self.deferred < 3:
            self.deferred += 1
            return "451 4.7.1 come back later"
        self.taken += 1
        head = "".join(f"X-RcptTo: {to}\r\n" for to in envelope.rcpt_tos).encode()
        path = self.directory / f"{self.taken:04}.eml"
        path.write_bytes(head + envelope.original_content)
        if self.name == "vanish" and self.vanished == 0:
            self.vanished += 1
            server.transport.abort()
        return "250 2.0.0 taken"


def login(server, session, envelope, mechanism, given):
    right = given.login == b"care" and given.password == b"secret"
    return AuthResult(success=right, handled=False)


async def main(directory, certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    safe = {"auth_required": True, "authenticator": login}
    sinks = {
        "plain": (12025, {}, None),
        "starttls": (12587, {"tls_context": context, "require_starttls": True, **safe}, None),
        "smtps": (12465, {"auth_require_tls": False, **safe}, context),
        "defer": (12451, {}, None),
        "vanish": (12421, {}, None),
        "refuse": (12550, {}, None),
    }
    loop = asyncio.get_running_loop()
    servers = []
    for name, (port, options, wrapper) in sinks.items():
        sink = Sink(directory, name)
        servers.append(
            await loop.create_server(
                lambda sink=sink, options=options: SMTP(sink, loop=loop, **options),
                host="127.0.0.1",
                port=port,
                ssl=wrapper,
            )
        )
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
