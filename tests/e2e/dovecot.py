"""A Dovecot on loopback, made on the spot: its own folder, ports, users and certificates, and gone afterwards."""
import contextlib, os, pathlib, pwd, shutil, signal, socket, subprocess, tempfile, time

PASSWORD = "correct horse"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run(*command, cwd=None):
    subprocess.run(command, check=True, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_authority(folder):
    """ca.pem and, signed by it: good (localhost), other (another name), expired; and alone.pem, signed by nobody."""
    folder.mkdir(parents=True, exist_ok=True)
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=Test authority",
        "-keyout", "ca.key", "-out", "ca.pem", cwd=folder)
    for name, host, start, end in (("good", "localhost", "", ""), ("other", "elsewhere.example", "", ""),
                                   ("expired", "localhost", "20200101000000Z", "20200201000000Z")):
        run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={host}",
            "-keyout", f"{name}.key", "-out", f"{name}.csr", cwd=folder)
        (folder / "ext").write_text(f"subjectAltName=DNS:{host}\n")
        if start:
            (folder / "index.txt").write_text("")
            (folder / "serial").write_text("01\n")
            (folder / "ca.cnf").write_text(
                "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\n"
                "policy=p\ncertificate=ca.pem\nprivate_key=ca.key\n[p]\ncommonName=supplied\n")
            run("openssl", "ca", "-batch", "-config", "ca.cnf", "-in", f"{name}.csr", "-out", f"{name}.pem",
                "-startdate", start, "-enddate", end, "-extfile", "ext", cwd=folder)
        else:
            run("openssl", "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "30",
                "-CAcreateserial", "-extfile", "ext", "-out", f"{name}.pem", cwd=folder)
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=localhost",
        "-addext", "subjectAltName=DNS:localhost", "-keyout", "alone.key", "-out", "alone.pem", cwd=folder)
    for file in folder.iterdir():
        file.chmod(0o644)


class Dovecot:
    """with Dovecot() as server: server.port (plain, STARTTLS), server.tls_port, server.deliver(mails)"""

    def __init__(self, certificate="good", capability=None, users=("desk",), extra=""):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="dovecot-"))
        self.home.chmod(0o755)
        self.port, self.tls_port = free_port(), free_port()
        self.certificate, self.capability, self.users = certificate, capability, users
        self.extra = extra  # more of its configuration
        make_authority(self.home / "tls")

    def __enter__(self):
        me = pwd.getpwuid(os.getuid()).pw_name
        owner = "dovecot" if me == "root" else me
        group = "dovecot" if me == "root" else str(os.getgid())
        mails = self.home / "mail"
        for user in self.users:
            for part in ("cur", "new", "tmp"):
                (mails / user / part).mkdir(parents=True, exist_ok=True)
        if me == "root":
            run("chown", "-R", "dovecot:dovecot", str(mails))
        uid, gid = pwd.getpwnam(owner).pw_uid, pwd.getpwnam(owner).pw_gid
        (self.home / "users").write_text("".join(f"{u}:{{PLAIN}}{PASSWORD}\n" for u in self.users))
        capability = f"imap_capability = {self.capability}" if self.capability else ""
        (self.home / "dovecot.conf").write_text(f"""
base_dir = {self.home}/run
state_dir = {self.home}/state
log_path = {self.home}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {owner}
default_internal_group = {group}
default_login_user = {owner}
first_valid_uid = 1
last_valid_uid = 0
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{self.home}/tls/{self.certificate}.pem
ssl_key = <{self.home}/tls/{self.certificate}.key
mail_location = maildir:{mails}/%u
mail_max_userip_connections = 200
{capability}
{self.extra}
passdb {{
  driver = passwd-file
  args = {self.home}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={mails}/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {self.port}
  }}
  inet_listener imaps {{
    port = {self.tls_port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
""")
        self.start()
        return self

    def start(self):
        self.process = subprocess.Popen(["dovecot", "-F", "-c", str(self.home / "dovecot.conf")],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as s:
                if s.recv(64).startswith(b"* OK"):
                    return
            time.sleep(0.05)
        raise RuntimeError("dovecot does not come up: " + (self.home / "log").read_text()[-2000:])

    def stop(self):
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def deliver(self, mails, user="desk", folder=None):
        """Puts raw mails into the folder's new/, as a delivery agent does."""
        def give(path):  # before a mail can be seen: from then on the server moves it as it likes
            if os.getuid() == 0:
                shutil.chown(path, "dovecot", "dovecot")
        box = self.home / "mail" / user
        if folder:
            box = box / f".{folder}"
            for part in (".", "cur", "new", "tmp"):
                (box / part).mkdir(parents=True, exist_ok=True)
                give(box / part)
        for i, raw in enumerate(mails):
            new = box / "tmp" / f"{time.time():.6f}.{os.getpid()}_{i}.test"
            new.write_bytes(raw)
            give(new)
            os.rename(new, box / "new" / new.name)

    def count(self, user="desk", folder=None, seen=False):
        box = self.home / "mail" / user
        if folder:
            box = box / f".{folder}"
        files = [f for part in ("cur", "new") if (box / part).exists() for f in (box / part).iterdir()]
        return sum(1 for f in files if "S" in f.name.partition(":2,")[2]) if seen else len(files)
