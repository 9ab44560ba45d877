"""An SMTP server for one test, on a free port of 127.0.0.1, until it is killed or its parent is gone.

It prints its port, then each mail as a line of JSON, before it answers:
{"from": ..., "to": [...], "peer": port, "tls": true, "user": null, "content": base64}
"""

import argparse
import asyncio
import base64
import json
import logging
import os
import ssl
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

options = argparse.ArgumentParser()
options.add_argument("--certificate", help="with --key: offers STARTTLS")
options.add_argument("--key")
options.add_argument("--implicit", action="store_true", help="TLS from the first byte instead of STARTTLS")
options.add_argument("--login", help="user:password that it asks for")
options.add_argument("--mail", help="what it says to MAIL")
options.add_argument("--rcpt", help="what it says to RCPT")
options.add_argument("--data", help="what it says to the message; 'hang' for nothing, 'close' for the end, 'pair' to wait for a second")
options.add_argument("--mute", help="the recipient to whose mail alone it says nothing")
options = options.parse_args()


warnings.simplefilter("ignore")
logging.disable()


def say(line):
    print(line, flush=True)


# Of 'pair'.
waiting = []
second = asyncio.Event()


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, _):
        envelope.mail_from = address
        return options.mail or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, _):
        if not options.rcpt:
            envelope.rcpt_tos.append(address)
        return options.rcpt or "250 OK"

    async def handle_DATA(self, server, session, envelope):
        say(json.dumps({
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "peer": session.peer[1],
            "tls": session.ssl is not None or options.implicit,
            "user": session.auth_data, "content": base64.b64encode(envelope.content).decode()}))
        if options.data == "hang" or options.mute in envelope.rcpt_tos:
            await asyncio.Event().wait()
        if options.data == "pair":
            waiting.append(envelope)
            if len(waiting) > 1:
                second.set()
            await second.wait()
            return "250 OK"
        if options.data == "close":
            server.transport.abort()
        return options.data or "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    user = data.login.decode()
    return AuthResult(success=f"{user}:{data.password.decode()}" == options.login, handled=False, auth_data=user)


async def serve():
    tls = None
    if options.certificate:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(options.certificate, options.key)
    starttls = tls if not options.implicit else None
    login = options.login is not None
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(
            Handler(), hostname="mail.test", tls_context=starttls, require_starttls=starttls is not None,
            authenticator=authenticate if login else None, auth_required=login, auth_require_tls=False),
        "127.0.0.1", 0, ssl=tls if options.implicit else None)
    parent = os.getppid()
    say(server.sockets[0].getsockname()[1])
    while os.getppid() == parent:
        await asyncio.sleep(1)


asyncio.run(serve())
