"""A mail server on loopback for the tests of Latchkey's mail: aiosmtpd, which does with letters what it is told.

    python server.py FOLDER

The first line that it prints is an object with its ports, and with the file in FOLDER of the authority that has signed its certificate. Each line
that it reads is how it treats letters from then on, and it says so. What becomes of a letter it prints too, an object a line. It ends when
nothing can be read any more.
"""

import asyncio
import email
import email.policy
import json
import os
import ssl
import sys
import threading

import trustme
from aiosmtpd.smtp import SMTP, AuthResult

USER, PASSWORD = b"latchkey", b"carried by a grey pigeon"

manner = "take"
changed: asyncio.Event


def say(**what):
    print(json.dumps(what), flush=True)


class Letters:
    """What is done with letters."""

    async def handle_RCPT(self, server, session, envelope, address, options):
        answers = {
            "busy": "451 4.3.2 Come back later",
            "refuse": f"550 5.1.1 <{address}> is nobody here",
            "refuse-sender": "550 5.7.1 Not from where you are",
        }
        if manner in answers:
            say(event=manner, to=address)
            return answers[manner]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        treated_so = manner
        if treated_so == "drop":
            server.transport.abort()
            say(event="drop")
            return "451 dropped"
        if treated_so == "pause":
            changed.clear()
            say(event="pause")
            await changed.wait()
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = {part.get_content_type(): part.get_content() for part in message.iter_parts()}
        if treated_so == "lose-answer":
            server.transport.abort()
        say(
            event="letter",
            sender=envelope.mail_from,
            to=envelope.rcpt_tos,
            headers={name.lower(): str(value) for name, value in message.items()},
            parts=parts,
        )
        return "250 OK"


class MailServer(SMTP):
    """One that may let nobody in."""

    def connection_made(self, transport):
        if manner == "closed":
            transport.write(b"554 5.3.2 Nobody is let in today\r\n")
            transport.close()
            say(event="closed")
            return
        super().connection_made(transport)

    def connection_lost(self, error):
        # There is no session for who was not let in.
        if self.session is not None:
            super().connection_lost(error)


def authenticate(server, session, envelope, mechanism, data):
    is_right = (data.login, data.password) == (USER, PASSWORD)
    return AuthResult(success=is_right, handled=False)


async def main(folder):
    global changed
    changed = asyncio.Event()
    loop = asyncio.get_running_loop()

    authority = trustme.CA()
    authority.cert_pem.write_to_path(os.path.join(folder, "authority.pem"))
    certificate = authority.issue_cert("localhost", "127.0.0.2")
    encryption = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(encryption)

    async def listen(host, encrypted=None, **settings):
        server = await loop.create_server(
            lambda: MailServer(Letters(), hostname="mail.example", loop=loop, **settings), host, 0, ssl=encrypted
        )
        return server.sockets[0].getsockname()[1]

    members_only = {"authenticator": authenticate, "auth_required": True}
    say(
        plain=await listen("127.0.0.1"),
        encrypted=await listen("127.0.0.1", encryption, auth_require_tls=False, **members_only),
        # Loopback too, but no address that may do without encryption.
        starttls=await listen("127.0.0.2", tls_context=encryption, require_starttls=True, **members_only),
        bare=await listen("127.0.0.2"),
        authority=os.path.join(folder, "authority.pem"),
    )

    def treat(order):
        global manner
        manner = order
        changed.set()
        say(event="told", manner=manner)

    def read_orders():
        for line in sys.stdin:
            loop.call_soon_threadsafe(treat, line.strip())
        os._exit(0)

    threading.Thread(target=read_orders, daemon=True).start()
    await asyncio.Event().wait()


asyncio.run(main(sys.argv[1]))
