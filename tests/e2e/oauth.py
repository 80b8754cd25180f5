#!/usr/bin/env python3
"""Access tokens fetched over HTTPS: a real IMAP server that asks the provider about each token, and a provider that fails in
every way there is."""
import base64
import json
import os
import pathlib
import shutil
import signal
import socket
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import house
from dovecot import Dovecot, make_authority
from living import Daemon, imap, mail, until
from provider import Provider

SECRETS = ("refresh-1", "refresh-2", "refresh-3", "hush hush", "hush+hush", "hush%20hush", "access-1", "access-2")


class OAuth(house.Case):
    @classmethod
    def setUpClass(cls):
        cls.tls = pathlib.Path(tempfile.mkdtemp(prefix="abusedesk-e2e-tls-"))
        cls.addClassCleanup(shutil.rmtree, cls.tls, ignore_errors=True)
        make_authority(cls.tls)

    def provider(self, **options):
        provider = Provider(self.tls, **options)
        self.addCleanup(provider.close)
        return provider

    def mailbox(self, provider):
        asks = self.folder / "oauth2.conf"
        asks.write_text(f"introspection_mode = get\nintrospection_url = {provider.introspection}\n"
                        "username_attribute = username\nactive_attribute = active\nactive_value = true\n")
        server = Dovecot(extra=f"auth_failure_delay = 0\nauth_mechanisms = plain login xoauth2 oauthbearer\npassdb {{\n driver = oauth2\n"
                               f" mechanisms = xoauth2 oauthbearer\n args = {asks}\n}}\n")
        server.__enter__()
        self.addCleanup(server.__exit__)
        return server

    def secret(self, name, text):
        path = self.folder / name
        path.write_text(text + "\n")
        path.chmod(0o600)
        return path

    def section(self, server, provider, **options):
        settings = {"mechanism": "xoauth2", "token_url": provider.url, "token_ca_file": self.tls / "ca.pem",
                    "client_id": "client-7", "client_secret_file": self.secret("client", "hush hush"),
                    "refresh_token_file": self.secret("refresh", "refresh-1"), "timeout": "20s"} | options
        return imap(server, self.folder, password_file=None, **settings)

    def daemon(self, section):
        daemon = Daemon(self.folder, section)
        self.addCleanup(daemon.stop)
        return daemon

    def log_in_again(self, daemon):
        """The process that holds the connection dies, and another one takes its place."""
        restarts = daemon.status()["sources"][0]["restarts"]
        children = pathlib.Path(f"/proc/{daemon.process.pid}/task/{daemon.process.pid}/children").read_text().split()
        for child in children:
            if b"fetcher" in pathlib.Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(int(child), signal.SIGKILL)
        until(lambda: daemon.status()["sources"][0]["restarts"] > restarts and daemon.status()["health"]["heard"], 20,
              "it is heard again")

    def refusal(self, answer, text, server=None, **options):
        """The daemon says `text`, and none of what it knows."""
        provider = self.provider()
        provider.answer = answer
        daemon = self.daemon(self.section(server, provider, port=1, ca_file=None, **options)).start()
        until(lambda: text in daemon.words(), 20, f"it says {text!r}: {daemon.words()[-2000:]}")
        self.assertFalse(daemon.status()["health"]["heard"])
        daemon.stop()
        for secret in SECRETS:
            self.assertNotIn(secret, daemon.words())
        return provider, daemon

    def test_pulls_with_tokens_and_asks_for_them_rarely(self):
        for mechanism in ("xoauth2", "oauthbearer"):
            provider = self.provider()
            server = self.mailbox(provider)
            server.deliver([mail(i) for i in range(5)])
            daemon = self.daemon(self.section(server, provider, mechanism=mechanism))
            before = daemon.stored()
            daemon.start()
            until(lambda: daemon.status()["health"]["heard"], 20, "it is heard")
            self.assertEqual(provider.asked, [{"grant_type": "refresh_token", "refresh_token": "refresh-1",
                                               "client_id": "client-7", "client_secret": "hush hush"}])
            for _ in range(2):  # another login, the same token
                self.log_in_again(daemon)
            self.assertEqual(len(provider.asked), 1)
            daemon.stop()
            self.assertGreaterEqual(daemon.stored(), max(before, 5))
            for secret in SECRETS:
                self.assertNotIn(secret, daemon.words())

    def test_a_token_that_is_refused_is_replaced_once(self):
        provider = self.provider()
        server = self.mailbox(provider)
        daemon = self.daemon(self.section(server, provider)).start()
        until(lambda: daemon.status()["health"]["heard"], 20, "it is heard")
        provider.tokens.clear()  # withdrawn, long before its time
        self.log_in_again(daemon)
        self.assertEqual(len(provider.asked), 2)
        self.assertNotIn("authentication", daemon.words())
        self.assertNotIn("the server says no", daemon.words())
        daemon.stop()

    def test_a_new_token_that_is_refused_is_trouble(self):
        provider = self.provider(lifetime=3600)
        server = self.mailbox(provider)
        provider.issue = lambda: "access-of-nobody"
        daemon = self.daemon(self.section(server, provider)).start()
        until(lambda: "authentication: the server says no" in daemon.words(), 20, "it is refused")
        self.assertEqual(len(provider.asked), 1)
        daemon.stop()

    def test_an_expiring_token_is_not_used(self):
        provider = self.provider(lifetime=4)
        server = self.mailbox(provider)
        daemon = self.daemon(self.section(server, provider)).start()
        until(lambda: daemon.status()["health"]["heard"], 20, "it is heard")
        time.sleep(2.5)  # more than half of its life
        self.log_in_again(daemon)
        self.assertGreaterEqual(len(provider.asked), 2)
        self.assertNotIn("the server says no", daemon.words())
        daemon.stop()

    def test_a_replaced_refresh_token_is_kept(self):
        provider = self.provider()
        provider.rotate = True
        server = self.mailbox(provider)
        section = self.section(server, provider)
        daemon = self.daemon(section)
        for turn in range(3):
            daemon.start()
            until(lambda: daemon.status()["health"]["heard"], 20, "it is heard")
            self.assertEqual(len(provider.asked), turn + 1)
            daemon.stop()
        kept = daemon.store / "token-abuse"
        self.assertEqual(kept.stat().st_mode & 0o777, 0o600)
        self.assertEqual(json.loads(kept.read_text())["refresh_token"], provider.refresh)
        provider.refresh = "refresh-of-a-new-login"  # what the operator writes counts again
        self.secret("refresh", provider.refresh)
        daemon.start()
        until(lambda: daemon.status()["health"]["heard"], 20, "it is heard")
        self.assertEqual(provider.asked[-1]["refresh_token"], "refresh-of-a-new-login")
        daemon.stop()

    def test_client_credentials_in_a_header(self):
        provider = self.provider()
        server = self.mailbox(provider)
        daemon = self.daemon(self.section(server, provider, token_grant="client-credentials", refresh_token_file=None,
                                          client_login="basic", token_scope="https://mail.example/.default")).start()
        until(lambda: daemon.status()["health"]["heard"], 20, "it is heard")
        self.assertEqual(provider.asked, [{"grant_type": "client_credentials", "scope": "https://mail.example/.default"}])
        words = base64.b64decode(provider.headers[0]["Authorization"].removeprefix("Basic "))
        self.assertEqual(words, b"client-7:hush%20hush")
        daemon.stop()

    def test_no_secret_for_a_wrong_certificate(self):
        for certificate in ("other", "expired", "alone"):
            provider = self.provider(certificate=certificate)
            daemon = self.daemon(self.section(None, provider, port=1, ca_file=None)).start()
            until(lambda: "certificate is refused, nothing was sent" in daemon.words(), 20,
                  f"{certificate} is refused: {daemon.words()[-1500:]}")
            daemon.stop()
            self.assertEqual(provider.asked, [])
            daemon.log.unlink()

    def test_says_what_to_do(self):
        send = Provider.send
        self.refusal(None, "log in once more at the provider",
                     refresh_token_file=self.secret("old", "refresh-3"))
        self.refusal(lambda h, f: send(h, 401, {"error": "invalid_client"}), "client-id or the client's secret are wrong")
        self.refusal(lambda h, f: send(h, 503, b"later"), "busy or broken (HTTP 503)")
        self.refusal(lambda h, f: send(h, 302, b"", [("Location", "http://127.0.0.1:1/")]), "redirects (HTTP 302)")
        self.refusal(lambda h, f: send(h, 404, b"<html>"), "is no token endpoint")
        self.refusal(lambda h, f: send(h, 200, b"\0\xff{{{"), "is no token endpoint")
        self.refusal(lambda h, f: send(h, 200, {"access_token": "two words", "token_type": "bearer"}), "no access token")
        self.refusal(lambda h, f: send(h, 200, {"access_token": "x", "token_type": "mac"}), "no bearer tokens")
        _, daemon = self.refusal(lambda h, f: send(h, 400, {"error": "x\x1b[2J", "error_description": "a\x07b\r\nc"}),
                                 "the token endpoint refuses (x")
        self.assertNotIn("\x1b", daemon.words())

    def test_too_much_too_late_too_little(self):
        def promise(handler, _):
            handler.send_response(200)
            handler.send_header("Content-Length", str(4 << 30))
            handler.end_headers()
            for _ in range(1 << 16):
                handler.wfile.write(b" " * 65536)

        def flood(handler, _):
            handler.send_response(200)
            handler.end_headers()
            for _ in range(1 << 16):
                handler.wfile.write(b" " * 65536)

        def drip(handler, _):
            handler.send_response(200)
            handler.end_headers()
            for _ in range(60):
                handler.wfile.write(b" ")
                time.sleep(0.5)

        def hang_up(handler, _):
            handler.connection.shutdown(socket.SHUT_RDWR)
        self.refusal(promise, "is longer than 65536 bytes")
        self.refusal(flood, "is longer than 65536 bytes")
        self.refusal(drip, "timed out", timeout="2s")
        self.refusal(hang_up, "no access token: localhost")

    def test_endpoint_is_down(self):
        provider = self.provider()
        server = self.mailbox(provider)
        section = self.section(server, provider)
        there = f":{provider.endpoint.server_address[1]}/"
        with socket.socket() as taken:  # bound, not listening
            taken.bind(("127.0.0.1", 0))
            nowhere = f":{taken.getsockname()[1]}/"
            daemon = self.daemon(section.replace(there, nowhere)).start()
            until(lambda: "no access token: localhost" in daemon.words(), 20, "it says so")
        daemon.file.write_text(daemon.file.read_text().replace(nowhere, there))
        daemon.process.send_signal(signal.SIGHUP)
        until(lambda: daemon.status()["health"]["heard"], 20, "it is heard after a reload")
        daemon.stop()

    def test_no_proxy_from_the_environment(self):
        provider = self.provider()
        server = self.mailbox(provider)
        daemon = self.daemon(self.section(server, provider))
        daemon.start(https_proxy="http://127.0.0.1:1", HTTPS_PROXY="http://127.0.0.1:1", ALL_PROXY="http://127.0.0.1:1")
        until(lambda: daemon.status()["health"]["heard"], 20, "it is heard")
        daemon.stop()


if __name__ == "__main__":
    unittest.main()
