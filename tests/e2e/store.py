#!/usr/bin/env python3
"""One store, many hands: rebuild, backup, commands beside writers, full disks, decisions."""
import collections
import contextlib
import fcntl
import json
import os
import pathlib
import resource
import shutil
import subprocess
import tempfile
import unittest

import house
from house import OPTIONS, SCRIPT, STORY, config_of, lines, run, state, stats


class Store(house.Case):
    def setUp(self):
        super().setUp()
        self.store = self.folder / "store"

    def test_rebuild_is_the_same(self):
        self.replay("--store", self.store)
        before = state(self.store)
        self.assertGreater(before[0]["events"], 50)
        run("store", "rebuild", *config_of(self.store))
        self.assertEqual(state(self.store), before)
        run("store", "check", *config_of(self.store))

    def test_rebuild_after_decisions(self):
        self.replay("--store", self.store, "--until", "4h")
        case = [c for c in lines("case", "list", "--json", *config_of(self.store)) if c["state"] == "warned"][0]["case"]
        run("case", "hold", case, "2h", "they asked for time", *config_of(self.store))
        run("case", "note", case, "rang", "back", *config_of(self.store))
        shown = lines("case", "show", case, "--json", *config_of(self.store))[0]
        self.assertEqual(shown["state"], "hold")
        self.assertTrue(any("operator" in e["actor"] and e["event"] == "held" for e in shown["events"]))
        before = state(self.store)
        run("store", "rebuild", *config_of(self.store))
        self.assertEqual(state(self.store), before)

    def test_backup(self):
        self.replay("--store", self.store)
        run("store", "backup", self.folder / "copy", *config_of(self.store))
        self.assertEqual(state(self.folder / "copy"), state(self.store))
        run("store", "check", *config_of(self.folder / "copy"))

    def test_backup_onto_another_file_system(self):
        elsewhere = next((d for d in ("/dev/shm", "/run", "/var/tmp") if os.access(d, os.W_OK)
                          and os.stat(d).st_dev != os.stat(self.folder).st_dev), None)
        if elsewhere is None:
            self.skipTest("there is only one file system to write to")
        self.replay("--store", self.store)
        with tempfile.TemporaryDirectory(dir=elsewhere) as place:
            copy = pathlib.Path(place) / "copy"
            run("store", "backup", copy, *config_of(self.store))
            self.assertEqual(state(copy), state(self.store))

    def test_refused_decisions_say_why(self):
        self.replay("--store", self.store)
        closed = [c for c in lines("case", "list", "--all", "--json", *config_of(self.store)) if c["state"] == "closed"]
        done = run("case", "approve", closed[0]["case"], *config_of(self.store), code=1)
        self.assertIn("refused", done.stderr.decode())
        done = run("case", "show", "C-999", *config_of(self.store), code=1)
        self.assertIn("no case C-999", done.stderr.decode())

    def test_status_counts_all(self):
        self.replay("--store", self.store, "--until", "5h")
        self.assertIn("confirmed by the desk",
                      run("case", "confirm", "C-3", "email-compromise", *config_of(self.store)).stdout.decode())
        states = [case["state"] for case in lines("case", "list", "--json", *config_of(self.store))]
        self.assertGreater(len(states), 4)
        told = lines("status", "--json", *config_of(self.store), code=3)[0]["store"]
        self.assertEqual(told["cases"], dict(collections.Counter(states)))
        self.assertGreater(told["actions_pending"], 0)

    def test_a_hold_that_is_too_long_says_so(self):
        self.replay("--store", self.store, "--until", "5h")
        done = run("case", "hold", "C-4", "400d", "why", *config_of(self.store))
        self.assertIn("it is held for ", done.stderr.decode())
        self.assertIn("hold-longest", done.stderr.decode())
        self.assertEqual(run("case", "hold", "C-1", "1h", "why", *config_of(self.store)).stderr, b"")

    def test_no_store_is_no_crash(self):
        done = run("case", "list", "--store", self.folder / "nowhere", code=1)
        self.assertNotEqual(done.stderr, b"")

    def test_triage(self):
        self.replay("--store", self.store)
        waiting = lines("triage", "list", "--json", *config_of(self.store))
        self.assertTrue(waiting)
        number = waiting[0]["message"]
        run("triage", "assign", number, "alice", *config_of(self.store))
        shown = lines("triage", "show", number, "--json", *config_of(self.store))[0]
        self.assertEqual(shown["assignee"], "alice")
        self.assertIn("Subject", shown["text"])
        run("triage", "reparse", number, *config_of(self.store))
        run("triage", "discard", number, "not for us", *config_of(self.store))
        self.assertNotIn(number, [m["message"] for m in lines("triage", "list", "--json", *config_of(self.store))])
        run("triage", "discard", number, *config_of(self.store), code=1)

    def test_refusals_are_history_too(self):
        self.replay("--store", self.store)
        for what in (["close", "C-4"], ["approve", "C-4"], ["merge", "C-4", "C-5"]):
            run("case", *what, *config_of(self.store), code=1)
        run("store", "check", *config_of(self.store))

    def test_merges_only_into_what_takes_reports(self):
        self.replay("--store", self.store, "--until", "2h")
        for into, why in (("C-99", "no such case"), ("C-2", "another customer's")):
            done = run("case", "merge", "C-1", into, *config_of(self.store), code=1)
            self.assertIn(why, done.stderr.decode())
        run("case", "close", "C-2", *config_of(self.store))
        done = run("case", "merge", "C-1", "C-2", *config_of(self.store), code=1)
        self.assertIn("is closed", done.stderr.decode())
        run("store", "check", *config_of(self.store))

    def test_merges_of_one_machine(self):
        """What is reported of a merged case counts for the other one: it must be what a cut of that would switch off."""
        inventory, box = self.folder / "i.jsonl", self.folder / "box"
        rows = (("192.0.2.1/32", "web1", "port1"), ("192.0.2.2/32", "web2", "port2"), ("2001:db8:1::/64", "web1", "port1"),
                ("192.0.2.3/32", "web3", None), ("192.0.2.4/32", "web4", None), ("192.0.2.5/32", "web3", None))
        inventory.write_text("".join(json.dumps({"prefix": prefix, "customer": "acme", "server": server, **(
            {"network_driver": "switch", "network_handle": port} if port else {})}) + "\n" for prefix, server, port in rows))
        box.mkdir()
        for i, (prefix, _, _) in enumerate(rows):
            (box / f"{i}.eml").write_text(
                "From: r@reporter.example\nDate: Sun, 01 Nov 2026 10:00:00 +0000\nContent-Type: multipart/report; boundary=b\n\n--b\n"
                "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\n"
                f"Source-IP: {prefix.split('/')[0].replace('::', '::7')}\n\n--b--\n")
        run("replay", "--config", STORY / "story.conf", "--inventory", inventory, "--store", self.store, "--until", "1h", box)
        cases = {c["ip"]: c["case"] for c in lines("case", "list", "--json", *config_of(self.store))}
        self.assertEqual(len(cases), 6)
        for one, into, right in (("192.0.2.1", "192.0.2.2", False), ("192.0.2.3", "192.0.2.4", False), ("192.0.2.3", "192.0.2.1", False),
                                 ("2001:db8:1::", "192.0.2.1", True), ("192.0.2.5", "192.0.2.3", True)):
            done = run("case", "merge", cases[one], cases[into], *config_of(self.store), code=0 if right else 1)
            self.assertEqual("another machine" in done.stderr.decode(), not right, (one, into))
        run("store", "check", *config_of(self.store))

    def test_no_rebuild_from_a_damaged_journal(self):
        """The index may be all that is left: it stays until the journal has been found whole."""
        self.replay("--store", self.store)
        before = lines("case", "list", "--all", "--json", *config_of(self.store))
        segment = next((self.store / "journal").glob("0*1"))
        damaged = bytearray(segment.read_bytes())
        damaged[len(damaged) // 2] ^= 0xFF
        segment.write_bytes(damaged)
        done = run("store", "rebuild", *config_of(self.store), code=5)
        self.assertIn("damaged at offset", done.stderr.decode())
        self.assertEqual(lines("case", "list", "--all", "--json", *config_of(self.store)), before)

    def test_a_damaged_index(self):
        """Whatever has happened to the index, a rebuild makes it anew; what cannot be read is moved aside."""
        self.replay("--store", self.store)
        before, index = state(self.store), self.store / "index/data.mdb"
        whole = index.read_bytes()
        index.write_bytes(b"\xa5" * 8192 + whole[8192:])
        for command in (["case", "list"], ["case", "note", "C-1", "x"], ["status"], ["store", "check"]):
            done = run(*command, *config_of(self.store), code=5)
            self.assertIn("run abusedesk store rebuild", done.stderr.decode())
        run("store", "rebuild", *config_of(self.store))
        self.assertEqual(state(self.store), before)
        run("store", "check", *config_of(self.store))
        self.assertEqual(len(list(self.store.glob("index.broken-*"))), 1)

    def test_a_truncated_index(self):
        """Cut short anywhere it is refused, in words, by every command; a rebuild makes it anew."""
        self.replay("--store", self.store)
        before, index = state(self.store), self.store / "index/data.mdb"
        pages = index.stat().st_size // 4096
        (self.folder / "mail").write_bytes(b"From: a@example.com\n\nx\n")
        for broken, kept in enumerate((pages * 3 // 4, pages // 2, 10, 3, 2)):  # the last page may be a free one
            whole = index.read_bytes()
            os.truncate(index, kept * 4096 + (100 if kept > 2 else 0))
            for command, code in ((["case", "list"], 5), (["case", "show", "C-1"], 5), (["status"], 5), (["store", "check"], 5),
                                  (["store", "backup", self.folder / "copy"], 5), (["run"], 5), (["triage", "list"], 5),
                                  (["case", "note", "C-1", "x"], 5), (["deliver"], 75)):
                with open(self.folder / "mail", "rb") as mail:
                    done = run(*command, *config_of(self.store), code=code, stdin=mail)
                self.assertIn("data.mdb is cut off", done.stderr.decode(), command)
                self.assertIn("run abusedesk store rebuild", done.stderr.decode(), command)
            self.assertFalse((self.folder / "copy").exists())
            if kept == 10:
                index.write_bytes(whole)
                continue
            run("store", "rebuild", *config_of(self.store))
            self.assertEqual(state(self.store), before)
            run("store", "check", *config_of(self.store))
            for moved in self.store.glob("index.broken-*"):
                moved.rename(self.folder / f"seen-{broken}")

    def test_no_rebuild_from_less(self):
        """A journal that was cut short, beside an index that knows more: not without being asked."""
        self.replay("--store", self.store)
        before = state(self.store)
        segment = next((self.store / "journal").glob("0*1"))
        os.truncate(segment, 20000)
        done = run("case", "note", "C-1", "x", *config_of(self.store), code=5)
        self.assertIn("restore it from a backup", done.stderr.decode())
        done = run("store", "rebuild", *config_of(self.store), code=1)
        self.assertIn("would be lost", done.stderr.decode())
        self.assertEqual(lines("case", "list", "--all", "--json", *config_of(self.store)), before[1])
        run("store", "rebuild", "--force", *config_of(self.store))
        self.assertLess(stats(self.store)["messages"], before[0]["messages"])

    def test_inventory(self):
        told = lines("inventory", "import", STORY / "inventory.jsonl", "--json", *config_of(self.store))[0]
        self.assertGreater(told["added"], 5)
        again = lines("inventory", "import", STORY / "inventory.jsonl", "--json", *config_of(self.store))[0]
        self.assertEqual((again["added"], again["changed"]), (0, 0))
        then = lines("inventory", "who", "192.0.2.100", "--at", "2026-11-01T00:00:00Z", "--json", *config_of(self.store))
        later = lines("inventory", "who", "192.0.2.100", "--at", "2026-11-12T00:00:00Z", "--json", *config_of(self.store))
        self.assertEqual((then[0]["customer"], later[0]["customer"]), ("ivy-old", "ivy-new"))
        self.assertEqual(again["changes"], [])
        rows = [json.loads(row) for row in (STORY / "inventory.jsonl").read_text().splitlines() if row.strip()]
        less = self.folder / "less.jsonl"
        less.write_text("\n".join(map(json.dumps, rows[:2])))
        complete = ["inventory", "import", "--complete", less, *config_of(self.store)]
        done = run(*complete, code=1)  # an export that broke off
        self.assertIn("is it whole? If that is right, say --force", done.stderr.decode())
        would = lines(*complete, "--force", "--dry-run", "--json")[0]
        self.assertGreater(would["ended"], 5)
        self.assertEqual(len([c for c in would["changes"] if c["change"] == "ended"]), would["ended"])
        self.assertEqual(lines("inventory", "import", STORY / "inventory.jsonl", "--json", *config_of(self.store))[0], again)
        rows[0]["server"] = "another"
        less.write_text(json.dumps(rows[0]))
        done = run("inventory", "import", less, *config_of(self.store))
        self.assertRegex(done.stdout.decode(), rf"changed +{rows[0]['prefix']} .*\(server\)\n0 added, 1 changed")
        bad = self.folder / "bad.jsonl"
        bad.write_text('{"prefix": "192.0.2.300/32", "customer": "x"}\n'
                       '{"prefix": "198.51.100.0/24", "customer": "good"}\n')
        done = run("inventory", "import", bad, *config_of(self.store), code=3)
        self.assertIn("bad.jsonl:1:", done.stderr.decode())
        self.assertEqual(lines("inventory", "who", "198.51.100.9", "--json", *config_of(self.store))[0]["customer"], "good")

    def test_commands_beside_a_replay(self):
        """Notes written while a replay runs into the same store: none is lost, the chain holds, a rebuild agrees."""
        mbox, inventory = house.mailbox(self.folder, 3000, "--addresses", "300", "--size", "2500")
        arguments = ["replay", "--json", "--config", STORY / "story.conf", "--inventory", inventory, "--store", self.store]
        run(*arguments, "--until", "2h", mbox)
        replay = subprocess.Popen([house.PROGRAM, *map(str, arguments), str(mbox)],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        notes = 0
        while replay.poll() is None or notes == 0:
            run("case", "note", "C-1", f"note-{notes}", *config_of(self.store))
            notes += 1
        self.assertEqual(replay.returncode, 0, replay.stderr.read().decode())
        replay.stderr.close()
        events = lines("case", "show", "C-1", "--json", *config_of(self.store))[0]["events"]
        self.assertEqual([e["text"] for e in events if e["event"] == "note" and e["text"].startswith("note-")],
                         [f"note-{n}" for n in range(notes)])
        run("store", "check", *config_of(self.store))
        before = state(self.store)
        run("store", "rebuild", *config_of(self.store))
        self.assertEqual(state(self.store), before)

    def test_no_room(self):
        """Files may not grow any further: a clear word, nothing half done, and with room again it goes on."""
        mbox, inventory = house.mailbox(self.folder, 400)
        arguments = ["replay", "--json", "--config", STORY / "story.conf", "--inventory", inventory, "--until", "1d",
                     "--store"]
        whole = self.folder / "whole"
        run(*arguments, whole, mbox)

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, resource.RLIM_INFINITY))

        done = run(*arguments, self.store, mbox, code=None, preexec_fn=limit)
        self.assertNotEqual(done.returncode, 0)
        self.assertGreater(done.returncode, 0, "killed by a signal")
        self.assertIn("make room", done.stderr.decode())
        run(*arguments, self.store, mbox)
        self.assertEqual(state(self.store), state(whole))

    def test_no_room_for_the_index(self):
        """The journal has a decision and the index cannot take it: it is said that it counts, and it counts once."""
        self.replay("--store", self.store, "--until", "4h")

        def limit():  # between the two files' sizes
            resource.setrlimit(resource.RLIMIT_FSIZE, (100000, resource.RLIM_INFINITY))

        self.assertLess((self.store / "journal/000000000001").stat().st_size, 90000)
        self.assertGreater((self.store / "index/data.mdb").stat().st_size, 110000)
        done = run("case", "note", "C-1", "the-last-word", *config_of(self.store), code=1, preexec_fn=limit)
        self.assertIn("make room", done.stderr.decode())
        self.assertIn("it is kept all the same, in the journal", done.stderr.decode())
        self.assertNotIn("nothing of this", done.stderr.decode())
        shown = lines("case", "show", "C-1", "--json", *config_of(self.store))[0]
        self.assertEqual([e["text"] for e in shown["events"]].count("the-last-word"), 1)
        run("store", "check", *config_of(self.store))

    @unittest.skipUnless(os.geteuid() == 0, "only root can be somebody else")
    def test_as_somebody_else(self):
        """Every command on a store of another user, or with one file of it that cannot be read, says whose it is."""
        self.replay("--store", self.store)
        self.folder.chmod(0o755)
        program = self.folder / "abusedesk"
        shutil.copy(house.PROGRAM, program)
        shutil.copytree(os.environ.get("ABUSEDESK_DATA", pathlib.Path(house.PROGRAM).parent / "share/abusedesk"), self.folder / "data")
        config, inventory = (shutil.copy(STORY / name, self.folder) for name in ("story.conf", "inventory.jsonl"))
        environment = {**os.environ, "ABUSEDESK_DATA": str(self.folder / "data")}
        before = state(self.store)

        def nobody():
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)

        for name in (".", "index/data.mdb", "journal/000000000001", "journal/lock", "index/write.lock"):
            path = self.store / name
            if name != ".":  # its own store, but for this file
                subprocess.run(["chown", "-R", "65534:65534", self.store], check=True)
                path.chmod(0)
            for what in (["case", "note", "C-1", "x"], ["case", "hold", "C-1", "2h"], ["triage", "reparse"], ["store", "rebuild"],
                         ["store", "retain", "--older-than", "1s"], ["inventory", "import", inventory], ["deliver"], ["run"]):
                done = subprocess.run([program, *map(str, what), "--config", config, "--store", self.store], input=b"From: a\n\nx\n",
                                      capture_output=True, check=False, preexec_fn=nobody, timeout=60, env=environment)
                self.assertEqual(done.returncode, 75 if what == ["deliver"] else 1, (name, what, done.stderr))
                self.assertIn("run this as that user", done.stderr.decode(), (name, what))
            path.chmod(0o700)
        self.assertEqual(state(self.store), before)

    def reads(self, store, where=()):
        """What every command says that only shows something."""
        said = {}
        for what in (["case", "list", "--all"], ["case", "show", "C-3"], ["triage", "list"], ["triage", "show", "1"],
                     ["inventory", "list"], ["inventory", "who", "192.0.2.30"], ["store", "stats"], ["store", "check"]):
            done = subprocess.run([*where, house.PROGRAM, *what, "--json", *config_of(store)], capture_output=True,
                                  check=False)
            self.assertEqual(done.returncode, 0, f"{what}: {done.stderr.decode()}")
            said[" ".join(what)] = done.stdout, done.stderr
        return said

    def test_reading_needs_no_room(self):
        """Reading commands on a file system that is full, and on one that is read-only."""
        if subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode != 0:
            self.skipTest("no mount namespaces here")
        self.replay("--store", self.store)
        want = self.reads(self.store)
        place = self.folder / "small"
        place.mkdir()
        script = self.folder / "within"
        script.write_text('set -e; place=$1; store=$2; kind=$3; shift 3; mount -t tmpfs -o size=24m none "$place"\n'
                          'cp -r "$store" "$place/store"\n'
                          'if [ $kind = full ]; then dd if=/dev/zero of="$place/fill" bs=4k status=none 2>/dev/null || true\n'
                          'else mount -o remount,ro "$place"; fi\n'
                          'if touch "$place/x" 2>/dev/null && echo x >"$place/x" 2>/dev/null; then exit 77; fi\n'
                          'exec "$@"\n')
        for kind in ("full", "read-only"):
            for lock in (True, False):  # a copy has no lock file
                with self.subTest(kind, lock=lock):
                    if not lock:
                        (self.store / "index/lock.mdb").unlink(missing_ok=True)
                    where = ["unshare", "-rm", "sh", str(script), str(place), str(self.store), kind]
                    said = self.reads(place / "store", where)
                    for name, (out, err) in want.items():
                        self.assertEqual(err, said[name][1])
                        self.assertEqual(out.replace(bytes(self.store), b""),
                                         said[name][0].replace(bytes(place / "store"), b""))
                    done = subprocess.run([*where, house.PROGRAM, "case", "note", "C-1", "x", *config_of(place / "store")],
                                          capture_output=True, check=False)
                    if done.returncode != 0 or kind == "read-only":  # the last page may have room for a note
                        self.assertEqual(done.returncode, 1, done.stderr.decode())
                        self.assertRegex(done.stderr.decode(), "make room|Read-only file system")

    def test_reading_what_was_not_applied_yet(self):
        """The index stands behind the journal: it is brought up to it where that can be, and else said."""
        self.replay("--store", self.store, "--until", "3h")
        older = self.folder / "older"
        shutil.copytree(self.store / "index", older)
        run("case", "note", "C-1", "the-last-word", *config_of(self.store))
        shutil.rmtree(self.store / "index")
        shutil.copytree(older, self.store / "index")
        if subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode == 0:
            script = 'mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"; shift; exec "$@"'
            done = subprocess.run(["unshare", "-rm", "sh", "-c", script, "sh", str(self.store), house.PROGRAM, "case",
                                   "show", "C-1", *map(str, config_of(self.store))], capture_output=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr.decode())
            self.assertNotIn("the-last-word", done.stdout.decode())
            self.assertIn("shown is what was made of the journal until", done.stderr.decode())
        done = run("case", "show", "C-1", *config_of(self.store))
        self.assertIn("the-last-word", done.stdout.decode())
        self.assertEqual(done.stderr, b"")

    def test_reading_waits_for_nobody(self):
        """Whoever writes, and for however long: what there is is shown, with the time up to which it goes."""
        self.replay("--store", self.store, "--until", "3h")
        older = self.folder / "older"
        shutil.copytree(self.store / "index", older)
        run("case", "note", "C-1", "the-last-word", *config_of(self.store))
        for behind in (False, True):
            if behind:
                shutil.rmtree(self.store / "index")
                shutil.copytree(older, self.store / "index")
            for held in ([], ["journal/lock"], ["index/write.lock"], ["journal/lock", "index/write.lock"]):
                with self.subTest(behind=behind, held=held), contextlib.ExitStack() as stack:
                    for name in held:
                        file = stack.enter_context(open(self.store / name, "ab"))
                        fcntl.flock(file, fcntl.LOCK_EX)
                    for what in ([] if behind and not held else (["case", "list"], ["triage", "list"], ["store", "stats"], ["inventory", "list"])):
                        run(*what, *config_of(self.store), timeout=10)
                    run("status", *config_of(self.store), timeout=10, code=3)
                    if behind and not held:
                        continue  # would bring it up to date
                    done = run("case", "show", "C-1", *config_of(self.store), timeout=10)
                    self.assertEqual(b"the-last-word" in done.stdout, not behind)
                    if behind or "journal/lock" in held:
                        self.assertRegex(done.stderr.decode(), "shown is what was made of the journal until 2026-")
                    else:
                        self.assertEqual(done.stderr, b"")
        done = run("case", "show", "C-1", *config_of(self.store))
        self.assertIn(b"the-last-word", done.stdout)

    def test_nothing_leaves(self):
        """Whatever channels are configured and however armed, a replay writes into its store and nowhere else."""
        spool = self.folder / "spool"
        spool.mkdir()
        config = self.folder / "armed.conf"
        text = (STORY / "story.conf").read_text()
        config.write_text(text + f"\n[channel]\nwarn = file {spool}\ncall = file {spool}\ncut = file {spool}\n")
        done = run("replay", "--json", "--config", config, "--inventory", STORY / "inventory.jsonl", *SCRIPT,
                   STORY / "story.mbox", code=None)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertTrue(any(json.loads(line)["event"] == "cut" for line in done.stdout.splitlines()))
        self.assertEqual(os.listdir(spool), [])


if __name__ == "__main__":
    unittest.main()
