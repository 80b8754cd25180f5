#!/usr/bin/env python3
"""What people get wrong at the command line, and in which words they are told."""
import json
import subprocess
import unittest

import house
from house import OPTIONS, SCRIPT, STORY, config_of, run
from living import Daemon, until

MIXED = [  # arguments, what stderr says, exit code
    (["replay", STORY / "story.conf"], "story.conf is a configuration, not a mailbox; give it with --config", 1),
    (["replay", STORY / "inventory.jsonl"], "inventory.jsonl is an inventory, not a mailbox; replay takes it with --inventory", 1),
    (["replay", STORY / "script"], "script is a script of a replay, not a mailbox; replay takes it with --script", 1),
    (["replay", "--inventory", STORY / "story.mbox", STORY / "story.mbox"], "story.mbox is a mailbox, not an inventory", 1),
    (["replay", "--script", STORY / "story.conf", STORY / "story.mbox"], "story.conf is a configuration, not a script", 1),
    (["replay", "--config", STORY / "story.mbox", STORY / "story.mbox"], "story.mbox:1: is a mailbox, not a configuration", 4),
    (["replay", "--against", STORY / "story.mbox", STORY / "story.mbox"], "story.mbox:1: is a mailbox, not a configuration", 4),
    (["case", "list", "--config", STORY / "inventory.jsonl"], "inventory.jsonl:1: is an inventory, not a configuration", 4),
    (["parse", STORY / "story.conf"], "story.conf is a configuration, not a mailbox", 0),
]


class Mistakes(house.Case):
    def test_files_that_are_mixed_up(self):
        for arguments, says, code in MIXED:
            done = run(*arguments, code=code)
            self.assertIn(says, done.stderr.decode())
            self.assertLessEqual(len(done.stderr.splitlines()), 2, done.stderr)
        mail = next((house.SOURCE / "fixtures/mails/arf").glob("*.eml"))
        self.assertIn(":1: is a mail, not a configuration", run("config", "check", "--config", mail, code=3).stdout.decode())
        csv = self.folder / "rows.csv"
        csv.write_text("# ours\nserver;Prefix; customer\nx;192.0.2.1;y\n")
        self.assertIn("is an inventory", run("replay", csv, code=1).stderr.decode())

    def test_what_only_looks_like_another(self):
        """Unknown things are left to their readers."""
        odd = self.folder / "odd"
        for text in ("[unheard-of]\n", "prefix,asn\n192.0.2.0/24,1\n", "{\"prefix\": 1}\n", "+1h dance\n", "words\n"):
            odd.write_text(text)
            self.assertIn("triage", run("parse", odd).stdout.decode())
            self.assertEqual(run("parse", odd).stderr, b"")
            run("replay", odd)

    def test_an_mbox_that_was_read_out(self):
        empty = self.folder / "abuse"
        empty.write_bytes(b"")
        self.assertIn("0 mails in 0 s", run("replay", *OPTIONS, empty).stdout.decode())
        done = run("parse", "--json", empty)
        self.assertEqual(done.stdout, b"")
        self.assertIn("there is no mail in it", done.stderr.decode())

    def test_a_size_that_was_possible_once(self):
        """Who set it higher finds a warning after an upgrade, and a daemon that runs."""
        (self.folder / "box/new").mkdir(parents=True)
        daemon = Daemon(self.folder, f"[intake]\nmessage-size = 128MiB\n[maildir m]\npath = {self.folder}/box\n")
        line = 1 + daemon.file.read_text().splitlines().index("message-size = 128MiB")
        said = f"{daemon.file}:{line}: [intake] message-size counts as 64MiB"
        checked = run("config", "check", "--config", daemon.file).stdout.decode()
        self.assertIn(f"warning: {said}", checked)
        self.assertIn(": fine; ", checked)
        object = house.lines("config", "check", "--json", "--config", daemon.file)[0]
        self.assertEqual((object["line"], object["warning"][:21]), (line, "[intake] message-size"))
        self.assertNotIn("fault", object)
        daemon.start()
        until(lambda: said in daemon.words(), 10, "the daemon warns")
        daemon.stop()
        shown = house.lines("config", "show", "--json", "--config", daemon.file)
        self.assertIn(("message-size", "64MiB"), [(s["key"], s["value"]) for s in shown if s["section"] == "intake"])

    def test_what_was_refused_shows_in_the_exit_code(self):
        rows = (STORY / "inventory.jsonl").read_text()
        inventory = self.folder / "inventory.jsonl"
        inventory.write_text(rows + '{"prefix": "192.0.2.300/32", "customer": "x"}\n')
        done = run("replay", "--config", STORY / "story.conf", "--inventory", inventory, STORY / "story.mbox", code=3)
        self.assertIn("inventory.jsonl:", done.stderr.decode())

    def test_an_inventory_that_is_empty(self):
        store = self.folder / "desk"
        run("replay", "--store", store, "--config", STORY / "story.conf", STORY / "story.mbox")
        self.assertIn("the inventory is empty", run("inventory", "check", *config_of(store), code=3).stderr.decode())
        self.assertEqual(run("inventory", "list", *config_of(store)).stdout, b"No assignments.\n")

    def test_cases_of_an_address(self):
        store = self.folder / "desk"
        self.replay("--store", store)
        for address, cases in (("192.0.2.30", ["C-4"]), ("192[.]0[.]2[.]30", ["C-4"]), ("2001:db8:1000:40::7", ["C-6"]),
                               ("192.0.2.60/31", ["C-7", "C-8"]), ("198.51.100.1", [])):
            got = house.lines("case", "list", "--json", "--address", address, *config_of(store))
            self.assertEqual([c["case"] for c in got], cases, address)
        for wrong in ("192.0.2.300", "192.0.2.1/24", "host"):
            run("case", "list", "--address", wrong, *config_of(store), code=2)
        self.assertIn("case list --address", run("case", "show", "192.0.2.30", *config_of(store), code=2).stderr.decode())

    def test_a_note_is_kept_whole_or_refused(self):
        store = self.folder / "desk"
        self.replay("--store", store)
        run("case", "note", "C-1", "y" * 2000, *config_of(store))
        self.assertIn("y" * 2000, run("case", "show", "C-1", *config_of(store)).stdout.decode())
        done = run("case", "note", "C-1", "z" * 2001, *config_of(store), code=2)
        self.assertIn("2001 octets, 2000 are kept", done.stderr.decode())

    def test_operands_move_no_cursor(self):
        store = self.folder / "desk"
        self.replay("--store", store)
        for arguments in (["case", "show", "\x1b[2J"], ["case", "confirm", "C-1", "\x1b]0;x\x07"], ["parse", "\x1b[31m"],
                          ["inventory", "who", "\u202e"], ["case", "list", "--state", "\x1b[31m"]):
            done = run(*arguments, *config_of(store), code=None)
            self.assertIn(done.returncode, (1, 2))
            self.assertNotRegex(done.stderr.decode(), "[\x1b\x07\u202e]")

    def test_a_reader_that_goes_away(self):
        """As in `| head -1`: nothing is said about it."""
        mbox, inventory = house.mailbox(self.folder, 2000)
        with subprocess.Popen([house.PROGRAM, "replay", "--json", "--config", str(STORY / "story.conf"), "--inventory",
                               str(inventory), str(mbox)], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as replay:
            json.loads(replay.stdout.readline())
            replay.stdout.close()
            self.assertEqual(replay.stderr.read(), b"")
        self.assertLess(replay.returncode, 0)

    def test_help_onto_a_full_disk(self):
        for arguments in (["--help"], ["help"], ["case", "--help"], ["case", "list", "--help"]):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([house.PROGRAM, *arguments], stdout=full, stderr=subprocess.PIPE, check=False)
            self.assertEqual(done.returncode, 1, arguments)
            self.assertIn(b"No space left", done.stderr)

    def test_a_socket_without_its_folder(self):
        daemon = Daemon(self.folder, socket=self.folder / "nowhere/control").start(wait=False)
        self.assertEqual(daemon.process.wait(30), 1)
        self.assertIn("nowhere/control: cannot listen: its folder is not there", daemon.words())

    def test_all_faults_of_the_other_policy(self):
        wrong = self.folder / "wrong.conf"
        wrong.write_text("[desk]\narmd = no\nnam = x\n")
        done = run("replay", "--against", wrong, STORY / "story.mbox", code=4)
        self.assertIn("did you mean 'armed'", done.stderr.decode())
        self.assertIn("did you mean 'name'", done.stderr.decode())

    def test_help_for_programs(self):
        commands = house.lines("help", "--json")
        self.assertGreater(len(commands), 35)
        self.assertEqual([c["command"] for c in house.lines("help", "--json", "store", "stats")], ["store stats"])
        one = house.lines("case", "list", "--help", "--json")[0]
        self.assertTrue({"all", "address", "json"} <= {option["name"] for option in one["options"]})
        run("help", "--json", "nothing", code=2)

    def test_no_configuration_file(self):
        """Only where none is installed, as where this is built."""
        done = run("config", "check", code=None)
        if b"there is none" in done.stdout:
            self.assertIn("/etc/abusedesk/abusedesk.conf: there is none, the defaults are in force; disarmed", done.stdout.decode())
        self.assertEqual(done.returncode, 0)


if __name__ == "__main__":
    unittest.main()
