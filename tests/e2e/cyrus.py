"""A Cyrus IMAP server on loopback, from Debian's packages unpacked below the build folder: its own folder, ports, users."""
import contextlib, imaplib, os, pathlib, pwd, shutil, signal, socket, subprocess, tempfile, time

from dovecot import PASSWORD, free_port, make_authority, run

ROOT = pathlib.Path(os.environ.get("PACKAGES", "/nonexistent"))
BIN = ROOT / "usr/lib/cyrus/bin"


def available():
    return (BIN / "master").exists()


class Cyrus:
    """with Cyrus() as server: server.port (plain, STARTTLS), server.tls_port, server.deliver(mails)"""

    def __init__(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="cyrus-"))
        self.home.chmod(0o755)
        self.port, self.tls_port = free_port(), free_port()
        self.env = {**os.environ, "LD_LIBRARY_PATH": str(ROOT / "usr/lib/x86_64-linux-gnu")}
        make_authority(self.home / "tls")

    def __enter__(self):
        home, conf = self.home, self.home / "conf"
        for name in ("db", "socket", "proc", "log", "lock", "msg", "user"):
            (conf / name).mkdir(parents=True)
        (home / "spool").mkdir()
        me = pwd.getpwuid(os.getuid()).pw_name
        owner = "nobody" if me == "root" else me
        (home / "imapd.conf").write_text(f"""
servername: localhost
configdirectory: {conf}
partition-default: {home}/spool
defaultpartition: default
mboxname_lockpath: {conf}/lock
proc_path: {conf}/proc
admins: admin
cyrus_user: {owner}
allowplaintext: yes
sasl_mech_list: PLAIN LOGIN
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {home}/passwords
virtdomains: off
unixhierarchysep: yes
altnamespace: yes
tls_server_cert: {home}/tls/good.pem
tls_server_key: {home}/tls/good.key
""")
        options = f"-C {home}/imapd.conf"
        (home / "cyrus.conf").write_text(f"""
START {{
  recover cmd="{BIN}/ctl_cyrusdb {options} -r"
  idled cmd="{BIN}/idled {options}"
}}
SERVICES {{
  imap cmd="{BIN}/imapd {options}" listen="127.0.0.1:{self.port}" prefork=0
  imaps cmd="{BIN}/imapd {options} -s" listen="127.0.0.1:{self.tls_port}" prefork=0
}}
EVENTS {{
}}
""")
        for user in ("admin", "desk"):
            subprocess.run([ROOT / "usr/sbin/saslpasswd2", "-p", "-c", "-f", home / "passwords", "-u", "localhost", user],
                           input=PASSWORD.encode(), env=self.env, check=True)
        if me == "root":
            run("chown", "-R", owner, str(home))
        self.start()
        self.admin = imaplib.IMAP4("127.0.0.1", self.port)
        self.admin.login("admin", PASSWORD)
        self.expect(self.admin.create("user/desk"))
        return self

    @staticmethod
    def expect(answer):
        if answer[0] != "OK":
            raise RuntimeError(f"cyrus says {answer}")
        return answer[1]

    def start(self):
        self.process = subprocess.Popen([BIN / "master", "-C", self.home / "imapd.conf", "-M", self.home / "cyrus.conf", "-p",
                                         self.home / "conf/master.pid"], env=self.env, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, start_new_session=True)
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 5) as s:
                if s.recv(64).startswith(b"* OK"):
                    return
            time.sleep(0.05)
        raise RuntimeError("cyrus does not come up")

    def stop(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(20)

    def __exit__(self, *_):
        with contextlib.suppress(Exception):
            self.admin.logout()
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    @contextlib.contextmanager
    def desk(self):
        box = imaplib.IMAP4("127.0.0.1", self.port)
        box.login("desk", PASSWORD)
        yield box
        box.logout()

    def deliver(self, mails, folder="INBOX"):
        with self.desk() as box:
            for raw in mails:
                self.expect(box.append(folder, None, None, raw))

    def count(self, folder="INBOX", what="MESSAGES"):
        """-1: there is no such folder."""
        with self.desk() as box:
            status, answer = box.status(folder, f"({what})")
            return int(answer[0].split()[-1].rstrip(b")")) if status == "OK" else -1
