"""Reports that give a name instead of an address: asked for, journalled, and counted for the case of the address."""
import json
import shutil
import signal
import time
import unittest

from house import DIE_AT, Case, lines, run
from living import Daemon, until
from names import SERVFAIL, SILENT, Names

INVENTORY = ('{"prefix": "192.0.2.0/28", "customer": "acme", "server": "web1", "contacts": [{"name": "Ann", "role": "owner", '
             '"mail": "ann@acme.example", "phone": "+12025550107"}]}\n'
             '{"prefix": "198.51.100.7", "customer": "birch", "server": "vm7"}\n'
             '{"prefix": "2001:db8:1::/48", "customer": "cedar", "server": "vm8"}\n'
             '{"prefix": "10.0.0.0/8", "customer": "inside", "server": "rack"}\n')
OPERATORS = "".join(f"[operator {name}]\ndomains = {name}.example.net\ntrust = 100%\n{more}"
                    for name, more in (("alpha", ""), ("beta", ""), ("oracle", "sufficient = yes\n"), ("eye", "own-telemetry = yes\n")))
POLICY = "[intake]\ntrusted-authserv = mx.example.net\n" + OPERATORS
NIGHT = "2026-11-01T10:00:00Z"


def xarf(number, subject, reporter="alpha", category="content", kind="phishing", when=NIGHT, signed=True):
    """A report as XARF v4, from an operator whom our exchanger has authenticated."""
    report = {"xarf_version": "4.0.0", "report_id": f"550e8400-e29b-41d4-a716-{number:012d}", "timestamp": when,
              "reporter": {"org": reporter, "contact": f"abuse@{reporter}.example.net", "domain": f"{reporter}.example.net"},
              "sender": {"org": reporter, "contact": f"abuse@{reporter}.example.net", "domain": f"{reporter}.example.net"},
              "source_identifier": subject, "category": category, "type": kind, "evidence_source": "crawler"}
    if category == "content":
        report |= {"url": subject if "://" in subject else f"http://{subject}/"}
    if category == "messaging":
        report |= {"protocol": "smtp", "smtp_from": "a@example.org"}
    stamp = f"Authentication-Results: mx.example.net; dkim=pass header.d={reporter}.example.net\n" if signed else ""
    return (f"{stamp}Received: from a by mx.example.net; Sun, 01 Nov 2026 10:05:00 +0000\n"
            f"From: {reporter} <abuse@{reporter}.example.net>\nTo: abuse@example.net\nSubject: report {number}\n"
            f"Message-ID: <{number}@{reporter}.example.net>\nDate: Sun, 01 Nov 2026 10:04:00 +0000\nMIME-Version: 1.0\n"
            f"Content-Type: application/json\n\n{json.dumps(report)}\n").encode()


class Replayed(Case):
    """No network: the script stands in for the DNS."""

    def replayed(self, mails, script="", policy=POLICY, code=0, more=()):
        config, inventory, play = self.folder / "c.conf", self.folder / "i.jsonl", self.folder / "script"
        box = self.folder / "box"
        box.mkdir(exist_ok=True)
        config.write_text(policy)
        inventory.write_text(INVENTORY)
        play.write_text(script)
        for i, mail in enumerate(mails):
            (box / f"{i:03}.eml").write_bytes(mail)
        self.store = self.folder / "store"
        self.config = ["--config", config, "--store", self.store]
        options = [*self.config, "--inventory", inventory, *(["--script", play] if script else []), *more]
        events = lines("replay", "--json", *options, box, code=code)
        run("store", "check", *self.config)
        return events

    def show(self, case):
        return run("case", "show", case, *self.config).stdout.decode()

    def triage(self):
        return [m["reason"] for m in lines("triage", "list", "--json", *self.config)]

    def test_counts_for_the_case(self):
        events = self.replayed([xarf(1, "http://evil.example.com/login")], "+0 evil.example.com resolves 192.0.2.7\n")
        self.assertEqual([(e["event"], e["ip"], e["customer"]) for e in events if e["event"] in ("opened", "report")],
                         [("opened", "192.0.2.7", "acme"), ("report", "192.0.2.7", "acme")])
        shown = self.show("C-1")
        self.assertIn("http://evil.example.com/login resolved to 192.0.2.7 at 2026-11-01T10:05:00Z (script)", shown)
        self.assertIn("by a name that leads here", shown)
        self.assertIn("look whether it is served here", shown)
        self.assertEqual(self.triage(), [])

    def test_never_confirms_by_itself(self):
        names = ["alpha", "beta", "oracle", "eye"]
        mails = [xarf(i, "http://evil.example.com/", name) for i, name in enumerate(names)]
        events = self.replayed(mails, "+0 * resolves 192.0.2.7\n")
        self.assertEqual(len([e for e in events if e["event"] == "report"]), 4)
        self.assertNotIn("confirmed", [e["event"] for e in events])
        # but the desk is told, once, and of no stranger's word
        self.assertEqual(lines("store", "stats", "--json", *self.config)[0]["actions"], 1)
        self.setUp()
        self.replayed([xarf(i, "http://evil.example.com/", "alpha" if i else "x", signed=False) for i in range(2)], "+0 * resolves 192.0.2.7\n")
        self.assertEqual(lines("store", "stats", "--json", *self.config)[0]["actions"], 0)

    def test_supports_what_somebody_saw(self):
        mails = [xarf(1, "http://evil.example.com/"), xarf(2, "192.0.2.7", "beta")]
        self.assertIn("confirmed", [e["event"] for e in self.replayed(mails, "+0 * resolves 192.0.2.7\n")])
        # and does not keep it on the ladder: both were seen before the warning, only a name was seen after it
        (self.folder / "box").rename(self.folder / "first")
        (self.folder / "store").rename(self.folder / "first-store")
        late = [xarf(3 + i, f"http://evil{i}.example.com/", "alpha", when=f"2026-11-01T{11 + i}:00:00Z")
                .replace(b"01 Nov 2026 10:05", b"01 Nov 2026 %d:05" % (11 + i)) for i in range(4)]
        events = [e["event"] for e in self.replayed(mails + late, "+0 * resolves 192.0.2.7\n")]
        self.assertIn("warned", events)
        self.assertNotIn("called", events)
        self.assertNotIn("cut", events)

    def test_literal_addresses_need_no_dns(self):
        for url in ("http://192.0.2.7/x", "http://3221225991/", "http://[::ffff:192.0.2.7]:8080/", "http://u@192.0.2.7/"):
            with self.subTest(url):
                self.setUp()
                events = self.replayed([xarf(1, url), xarf(2, url, "beta")])
                self.assertIn("confirmed", [e["event"] for e in events])
                self.assertNotIn("resolved to", self.show("C-1"))

    def test_without_an_answer_it_says_so(self):
        self.replayed([xarf(1, "http://evil.example.com/")])
        self.assertEqual(self.triage(), ["names no address; evil.example.com was not looked up: a replay asks nobody"])

    def test_each_address_of_ours(self):
        script = "+0 evil.example.com resolves 192.0.2.7 203.0.113.9 198.51.100.7 2001:db8:1::25 10.1.2.3 127.0.0.1\n"
        events = self.replayed([xarf(1, "http://evil.example.com/")], script)
        opened = sorted((e["ip"], e["customer"]) for e in events if e["event"] == "opened")
        self.assertEqual(opened, [("192.0.2.7", "acme"), ("198.51.100.7", "birch"), ("2001:db8:1::", "cedar")])

    def test_elsewhere_is_recorded(self):
        script = ("+0 cdn.example.com resolves 203.0.113.1 203.0.113.2\n+0 gone.example.com resolves nothing\n"
                  "+0 inside.example.com resolves 10.1.2.3\n")
        self.replayed([xarf(i, f"http://{name}.example.com/") for i, name in enumerate(("cdn", "gone", "inside"))], script)
        self.assertEqual(lines("case", "list", "--all", "--json", *self.config), [])
        self.assertEqual(self.triage(), [])
        self.assertEqual(lines("store", "stats", "--json", *self.config)[0]["reports_not_ours"], 2)

    def test_unknown_is_tried_again_then_a_persons(self):
        script = "+0 slow.example.com resolves unknown\n+10min slow.example.com resolves 192.0.2.7\n+0 never.example.com resolves unknown\n"
        events = self.replayed([xarf(1, "http://slow.example.com/"), xarf(2, "http://never.example.com/")], script)
        self.assertEqual([e["t"] for e in events if e["event"] == "opened"], ["2026-11-01T10:20:00Z"])
        self.assertEqual(self.triage(), ["names no address; nobody could say where never.example.com leads: SERVFAIL"])

    def test_what_a_name_does_not_tell(self):
        """Where a domain leads does not say who sent mail in its name."""
        self.replayed([xarf(1, "shop.example.com", category="messaging", kind="spam")], "+0 * resolves 192.0.2.7\n")
        self.assertEqual(lines("case", "list", "--all", "--json", *self.config), [])
        self.assertIn("leads to 192.0.2.7 of acme, which need not be what did it", self.triage()[0])

    def test_changed_hands(self):
        (self.folder / "late").mkdir()
        global INVENTORY
        kept, INVENTORY = INVENTORY, ('{"prefix": "192.0.2.7", "customer": "then", "server": "a", "valid_until": "2026-11-01T10:02:00Z"}\n'
                                      '{"prefix": "192.0.2.7", "customer": "now", "server": "b", "valid_from": "2026-11-01T10:02:00Z"}\n')
        try:
            self.replayed([xarf(1, "http://evil.example.com/")], "+0 * resolves 192.0.2.7\n")
        finally:
            INVENTORY = kept
        self.assertEqual(lines("case", "list", "--all", "--json", *self.config), [])
        self.assertIn("changed hands", self.triage()[0])

    def test_names_in_one_mail(self):
        sites = "".join(f'<site url="http://h{i}.example.com/" type="0"/>' for i in range(40))
        mail = ("From: Google Safe Browsing Alerts <noreply@google.com>\nTo: abuse@example.net\n"
                "Subject: Safe Browsing notification for AS64500\nMessage-ID: <l@mail.google.com>\n"
                "Received: from a by mx.example.net; Sun, 01 Nov 2026 10:05:00 +0000\nMIME-Version: 1.0\nContent-Type: text/plain\n\n"
                f'<?xml version="1.0"?>\n<safebrowsing><as id="64500">{sites}</as></safebrowsing>\n').encode()
        events = self.replayed([mail], "+0 * resolves 192.0.2.7\n", POLICY + "[lookup]\nnames = 10\n")
        self.assertEqual(len([e for e in events if e["event"] == "report"]), 10)
        self.assertEqual(self.triage(), ["more than 10 names: h10.example.com and those after it were not looked up"])

    def test_a_flood_of_reports_of_one_name(self):
        """Each would be a report for each address that the name leads to; whoever sends them, a known operator is heard."""
        def table(number):
            rows = "".join(f"2026-11-01T10:00:{i % 60:02}Z,http://evil.example.com/{number}/p{i},phishing\n" for i in range(2100))
            return ("Received: from a by mx.example.net; Sun, 01 Nov 2026 10:05:00 +0000\nFrom: x <abuse@x.example.org>\n"
                    f"To: abuse@example.net\nSubject: phishing report\nMessage-ID: <{number}@x.example.org>\n"
                    "Date: Sun, 01 Nov 2026 10:04:00 +0000\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
                    "--b\nContent-Type: text/plain\n\nPhishing report, see the attachment.\n"
                    "--b\nContent-Type: text/csv; name=report.csv\nContent-Disposition: attachment; filename=report.csv\n\n"
                    f"timestamp,url,category\n{rows}--b--\n").encode()
        more = "more than 2000 reports name no address: those after them were not looked up"
        waits = "names no address, and 1000 reports wait for evil.example.com already"
        known = xarf(3, "http://evil.example.com/login")
        for script, filed, second in (("+1h * resolves 192.0.2.7\n", 1001, waits), ("+0 * resolves 192.0.2.7\n", 3001, more)):
            with self.subTest(script):
                self.setUp()
                events = self.replayed([table(1), table(2), known], script)
                self.assertEqual(len([e for e in events if e["event"] == "report"]), filed)
                self.assertEqual(sorted(self.triage()), sorted([waits, second]))
                self.assertTrue(any("alpha" in e["text"] for e in events if e["event"] == "report"))

    def test_answers_are_forgotten(self):
        """An hour after an answer nobody needs it; by the journal's clock, so that a rebuild agrees."""
        def kept():
            copy = self.folder / "copy"
            run("store", "backup", copy, *self.config)
            index = (copy / "index/data.mdb").read_bytes()  # compacted: nothing that was dropped is in it
            shutil.rmtree(copy)
            return index.count(b'"rcode":')

        mails = [xarf(1, "http://evil.example.com/a"), xarf(2, "http://gone.example.com/a")]
        later = xarf(3, "192.0.2.9").replace(b"10:05:00", b"13:05:00").replace(b"10:04:00", b"13:04:00")
        script = "+0 evil.example.com resolves 192.0.2.7\n+0 gone.example.com resolves nothing\n"
        for until, count in (("30min", 2), ("4h", 0)):
            self.setUp()
            self.replayed([*mails, later], script, more=["--until", until])
            self.assertEqual(kept(), count)
        before = lines("store", "stats", "--json", *self.config)
        run("store", "rebuild", *self.config)
        self.assertEqual(lines("store", "stats", "--json", *self.config), before)
        self.assertEqual(kept(), 0)
        run("store", "check", *self.config)

    def test_hostile_names(self):
        for name in ("http://localhost/", "http://db.internal/", "http://a\x01b.example.com/", "http://" + "a" * 300 + ".example.com/",
                     "http://\u202emoc.example.com/", "http://wpad/"):
            with self.subTest(name):
                self.setUp()
                self.replayed([xarf(1, name)], "+0 * resolves 192.0.2.7\n")
                self.assertEqual(lines("case", "list", "--all", "--json", *self.config), [])
                self.assertEqual(len(self.triage()), 1)

    def test_switched_off(self):
        self.replayed([xarf(1, "http://evil.example.com/")], "+0 * resolves 192.0.2.7\n", POLICY + "[lookup]\nnames = 0\n")
        self.assertEqual(self.triage(), ["names no address"])

    def test_rebuild_is_the_same(self):
        script = "+0 * resolves unknown\n+5min evil1.example.com resolves 192.0.2.7 198.51.100.7\n+6min evil2.example.com resolves nothing\n"
        self.replayed([xarf(i, f"http://evil{i}.example.com/") for i in range(3)], script)
        before = [run(*what, "--json", *self.config).stdout for what in (["store", "stats"], ["case", "list", "--all"], ["triage", "list"])]
        run("store", "rebuild", *self.config)
        after = [run(*what, "--json", *self.config).stdout for what in (["store", "stats"], ["case", "list", "--all"], ["triage", "list"])]
        self.assertEqual(before, after)


    def test_killed_at_a_write(self):
        script = "+0 * resolves unknown\n" + "".join(f"+{i + 1}min evil{i}.example.com resolves 192.0.2.{i}\n" for i in range(1, 6))
        mails = [xarf(i, f"http://evil{i}.example.com/") for i in range(7)]
        self.replayed(mails, script)
        box, play = self.folder / "box", self.folder / "script"
        command = ["replay", "--json", "--config", self.folder / "c.conf", "--inventory", self.folder / "i.jsonl", "--script", play]
        preload = {"LD_PRELOAD": DIE_AT, "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}
        count = self.folder / "count"
        whole = self.folder / "whole"
        run(*command, "--store", whole, box, env=preload | {"DIE_COUNT": str(count)})

        def state(store):
            return [run(*what, "--json", "--config", self.folder / "c.conf", "--store", store).stdout.replace(str(store).encode(), b"")
                    for what in (["store", "stats"], ["case", "list", "--all"], ["triage", "list"])]
        for moment in range(1, int(count.read_text()) + 1, 2):
            with self.subTest(moment=moment):
                store = self.folder / f"store-{moment}"
                self.assertEqual(run(*command, "--store", store, box, env=preload | {"DIE_AT": str(moment)}, code=None).returncode, -9)
                run(*command, "--store", store, box)
                self.assertEqual(state(store), state(whole))
                run("store", "check", "--config", self.folder / "c.conf", "--store", store)


class Live(Case):
    """The daemon, and a name server on loopback."""

    def setUp(self):
        super().setUp()
        self.names = Names({})
        self.inbox = self.folder / "inbox"
        for name in ("cur", "new", "tmp"):
            (self.inbox / name).mkdir(parents=True)

    def daemon(self, **options):
        settings = {"resolvers": f"127.0.0.1:{self.names.port}", "timeout": "1s", "retry": "1s", "tries": "3"}
        settings |= {k.replace("_", "-"): v for k, v in options.items()}
        daemon = Daemon(self.folder, POLICY + f"[maildir inbox]\npath = {self.inbox}\npoll = 1s\n[lookup]\n"
                        + "".join(f"{k} = {v}\n" for k, v in settings.items()))
        (self.folder / "i.jsonl").write_text(INVENTORY)
        daemon.run("inventory", "import", self.folder / "i.jsonl")
        daemon.start()
        self.addCleanup(daemon.stop)
        return daemon

    def arrive(self, number, *arguments, **options):
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60))
        path = self.inbox / "tmp" / f"{number}.host"
        path.write_bytes(xarf(number, *arguments, **{"when": now} | options))
        path.rename(self.inbox / "new" / path.name)

    @staticmethod
    def cases(daemon):
        return {case["ip"]: case["reports"] for case in daemon.json("case", "list", "--all")}

    @staticmethod
    def waiting(daemon):
        return json.loads(daemon.run("status", "--json", code=None).stdout)["store"]["names_waiting"]

    def test_asked_and_counted(self):
        self.names.texts |= {
            "evil.example.com": {"A": ["192.0.2.7"], "AAAA": ["2001:db8:1::25", "2001:db8:ffff::1"], "ttl": 77},
            "alias.example.com": {"CNAME": "target.example.com", "A": ["198.51.100.7"]},
            "half.example.com": {"A": ["192.0.2.8"], "fails": [28]},
            "inside.example.com": {"A": ["10.1.2.3", "127.0.0.1", "192.168.0.1"], "AAAA": ["::1", "fe80::1"]},
            "gone.example.com": None}
        daemon = self.daemon()
        for number, name in enumerate(("evil", "alias", "half", "inside", "gone")):
            self.arrive(number, f"http://{name}.example.com/x")
        until(lambda: len(self.cases(daemon)) == 4 and self.waiting(daemon) == 0, 30, "all are asked and counted")
        self.assertEqual(self.cases(daemon), {"192.0.2.7": 1, "2001:db8:1::": 1, "198.51.100.7": 1, "192.0.2.8": 1})
        shown = daemon.run("case", "show", "C-1").stdout.decode()
        self.assertRegex(shown, r"http://evil.example.com/x resolved to 192.0.2.7 at 20..-..-..T..:..:..Z \(127.0.0.1:%d\)" % self.names.port)
        self.assertEqual(daemon.json("triage", "list"), [])
        self.assertNotIn("evil.example.com", daemon.words().split("resolved to")[0].split("opened")[0])
        journal = b"".join(p.read_bytes() for p in sorted(daemon.store.glob("journal/*")))
        self.assertIn(b'"ttl":77', journal)
        asked = len(self.names.questions)
        self.arrive(9, "http://evil.example.com/another", "beta")
        until(lambda: self.cases(daemon)["192.0.2.7"] == 2, 20, "the answer is still good")
        self.assertEqual(len(self.names.questions), asked)
        self.assertNotIn(("evil.example.com.example.com", 1), self.names.questions)
        daemon.stop()
        daemon.run("store", "check")
        before = daemon.run("case", "list", "--all", "--json").stdout
        daemon.run("store", "rebuild")
        self.assertEqual(daemon.run("case", "list", "--all", "--json").stdout, before)

    def test_nobody_answers(self):
        self.names.texts |= {"fail.example.com": SERVFAIL, "silent.example.com": SILENT}
        daemon = self.daemon()
        self.arrive(1, "http://fail.example.com/")
        self.arrive(2, "http://silent.example.com/")
        until(lambda: len(daemon.json("triage", "list")) == 2, 60, "both are for a person")
        reasons = sorted(m["reason"] for m in daemon.json("triage", "list"))
        self.assertIn("nobody could say where fail.example.com leads", reasons[0])
        self.assertIn("nobody could say where silent.example.com leads", reasons[1])
        self.names.texts["fail.example.com"] = {"A": ["192.0.2.7"]}
        daemon.run("triage", "reparse")
        until(lambda: self.cases(daemon) == {"192.0.2.7": 1}, 20, "parsed again, it is asked again")

    def test_killed_while_it_waits(self):
        self.names.texts |= {f"h{i}.example.com": SILENT for i in range(30)}
        daemon = self.daemon(timeout="5s", at_once="7", tries="50")
        for i in range(30):
            self.arrive(i, f"http://h{i}.example.com/")
        until(lambda: self.waiting(daemon) == 30 and self.names.asked, 30, "they wait")
        daemon.kill()
        for i in range(30):
            self.names.texts[f"h{i}.example.com"] = {"A": ["192.0.2.7"]}
        for _ in range(3):
            daemon.start()
            time.sleep(0.3)
            daemon.kill()
        daemon.start()
        until(lambda: self.cases(daemon) == {"192.0.2.7": 30}, 60, "each counts, once")
        self.assertEqual(self.waiting(daemon), 0)
        daemon.process.send_signal(signal.SIGHUP)
        until(lambda: "was reloaded" in daemon.words(), 20, "it has reloaded")
        self.names.texts["more.example.com"] = {"A": ["192.0.2.8"]}
        self.arrive(31, "http://more.example.com/")
        until(lambda: "192.0.2.8" in self.cases(daemon), 20, "asked after the reload too")
        daemon.stop()
        daemon.run("store", "check")

    def test_so_many_an_hour(self):
        self.names.texts |= {f"h{i}.example.com": {"A": ["192.0.2.7"]} for i in range(40)}
        daemon = self.daemon(per_hour="10", at_once="4")
        for i in range(20):
            self.arrive(i, f"http://h{i}.example.com/", signed=False)
        until(lambda: self.cases(daemon) == {"192.0.2.7": 5} and self.waiting(daemon) == 15, 30, "half for strangers")
        for i in range(20, 40):
            self.arrive(i, f"http://h{i}.example.com/")
        until(lambda: self.cases(daemon) == {"192.0.2.7": 10} and self.waiting(daemon) == 30, 30, "the rest for those we know")
        self.assertIn("names wait until the hour is over", daemon.words())
        metrics = daemon.run("metrics").stdout.decode()
        self.assertIn("abusedesk_names_asked_total 10", metrics)
        self.assertIn("abusedesk_names_waiting 30", metrics)
        self.assertEqual(daemon.status()["names"]["held_back"], True)


if __name__ == "__main__":
    unittest.main()
