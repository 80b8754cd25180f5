"""A running daemon for tests: its configuration, its store, its words, and how it is killed."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import house
from dovecot import PASSWORD

# A sanitizer reserves terabytes of address space; without one the limit of the product is on.
MEMORY = os.environ.get("FETCHER_MEMORY", "0B")


def mail(i, size=1500, sender="reporter"):
    return (f"From: {sender}@example.com\r\nTo: abuse@provider.example\r\nSubject: mail {i}\r\n"
            f"Message-ID: <{i}@example.com>\r\nDate: Sun, 01 Nov 2026 10:00:00 +0000\r\n\r\n"
            ).encode() + (b"words of mail %d\r\n" % i) * (size // 18)


def until(true, seconds=30, what="it happens"):
    """Waits until `true()` is; fails when it takes too long."""
    end = time.time() + seconds
    while time.time() < end:
        value = true()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s in vain until {what}")


class Daemon:
    def __init__(self, folder, sections="", **daemon):
        self.folder = pathlib.Path(folder)
        self.store, self.file = self.folder / "store", self.folder / "abusedesk.conf"
        self.log = self.folder / "log"
        self.options = {"socket": self.folder / "control", "fetcher-memory": MEMORY, "retry": "1s",
                        "retry-longest": "2s", "deaf-after": "5s"} | {k.replace("_", "-"): v for k, v in daemon.items()}
        self.process = None
        self.configure(sections)

    def configure(self, sections, extra=""):
        lines = "".join(f"{key} = {value}\n" for key, value in self.options.items())
        self.file.write_text(f"[store]\ndirectory = {self.store}\n[daemon]\n{lines}\n{extra}\n{sections}\n")

    def start(self, wait=True, **env):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([house.PROGRAM, "run", "--config", self.file, "--log", "text"],
                                            stdout=subprocess.DEVNULL, stderr=log, env={**os.environ, **env})
        if wait:
            until(lambda: self.status() or self.process.poll() is not None, 30, "the daemon answers")
            if self.process.poll() is not None:
                raise AssertionError("the daemon ended: " + self.words()[-3000:])
        return self

    def words(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def run(self, *arguments, **options):
        return house.run(*arguments, "--config", self.file, **options)

    def json(self, *arguments, code=0):
        return [json.loads(line) for line in self.run(*arguments, "--json", code=code).stdout.splitlines()]

    def status(self):
        done = self.run("status", "--json", code=None)
        answer = json.loads(done.stdout) if done.stdout else {}
        return answer.get("daemon")

    def stored(self):
        """Different messages in the store."""
        done = self.run("status", "--json", code=None)
        return json.loads(done.stdout)["store"]["messages"] if done.stdout else 0

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, code=0):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            got = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError("SIGTERM does not end it: " + self.words()[-3000:])
        if got != code:
            raise AssertionError(f"exit code {got}, not {code}: {self.words()[-3000:]}")


def imap(server, folder, name="abuse", port=None, **options):
    """An [imap] section for a Dovecot of ours."""
    password = pathlib.Path(folder) / f"password-{name}"
    password.write_text(PASSWORD + "\n")
    password.chmod(0o600)
    settings = {"host": "localhost", "port": port or server.tls_port, "ca-file": server and f"{server.home}/tls/ca.pem",
                "user": "desk", "password-file": password, "timeout": "10s", "poll": "1s"}
    settings |= {k.replace("_", "-"): v for k, v in options.items()}
    return f"[imap {name}]\n" + "".join(f"{k} = {v}\n" for k, v in settings.items() if v is not None)
