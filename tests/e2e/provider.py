"""An OAuth provider on loopback: a token endpoint over HTTPS with a certificate of the test's authority, and the plain
introspection endpoint that Dovecot asks whether a token is good."""
import contextlib
import json
import ssl
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Provider:
    """tls: folder of make_authority; answer: None for the real thing, or a function of (handler, fields) that answers."""

    def __init__(self, tls, certificate="good", lifetime=3600, user="desk"):
        self.lifetime, self.user = lifetime, user
        self.answer, self.rotate = None, False
        self.refresh, self.client = "refresh-1", ("client-7", "hush hush")
        self.tokens, self.asked, self.headers = {}, [], []
        self.endpoint = self.serve(self.post_token)
        self.asking = self.serve(self.introspect)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{tls}/{certificate}.pem", f"{tls}/{certificate}.key")
        self.endpoint.socket = context.wrap_socket(self.endpoint.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://localhost:{self.endpoint.server_address[1]}/token"
        self.introspection = f"http://127.0.0.1:{self.asking.server_address[1]}/introspect?token="
        for server in (self.endpoint, self.asking):
            threading.Thread(target=server.serve_forever, daemon=True).start()

    @staticmethod
    def serve(act):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.0"

            def do_POST(self):
                fields = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                with contextlib.suppress(OSError):
                    act(self, {k: v[0] for k, v in fields.items()})

            def do_GET(self):
                with contextlib.suppress(OSError):
                    act(self, dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query)))

            def log_message(self, *_):
                pass
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # a client that refuses the certificate
        return server

    @staticmethod
    def send(handler, code, value, headers=()):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        handler.send_response(code)
        for name, text in (("Content-Type", "application/json"), ("Content-Length", str(len(body))), *headers):
            handler.send_header(name, text)
        handler.end_headers()
        handler.wfile.write(body)

    def issue(self, lifetime=None):
        token = f"access-{len(self.tokens) + 1}"
        self.tokens[token] = time.time() + (self.lifetime if lifetime is None else lifetime)
        return token

    def post_token(self, handler, fields):
        self.asked.append(fields)
        self.headers.append(dict(handler.headers))
        if self.answer:
            self.answer(handler, fields)
        elif fields.get("grant_type") == "refresh_token" and fields.get("refresh_token") != self.refresh:
            self.send(handler, 400, {"error": "invalid_grant", "error_description":
                                     f"the token {fields.get('refresh_token')} \x1b[31m\u202e is old\nand gone"})
        else:
            given = {"access_token": self.issue(), "token_type": "Bearer", "expires_in": self.lifetime}
            if self.rotate:
                self.refresh = f"refresh-{len(self.tokens) + 1}"
                given["refresh_token"] = self.refresh
            self.send(handler, 200, given)

    def introspect(self, handler, fields):
        active = self.tokens.get(fields.get("token"), 0) > time.time()
        self.send(handler, 200, {"active": active, "username": self.user} if active else {"active": False})

    def close(self):
        for server in (self.endpoint, self.asking):
            server.shutdown()
            server.server_close()
