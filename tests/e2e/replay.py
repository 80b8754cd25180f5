#!/usr/bin/env python3
"""replay: the same in, the same out; and what it tells."""
import gzip
import json
import mailbox as mailboxes
import os
import re
import signal
import subprocess
import sys
import unittest

import house
from house import OPTIONS, SCRIPT, STORY

PUBLIC = {"opened", "report", "confirmed", "warned", "called", "cut", "restored", "responded", "held", "resumed",
          "quiescent", "needs-human", "closed", "triaged", "contact-anomaly"}


class Replay(house.Case):
    def test_same_bytes(self):
        for options in (["--json"], []):
            first, second = self.replay(*options), self.replay(*options)
            self.assertEqual(first.stdout, second.stdout)
            self.assertGreater(len(first.stdout), 5000)
            self.assertEqual(first.stderr, b"")

    def test_json_is_what_was_promised(self):
        events = [json.loads(line) for line in self.replay("--json").stdout.splitlines()]
        self.assertEqual(sorted(e["t"] for e in events), [e["t"] for e in events])
        for event in events:
            self.assertIn(event["event"], PUBLIC)
            self.assertTrue({"t", "case", "ip", "customer"} <= event.keys())
            self.assertRegex(event["t"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_the_ladder_takes_its_time(self):
        events = [json.loads(line) for line in self.replay("--json").stdout.splitlines()]
        cut = [e for e in events if e["event"] == "cut"]
        self.assertTrue(cut)
        for event in cut:
            mine = {e["event"]: e["t"] for e in events if e["case"] == event["case"]}
            self.assertLess(mine["warned"], mine["called"])
            self.assertLess(mine["called"], event["t"])
            hours = [int(t[11:13]) * 60 + int(t[14:16]) for t in (mine["warned"], mine["called"], event["t"])]
            self.assertGreaterEqual(hours[1] - hours[0], 120)
            self.assertGreaterEqual(hours[2] - hours[1], 120)

    def test_nobody_else_behind_the_port_is_cut(self):
        """A cut switches a port off: whoever must not be cut, or is another customer, saves all that is behind it."""
        rows = (STORY / "inventory.jsonl").read_text()
        beside = json.dumps({"prefix": "192.0.2.31/32", "customer": "cedar", "server": "dns", "contacts": [],
                             "network_driver": "dry-run", "network_handle": "port-30"})
        cases = {"another customer": (rows.replace("port-40", "port-30"), ""),
                 "listed by the configuration": (f"{rows}{beside}\n", "[breaker]\nnever-cut = 192.0.2.31\n"),
                 "listed by the inventory": (f"{rows}{beside[:-1]}, \"never_cut\": true}}\n", "")}
        for name, (inventory, settings) in cases.items():
            with self.subTest(name):
                (self.folder / "inventory.jsonl").write_text(inventory)
                (self.folder / "desk.conf").write_text((STORY / "story.conf").read_text() + settings)
                events = house.lines("replay", "--json", "--config", self.folder / "desk.conf", "--inventory",
                                     self.folder / "inventory.jsonl", *SCRIPT, STORY / "story.mbox")
                mine = [e["event"] for e in events if e["ip"] == "192.0.2.30"]
                self.assertIn("needs-human", mine)
                self.assertNotIn("cut", mine)

    def test_what_another_case_keeps_off_is_not_restored(self):
        """Two machines behind one port, both cut; whoever lets one of them go, by confirmation or at the desk, switches
        nothing on before the other one is done with."""
        mails = (STORY / "story.mbox").read_bytes().split(b"\nFrom ")
        beside = [mail.replace(b"192.0.2.30", b"192.0.2.31").replace(b"Message-ID: <", b"Message-ID: <beside-")
                  for mail in mails if b"192.0.2.30" in mail]
        box = self.folder / "beside.mbox"
        box.write_bytes(b"From " + b"\nFrom ".join(beside))
        rows = [json.loads(row) for row in (STORY / "inventory.jsonl").read_text().splitlines()]
        cedar = next(row for row in rows if row["prefix"] == "192.0.2.30/32")
        inventory = self.folder / "inventory.jsonl"
        inventory.write_text("".join(json.dumps(row) + "\n" for row in [*rows, {**cedar, "prefix": "192.0.2.31/32"}]))
        (self.folder / "desk.conf").write_text((STORY / "story.conf").read_text() + "[breaker]\ncuts-per-customer-hour = 5\nfleet = 50%\n")
        ways = {"a confirmation": "cut+1h 192.0.2.31 reply confirmation A stolen key, all is new.\n",
                "the desk": "cutting+0 192.0.2.31 read-back unknown\nneeds-human+1h 192.0.2.31 operator alice restore\n"}
        for name, lines in ways.items():
            with self.subTest(name):
                script = self.folder / "script"
                script.write_text("+0 * call no-answer\n" + lines)
                done = house.run("replay", "--config", self.folder / "desk.conf", "--inventory", inventory, "--script", script,
                                 "--until", "2d", STORY / "story.mbox", box)
                told = [line for line in done.stdout.decode().splitlines() if "192.0.2.31" in line]
                other = [line for line in done.stdout.decode().splitlines() if "192.0.2.30 " in line]
                self.assertTrue(any(" cutting " in line for line in told), told)
                self.assertTrue(any(" cut " in line for line in other), other)
                self.assertTrue(any("the network stays off for another case" in line for line in told), told)
                self.assertFalse(any(" restoring " in line for line in told), told)

    def test_what_a_driver_does_not_do(self):
        """A cut or a restoring that fails leaves the network as it was: a person is asked, nothing is written twice."""
        for name, lines, ends in (("cut", "+0 192.0.2.30 cut failed\n", "the driver was told to cut, and the network is on"),
                                  ("restore", "+0 192.0.2.30 restore failed\ncut+1h 192.0.2.30 reply confirmation All is new.\n",
                                   "the driver was told to restore, and the network is not seen on")):
            with self.subTest(name):
                script = self.folder / "script"
                script.write_text("+0 * call no-answer\n" + lines)
                done = house.run("replay", *OPTIONS, "--script", script, "--until", "2d", STORY / "story.mbox")
                told = [line[45:] for line in done.stdout.decode().splitlines() if " 192.0.2.30 " in line]
                self.assertEqual([line.split()[0] for line in told if "needs-human" in line], ["needs-human"], told)
                self.assertTrue(any(ends in line for line in told), told)
                self.assertEqual(len([line for line in told if line.startswith("cutting")]), 1)

    def test_a_machine_that_answers_is_mentioned(self):
        script = self.folder / "script"
        script.write_text("+0 * call no-answer\nwarned+10min 192.0.2.30 reply automatic I am away.\n")
        done = house.run("replay", *OPTIONS, "--script", script, "--until", "2d", STORY / "story.mbox")
        told = [line[45:] for line in done.stdout.decode().splitlines() if " 192.0.2.30 " in line]
        self.assertTrue(any("it counts for nothing" in line for line in told))
        self.assertTrue(any(line.startswith("cut ") for line in told), told)

    def test_whether_it_goes_on_by_source(self):
        store = self.folder / "desk"
        self.replay("--until", "5h", "--store", store)
        said = house.lines("case", "show", "C-4", "--json", *house.config_of(store))[0]["evidence"]["testimonies"]
        self.assertEqual({line["operator"]: line["persistence"] for line in said},
                         {"abusix": "persisting", "mailbox": "persisting", "yahoo": "unknown"})
        shown = house.run("case", "show", "C-4", *house.config_of(store)).stdout.decode()
        self.assertIn("63 of 70; since they were told: persisting, seen 2026-11-10 11:01", shown)
        self.assertIn("56 of 70; since they were told: unknown, seen 2026-11-10 09:01", shown)
        before = house.lines("case", "show", "C-3", "--json", *house.config_of(store))[0]["evidence"]["testimonies"]
        self.assertEqual({line["persistence"] for line in before}, {None})

    def test_the_summary_counts_what_is_stored(self):
        store = self.folder / "desk"
        summary = self.replay("--store", store).stdout.decode().splitlines()[-1]
        self.assertIn(f": {house.stats(store)['cases']} cases (", summary)
        self.assertIn(f"); {house.stats(store)['reports']} reports, ", summary)

    def test_interrupted(self):
        """Whoever stops it finds no temporary store left behind, whichever signal it was."""
        mbox, inventory = house.mailbox(self.folder, 3000)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
            temporary = self.folder / "temporary"
            temporary.mkdir(exist_ok=True)
            with subprocess.Popen([house.PROGRAM, "replay", "--json", "--config", str(STORY / "story.conf"), "--inventory",
                                   str(inventory), str(mbox)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  env={**os.environ, "TMPDIR": str(temporary)}) as replay:
                replay.stdout.read(1)
                if number == signal.SIGPIPE:
                    replay.stdout.close()
                else:
                    replay.send_signal(number)
                    replay.stdout.read()
                self.assertEqual(replay.wait(), -number)
            self.assertEqual(os.listdir(temporary), [])

    def test_a_live_store_is_left_alone(self):
        store = self.folder / "desk"
        house.run("inventory", "import", STORY / "inventory.jsonl", *house.config_of(store))
        before = house.state(store)
        done = self.replay("--store", store, code=1)
        self.assertIn("no replay's store", done.stderr.decode())
        self.assertEqual(house.state(store), before)

    def test_another_replay_is_left_alone(self):
        """A store goes on with the replay that began it, and with no other."""
        store = self.folder / "desk"
        mbox = self.folder / "story.mbox"
        mbox.write_bytes((STORY / "story.mbox").read_bytes())
        mine = ["replay", *OPTIONS, *SCRIPT, "--until", "3h", "--store", store]
        house.run(*mine, mbox)
        before = house.state(store)
        other, inventory = house.mailbox(self.folder, 20)
        for arguments in ([*mine, other], [*mine, mbox, other],
                          ["replay", "--config", STORY / "story.conf", "--inventory", inventory, "--store", store, mbox]):
            done = house.run(*arguments, code=1)
            self.assertIn("holds another replay, of " + str(mbox), done.stderr.decode())
            self.assertIn("a directory of its own", done.stderr.decode())
        mbox.write_bytes(other.read_bytes())
        done = house.run(*mine, mbox, code=1)
        self.assertIn("other mails than the mailbox", done.stderr.decode())
        self.assertEqual(house.state(store), before)

    def test_until(self):
        events = [json.loads(line) for line in self.replay("--json", "--until", "3h").stdout.splitlines()]
        self.assertTrue(events)
        self.assertLessEqual(max(e["t"] for e in events), "2026-11-10T09:12:00Z")

    def test_kinds_of_mailboxes_agree(self):
        """The same mails as mbox, gzip, Maildir and folder of files end in the same cases."""
        source = mailboxes.mbox(STORY / "story.mbox")
        self.addCleanup(source.close)
        maildir = mailboxes.Maildir(self.folder / "maildir", create=True)
        folder = self.folder / "folder"
        folder.mkdir()
        raw = (STORY / "story.mbox").read_bytes()
        (self.folder / "story.mbox.gz").write_bytes(gzip.compress(raw))
        for number, key in enumerate(source.keys()):
            data = re.sub(rb"(?m)^>(>*From )", rb"\1", source.get_bytes(key))
            maildir.add(data)
            (folder / f"{number:03}.eml").write_bytes(data)
        results = []
        for name in ("story.mbox.gz", "maildir", "folder"):
            done = house.lines("replay", "--json", *OPTIONS, *SCRIPT, self.folder / name)
            results.append([(e["t"], e["ip"], e["event"]) for e in done])
        want = [json.loads(line) for line in self.replay("--json").stdout.splitlines()]
        for result in results:
            self.assertEqual(result, [(e["t"], e["ip"], e["event"]) for e in want])

    def test_against(self):
        """A stricter configuration: which cases end differently, and from where on."""
        other = self.folder / "other.conf"
        other.write_text((STORY / "story.conf").read_text().replace("approvals = 0", "approvals = 2"))
        found = house.lines("replay", "--json", *OPTIONS, *SCRIPT, "--against", other, STORY / "story.mbox")
        self.assertTrue(found)
        cut = [pair for pair in found if pair["ip"] == "192.0.2.30"]
        self.assertEqual(len(cut), 1)
        self.assertNotEqual(cut[0]["ends"], cut[0]["ends_against"])
        self.assertEqual(cut[0]["parts"]["event"], "cutting")
        self.assertEqual((cut[0]["ends"], cut[0]["ends_against"]), ("closed after cut", "closed after called"))
        same = house.run("replay", "--json", *OPTIONS, *SCRIPT, "--against", STORY / "story.conf", STORY / "story.mbox")
        self.assertEqual(same.stdout, b"")

    def test_a_wrong_script_says_where(self):
        for text, says in ((b"+1h 192.0.2.1 dance\n", "script:1: unknown \"dance\""),
                           (b"# ok\nsoon * call digit\n", "script:2: no time \"soon\""),
                           (b"+1h nobody call digit\n", "script:1: no case \"nobody\""),
                           (b"+1h * call maybe\n", "script:1: no outcome \"maybe\"")):
            script = self.folder / "script"
            script.write_bytes(text)
            done = house.run("replay", "--script", script, STORY / "story.mbox", code=1)
            self.assertIn(says, done.stderr.decode())

    def test_a_mailbox_that_is_not_there(self):
        done = house.run("replay", self.folder / "nothing", code=1)
        self.assertIn("No such file", done.stderr.decode())

    def test_memory_is_flat(self):
        """Fifty times the mails, nearly the same memory. The index is mapped: its pages are not counted."""
        sizes = []
        for count in (1000, 50000):
            mbox, inventory = house.mailbox(self.folder, count, "--addresses", "200", "--size", "2500")
            command = [house.PROGRAM, "replay", "--json", "--config", str(STORY / "story.conf"), "--inventory",
                       str(inventory), "--until", "7d", str(mbox)]
            probe = ("import resource,subprocess,sys;subprocess.run(sys.argv[1:],check=True,stdout=subprocess.DEVNULL);"
                     "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
            done = subprocess.run([sys.executable, "-c", probe, *command], check=True, capture_output=True,
                                  env={**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=4"})
            sizes.append(int(done.stdout) / 1024)
        self.assertLess(sizes[1], sizes[0] + 96, f"MiB at 1,000 and 50,000 mails: {sizes}")


if __name__ == "__main__":
    unittest.main()
