#!/usr/bin/env python3
"""The daemon as a service: what it tells systemd, what it may do, what it says of itself, and what a bomb or a loop does to it."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import house
from living import Daemon, mail, until


class Systemd:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, path):
        self.path, self.socket = str(path), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        os.chmod(self.path, 0o777)
        self.socket.settimeout(30)

    def hears(self, wanted, within=30):
        """Everything up to the message that says so."""
        end, said = time.time() + within, []
        while time.time() < end:
            said.append(dict(line.split("=", 1) for line in self.socket.recv(4096).decode().splitlines()))
            if wanted.items() <= said[-1].items():
                return said
        raise AssertionError(f"{wanted} is not said, but {said}")


class Service(house.Case):
    def daemon(self, sections="", **options):
        daemon = Daemon(self.folder, sections, **options)
        self.addCleanup(daemon.stop)
        return daemon

    def lmtp(self):
        return f"[lmtp local]\nlisten = {self.folder}/lmtp\n"

    def hand_over(self, *mails):
        with contextlib.closing(smtplib.LMTP(str(self.folder / "lmtp"), local_hostname="x", timeout=60)) as client:
            for raw in mails:
                client.sendmail("a@example.com", ["abuse@provider.example"], raw)

    def test_tells_systemd(self):
        systemd = Systemd(self.folder / "notify")
        self.addCleanup(systemd.socket.close)
        daemon = self.daemon().start(NOTIFY_SOCKET=systemd.path, WATCHDOG_USEC="10000000")
        systemd.hears({"READY": "1", "STATUS": "Running"})
        for _ in range(2):
            systemd.hears({"WATCHDOG": "1"}, within=10)
        daemon.process.send_signal(signal.SIGHUP)
        said = systemd.hears({"READY": "1", "STATUS": "Running"})
        self.assertTrue(any("MONOTONIC_USEC" in one and one.get("RELOADING") == "1" for one in said), said)
        right = daemon.file.read_text()
        daemon.file.write_text(right + "[intake]\nnonsense = 1\n")
        daemon.process.send_signal(signal.SIGHUP)
        systemd.hears({"READY": "1", "STATUS": "Running; the new configuration is wrong"})
        daemon.process.send_signal(signal.SIGSTOP)  # it hangs: nobody feeds the dog
        systemd.socket.settimeout(3)
        with self.assertRaises(TimeoutError):
            while True:
                systemd.socket.recv(4096)
        daemon.process.send_signal(signal.SIGCONT)
        systemd.socket.settimeout(30)
        systemd.hears({"WATCHDOG": "1"}, within=10)
        daemon.file.write_text(right)
        daemon.process.send_signal(signal.SIGTERM)
        systemd.hears({"STOPPING": "1"})
        self.assertEqual(daemon.process.wait(30), 0)

    def test_a_wrong_start_has_its_exit_code(self):
        daemon = self.daemon()
        right = daemon.file.read_text()
        daemon.file.write_text(right + "nonsense = 1\n")
        daemon.run("run", code=4)  # RestartPreventExitStatus= of the unit
        unit = (house.SOURCE / "etc/abusedesk.service").read_text()
        self.assertIn("RestartPreventExitStatus=4 5", unit)

    @unittest.skipUnless(os.getuid() == 0 and shutil.which("setpriv"), "becomes another user")
    def test_runs_with_nothing(self):
        """As the unit's user: no capability, no new privileges, nothing but its own folder to write into."""
        nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--inh-caps=-all",
                  "--bounding-set=-all", "--no-new-privs", os.path.abspath(house.PROGRAM)]
        if subprocess.run([*nobody, "version"], capture_output=True, check=False).returncode != 0:
            self.skipTest("that user does not get at the program")
        daemon = self.daemon(self.lmtp())
        shutil.chown(self.folder, "nobody", "nogroup")
        self.folder.chmod(0o700)
        with open(daemon.log, "ab") as log:
            daemon.process = subprocess.Popen([*nobody, "run", "--config", daemon.file, "--log", "text"],
                                              stdout=subprocess.DEVNULL, stderr=log, cwd="/")
        until(lambda: daemon.status() or daemon.process.poll() is not None, 30, "it answers")
        self.hand_over(mail(1))
        until(lambda: daemon.stored() == 1, 10, "it takes mail")
        facts = dict(re.findall(r"(\w+):\t(\S+)", pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text()))
        self.assertEqual((facts["CapEff"], facts["CapBnd"], facts["NoNewPrivs"]), ("0" * 16, "0" * 16, "1"))
        daemon.stop()

    def test_log_for_machines(self):
        daemon = self.daemon(self.lmtp())
        with open(daemon.log, "ab") as log:
            daemon.process = subprocess.Popen([house.PROGRAM, "run", "--config", daemon.file, "--log", "json"],
                                              stdout=subprocess.DEVNULL, stderr=log)
        until(daemon.status, 30, "it answers")
        daemon.stop()
        lines = [json.loads(line) for line in daemon.words().splitlines()]
        self.assertGreater(len(lines), 3)
        for line in lines:
            self.assertEqual(set(line), {"t", "level", "who", "text"})
            self.assertIn(line["level"], ("error", "warning", "notice", "info"))

    def test_metrics_for_prometheus(self):
        daemon = self.daemon(self.lmtp()).start()
        self.hand_over(mail(1))
        until(lambda: daemon.stored() == 1, 10, "it is stored")
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as asker:
            asker.connect(str(self.folder / "control"))
            asker.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = b"".join(iter(lambda: asker.recv(65536), b"")).decode()
        head, _, body = answer.partition("\r\n\r\n")
        self.assertTrue(head.startswith("HTTP/1."), head)
        self.assertIn("text/plain; version=0.0.4", head)
        types, values = {}, {}
        for line in body.splitlines():
            if line.startswith("# TYPE "):
                name, kind = line.split()[2:]
                self.assertNotIn(name, types, "a family stands in one place")
                types[name] = kind
            elif not line.startswith("#"):
                name, labels, value = re.fullmatch(r'([a-z_]+)(\{[a-z]+="[^"]*"\})? (-?\d+)', line).groups()
                self.assertIn(name, types)
                self.assertTrue(name.startswith("abusedesk_"))
                self.assertEqual(types[name] == "counter", name.endswith("_total"), name)
                values[name + (labels or "")] = int(value)
        self.assertEqual(values["abusedesk_messages_total"], 1)
        self.assertEqual(values['abusedesk_source_up{source="lmtp local"}'], 1)
        self.assertEqual(values["abusedesk_replies_heard"], 1)
        daemon.stop()

    def test_a_bomb_is_told_of_once_and_loses_nothing(self):
        daemon = self.daemon(self.lmtp(), sender_rate=20).start()
        self.hand_over(*(mail(i, size=200) for i in range(60)), *(mail(100 + i, size=200, sender="other") for i in range(20)))
        until(lambda: daemon.stored() == 80, 20, "all are stored")
        self.assertEqual(daemon.status()["floods"], 1)
        self.assertEqual(daemon.words().count("more than 20 mails from reporter@example.com within an hour"), 1)
        self.assertIn("abusedesk_floods_total 1\n", daemon.run("metrics").stdout.decode())
        daemon.stop()

    def test_a_loop_is_counted_once(self):
        daemon = self.daemon(self.lmtp()).start()
        hop = b"Received: from x (x.example [192.0.2.1]) by mx.provider.example; Mon, 02 Nov 2026 10:00:%02d +0000\r\n"
        rounds = [b"".join(hop % second for second in reversed(range(turn))) + mail(1, size=200) for turn in range(1, 25)]
        self.hand_over(*rounds)
        until(lambda: daemon.status()["sources"][0]["mails"] == 24, 20, "all are taken")
        time.sleep(0.5)
        self.assertEqual(daemon.stored(), 1)
        self.assertIn("abusedesk_messages_again_total 23\n", daemon.run("metrics").stdout.decode())
        daemon.stop()

    def test_drains(self):
        """SIGTERM in the middle: what was answered is there, the rest hears that it should come again."""
        daemon = self.daemon(self.lmtp()).start()
        with contextlib.closing(smtplib.LMTP(str(self.folder / "lmtp"), local_hostname="x", timeout=30)) as client:
            for i in range(10):
                client.sendmail("a@example.com", ["abuse@provider.example"], mail(i))
            client.putcmd("mail from:<a@example.com>")
            client.getreply()
            daemon.process.send_signal(signal.SIGTERM)
            self.assertEqual(client.getreply()[0], 421)
        self.assertEqual(daemon.process.wait(30), 0)
        self.assertEqual(daemon.stored(), 10)
        daemon.run("store", "check")


if __name__ == "__main__":
    unittest.main()
