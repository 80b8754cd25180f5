"""The IMAP fetcher against Dovecot: every mail once, never marked seen, never a credential to whom it cannot trust.

usage: fetcher.py ABUSEDESK
"""
import imaplib, json, os, pathlib, pwd, re, socket, struct, subprocess, sys, threading, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dovecot import PASSWORD, Dovecot

PROGRAM = sys.argv[1]
ACCOUNT, SAFE, UNPARSED, STATE, FOLDER, ATTEMPT, MAIL, TOO_LARGE, DONE, FAULT, FETCHED, READ = 1, 2, 3, *range(16, 25)
TLS, STARTTLS, PLAIN = 0, 1, 2
LOGIN, SASL_PLAIN = 0, 1
KEEP, MARK, MOVE, DELETE = range(4)


def account(server, **changes):
    base = {"host": "localhost", "port": server and server.tls_port, "security": TLS,
            "ca": server and f"{server.home}/tls/ca.pem",
            "pin": None, "tls": None, "timeout": 10, "plaintext": False, "user": "desk", "mechanism": LOGIN,
            "secret": PASSWORD, "most": 1 << 20, "run-as": "nobody" if os.getuid() == 0 else None,
            "memory": 0,  # a sanitizer reserves terabytes of address space
            "files": 64, "disposal": KEEP, "move-to": None, "unparsed-to": None, "keyword": None,
            "batch": 100, "careful": 0, "wait": 1,
            "folders": [{"name": "INBOX", "validity": 0, "uid": 0, "modseq": 0}], "skips": []}
    return base | changes


class Fetcher:
    """Plays the daemon. run(): until the fetcher waits for news, or ended."""

    def __init__(self, settings, safe=True):
        self.end, theirs = socket.socketpair()
        self.process = subprocess.Popen(["sh", "-c", 'exec 3<&$0 "$1" fetcher', str(theirs.fileno()), PROGRAM],
                                        pass_fds=[theirs.fileno()], stderr=subprocess.DEVNULL)
        theirs.close()
        self.end.settimeout(30)
        self.mails, self.pending, self.states, self.too_large, self.done = [], [], [], [], []
        self.fault, self.safe, self.folder, self.validity = None, safe, 0, 0
        self.verdicts, self.reads = settings.get("unparsed-to") is not None, []
        self.send(ACCOUNT, json.dumps(settings).encode())

    def send(self, kind, payload):
        self.end.sendall(struct.pack("=IB", len(payload), kind) + payload)

    def send_uids(self, kind, uids):
        self.send(kind, struct.pack(f"=III{len(uids)}I", self.folder, self.validity, len(uids), *uids))

    def receive(self):
        def exactly(n):
            out = b""
            while len(out) < n:
                piece = self.end.recv(n - len(out))
                if not piece:
                    return None
                out += piece
            return out
        head = exactly(5)
        if head is None:
            return None, b""
        length, kind = struct.unpack("=IB", head)
        return kind, exactly(length) if length else b""

    def step(self):
        kind, payload = self.receive()
        if kind == STATE:
            self.states.append(payload.decode())
        elif kind == FOLDER:
            self.folder, self.validity = struct.unpack("=II", payload[:8])
        elif kind == MAIL:
            folder, validity, uid = struct.unpack("=III", payload[:12])
            self.mails.append(payload[24:])
            self.pending.append((uid, payload[24:]))
        elif kind == TOO_LARGE:
            self.too_large.append(struct.unpack("=III", payload[:12])[2])
        elif kind == FETCHED and self.safe:
            unparsed = [u for u, raw in self.pending if b"unparsed" in raw]
            if self.verdicts:
                self.send_uids(UNPARSED, unparsed)
            self.send_uids(SAFE, [u for u, _ in self.pending if not self.verdicts or u not in unparsed])
            self.pending = []
        elif kind == DONE:
            self.done += struct.unpack(f"={(len(payload) - 12) // 4}I", payload[12:])
        elif kind == READ:
            self.reads.append(struct.unpack("=IIQ", payload)[2])
        elif kind == FAULT:
            self.fault = payload[4:].decode()
        return kind

    def run(self, until="waiting"):
        while True:
            kind = self.step()
            if kind is None or (kind == STATE and self.states[-1] == until):
                return self

    def stop(self):
        self.end.close()
        self.process.wait(20)


def mail(i, size=2000):
    return (f"From: sender{i}@example.com\r\nTo: abuse@provider.example\r\nSubject: mail {i}\r\n"
            f"Message-ID: <{i}@example.com>\r\n\r\n").encode() + (b"x" * 70 + b"\r\n") * (size // 72)


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")
    print("ok:", what)


def fetch(server, **changes):
    fetcher = Fetcher(account(server, **changes)).run()
    fetcher.stop()
    return fetcher


def test_every_mail_once(server):
    mails = [mail(i) for i in range(1000)]
    server.deliver(mails)
    got = fetch(server)
    check(sorted(got.mails) == sorted(mails), f"1000 mails over TLS, byte for byte (fault: {got.fault})")
    check(server.count(seen=True) == 0, "none of them is marked seen")
    last, validity = max(got.done), got.validity
    server.deliver([mail(5000)])
    again = fetch(server, folders=[{"name": "INBOX", "validity": validity, "uid": last}])
    check(again.mails == [mail(5000)], "the next time only what is new")
    other = fetch(server, folders=[{"name": "INBOX", "validity": validity + 1, "uid": last}])
    check(len(other.mails) == 1001, "everything again when UIDVALIDITY has changed")


def test_ways_in(server):
    for name, changes in {
        "STARTTLS": {"port": server.port, "security": STARTTLS},
        "AUTHENTICATE PLAIN": {"mechanism": SASL_PLAIN},
        "plaintext when told": {"port": server.port, "security": PLAIN, "plaintext": True},
        "TLS 1.3 at least": {"tls": "1.3"},
    }.items():
        got = fetch(server, **changes)
        check(len(got.mails) == 1001, f"{name} (fault: {got.fault})")


def test_refusals(server):
    for name, changes, says in (
        ("unknown authority", {"ca": "/etc/ssl/certs/ca-certificates.crt"}, "refused"),
        ("wrong password", {"secret": "wrong"}, "authentication"),
        ("credentials without TLS", {"port": server.port, "security": PLAIN}, "not sent without TLS"),
        ("missing folder", {"folders": [{"name": "Nowhere", "validity": 0, "uid": 0}]}, "Nowhere: the server says no: "),
        ("missing folder", {"folders": [{"name": "Nowhere", "validity": 0, "uid": 0}]}, "the server has INBOX"),
        ("nobody there", {"port": 1}, "may we pass the firewall?"),
        ("no such name", {"host": "nowhere.invalid"}, "does DNS work here?"),
        ("wrong pin", {"pin": "sha256//" + "A" * 43 + "="}, "pinned"),
    ):
        got = fetch(server, **changes)
        check(not got.mails and says in (got.fault or ""), f"{name}: {got.fault}")


def test_disposals(server):
    server.deliver([mail(i) for i in range(30)], folder="Todo")
    folders = [{"name": "Todo", "validity": 0, "uid": 0}]
    got = fetch(server, folders=folders, disposal=MOVE, **{"move-to": "processed"})
    check(len(got.mails) == 30 and server.count(folder="Todo") == 0 and server.count(folder="processed") == 30,
          f"moved into a folder that was not there (fault: {got.fault})")
    server.deliver([mail(i) for i in range(10)], folder="Todo")
    unsure = Fetcher(account(server, folders=folders, disposal=DELETE), safe=False)
    while unsure.step() not in (FETCHED, None):
        pass
    unsure.stop()
    check(server.count(folder="Todo") == 10, "nothing is deleted before it is safe")
    got = fetch(server, folders=folders, disposal=DELETE)
    check(len(got.mails) == 10 and server.count(folder="Todo") == 0, "deleted once it is safe")


def test_unchanged_folder(server):
    server.deliver([mail(i) for i in range(5)], folder="Quiet")
    got = fetch(server, folders=[{"name": "Quiet", "validity": 0, "uid": 0}])
    check(len(got.mails) == 5 and len(got.reads) == 1 and got.reads[0] > 0, "a folder that was read has a modseq")
    settled = fetch(server, folders=[{"name": "Quiet", "validity": got.validity, "uid": max(got.done)}])
    known = {"name": "Quiet", "validity": got.validity, "uid": max(got.done), "modseq": settled.reads[-1]}
    again = fetch(server, folders=[known])
    check(not again.mails and not again.reads, "while it does not change it is not read again")
    # The same cursor with uid 0: were it listed, all would come.
    check(not fetch(server, folders=[known | {"uid": 0}]).mails, "nor listed")
    server.deliver([mail(5)], folder="Quiet")
    check(fetch(server, folders=[known]).mails == [mail(5)], "and when it does, what is new is found")
    check(len(fetch(server, folders=[known | {"validity": got.validity + 1}]).mails) == 6, "a new UIDVALIDITY counts as a change")


def test_unparsed(server):
    server.deliver([mail(0), mail(1) + b"unparsed\r\n", mail(2)], folder="Mixed")
    folders = [{"name": "Mixed", "validity": 0, "uid": 0}]
    got = fetch(server, folders=folders, disposal=MOVE, **{"move-to": "Understood", "unparsed-to": "Unclear"})
    check(server.count(folder="Understood") == 2 and server.count(folder="Unclear") == 1, f"each to its folder ({got.fault})")
    server.deliver([mail(3) + b"unparsed\r\n", mail(4)], folder="Mixed")
    got = fetch(server, folders=folders, disposal=DELETE, **{"unparsed-to": "Unclear"})
    check(server.count(folder="Mixed") == 0 and server.count(folder="Unclear") == 2, f"deleted, unless unclear ({got.fault})")


def test_others_mails_stay(server):
    """Where there is no MOVE, exactly what was copied is expunged."""
    server.deliver([mail(i) for i in range(4)], folder="Shared")
    with imaplib.IMAP4("127.0.0.1", server.port) as box:
        box.login("desk", PASSWORD)
        box.select("Shared")
        box.store("2", "+FLAGS", "\\Deleted")
        got = fetch(server, folders=[{"name": "Shared", "validity": 0, "uid": 0}], disposal=MOVE, most=1 << 20,
                    skips=[[0, int(box.response("UIDVALIDITY")[1][0]), 2]], **{"move-to": "processed"})
        box.noop()
        left = box.search(None, "ALL")[1][0].split()
    check(len(got.mails) == 3 and len(left) == 1, f"a mail that somebody else has marked as deleted stays ({got.fault})")


def test_too_large(server):
    server.deliver([mail(1), mail(2, size=300000), mail(3)], folder="Big")
    got = fetch(server, folders=[{"name": "Big", "validity": 0, "uid": 0}], most=100000)
    check(len(got.mails) == 2 and len(got.too_large) == 1, "a mail over the limit is named, not fetched")


def test_confined(server):
    """What these forbid is tried in tests/unit/ingest/confine.c."""
    fetcher = Fetcher(account(server, files=50)).run()
    proc = pathlib.Path(f"/proc/{fetcher.process.pid}")
    status = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines() if ":" in line)
    limits = (proc / "limits").read_text()
    check(status["NoNewPrivs"].strip() == "1" and status["Seccomp"].strip() == "2", "a fetcher is under seccomp")
    check(os.getuid() != 0 or status["Uid"].split()[0] == str(pwd.getpwnam("nobody").pw_uid), "and nobody's process")
    for name, most in (("open files", 50), ("file size", 0), ("core file size", 0)):
        check(re.search(rf"^Max {name} +{most} +{most} ", limits, re.M), f"{name}: at most {most}")
    fetcher.stop()


def test_words_before_tls():
    """Who sits between may put words behind the answer to STARTTLS, to have them taken for the server's under TLS."""
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve():
            peer, _ = listener.accept()
            with peer:
                peer.sendall(b"* OK ready\r\n")
                for line in peer.makefile("rb"):
                    heard.append(line)
                    if b"STARTTLS" in line:
                        peer.sendall(line.split()[0] + b" OK begin\r\n* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n")
        threading.Thread(target=serve, daemon=True).start()
        settings = account(None, host="localhost", port=listener.getsockname()[1], security=STARTTLS)
        got = Fetcher(settings).run()
        got.stop()
    check("had more behind it, in the clear" in (got.fault or ""), f"words behind STARTTLS end it: {got.fault}")
    check([line.split()[1] for line in heard] in ([b"STARTTLS"], [b"STARTTLS", b"LOGOUT"]), "and nothing more was said")


def test_idle(server):
    fetcher = Fetcher(account(server, folders=[{"name": "INBOX", "validity": 0, "uid": 0}])).run()
    before, started = len(fetcher.mails), time.time()
    server.deliver([mail(9001)])
    fetcher.run()
    check(len(fetcher.mails) > before and time.time() - started < 5, f"told by IDLE after {time.time() - started:.2f} s")
    fetcher.stop()


def test_without_extensions():
    with Dovecot(capability="IMAP4rev1 UIDPLUS AUTH=PLAIN SASL-IR") as server:
        server.deliver([mail(i) for i in range(5)])
        got = fetch(server, disposal=MOVE, **{"move-to": "processed"})
        check(len(got.mails) == 5 and server.count() == 0 and server.count(folder="processed") == 5,
              f"a server without MOVE and IDLE: copied, and exactly these expunged (fault: {got.fault})")
        test_others_mails_stay(server)


def test_bad_certificates():
    for certificate in ("other", "expired", "alone"):
        with Dovecot(certificate=certificate) as server:
            got = fetch(server)
            check(not got.mails and "refused" in (got.fault or ""), f"certificate {certificate}: {got.fault}")
            check(("the clock here says" in got.fault) == (certificate == "expired"), "and which clock counted")
            check("Login" not in (server.home / "log").read_text(), "and no login was tried")
            pinned = fetch(server, pin=pin_of(server, certificate))
            check(pinned.fault is None, "but its pin is trusted")


def pin_of(server, certificate):
    out = subprocess.run(f"openssl x509 -in {server.home}/tls/{certificate}.pem -pubkey -noout | "
                         "openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | openssl base64",
                         shell=True, capture_output=True, text=True, check=True)
    return "sha256//" + out.stdout.strip()


with Dovecot() as shared:
    test_every_mail_once(shared)
    test_ways_in(shared)
    test_refusals(shared)
    test_disposals(shared)
    test_unchanged_folder(shared)
    test_unparsed(shared)
    test_too_large(shared)
    test_idle(shared)
    test_confined(shared)
test_words_before_tls()
test_without_extensions()
test_bad_certificates()
