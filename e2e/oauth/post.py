"""aiosmtpd: a mail server that wants STARTTLS and a password, and keeps each letter in a folder. Ends with its standard input.

Arguments: certificate, key, user, password file, folder. Its port is written to `port` in the folder once it takes letters.
"""

import os
import socket
import ssl
import sys
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

certificate, key, user, password_file, folder = sys.argv[1:]
password = open(password_file, "rb").read().strip()
count = 0


class Keeps:
    async def handle_DATA(self, server, session, envelope):
        global count
        if session.ssl is None or not session.authenticated:
            return "530 not like this"
        count += 1
        letter = message_from_bytes(envelope.content, policy=policy.default)
        text = letter.get_body(("plain",)).get_content()
        part = os.path.join(folder, "part")
        with open(part, "w", encoding="utf-8") as file:
            file.write(f"{envelope.rcpt_tos[0]}\n{letter['from']}\n{letter['subject']}\n\n{text}")
        os.rename(part, os.path.join(folder, f"{count:04}.txt"))
        return "250 kept"


def authenticates(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and data.login == user.encode() and data.password == password
    return AuthResult(success=right)


context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(certificate, key)
# The controller tries its own door before it goes on, so it must know which: one that the system chooses.
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
controller = Controller(
    Keeps(),
    hostname="127.0.0.1",
    port=port,
    tls_context=context,
    require_starttls=True,
    authenticator=authenticates,
    auth_required=True,
    auth_require_tls=True,
)
controller.start()
with open(os.path.join(folder, "port.part"), "w") as file:
    file.write(str(port))
os.rename(os.path.join(folder, "port.part"), os.path.join(folder, "port"))
sys.stdin.read()
controller.stop()
