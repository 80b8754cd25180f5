"""What end-to-end tests share: running the program, stores in temporary folders, the story."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("ABUSEDESK", str(SOURCE / "build/dev/abusedesk"))
DIE_AT = os.environ.get("DIE_AT_LIBRARY", "")
STORY = SOURCE / "fixtures/story"
OPTIONS = ["--config", str(STORY / "story.conf"), "--inventory", str(STORY / "inventory.jsonl")]
SCRIPT = ["--script", str(STORY / "script")]


def run(*arguments, env=None, code=0, **options):
    """Runs the program; anything but the expected exit code is a failure that shows what it said."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, env={**os.environ, **(env or {})},
                          check=False, **options)
    if code is not None and done.returncode != code:
        raise AssertionError(f"{' '.join(map(str, arguments))}: exit code {done.returncode}, not {code}\n"
                             f"{done.stdout.decode(errors='replace')[-2000:]}{done.stderr.decode(errors='replace')[-4000:]}")
    return done


def lines(*arguments, **options):
    """The JSON objects that the program prints, one a line."""
    return [json.loads(line) for line in run(*arguments, **options).stdout.splitlines()]


def config_of(store):
    return ["--config", str(STORY / "story.conf"), "--store", str(store)]


def stats(store):
    return lines("store", "stats", "--json", *config_of(store))[0]


def state(store):
    """Everything that must be the same after whatever happened on the way."""
    facts = stats(store)
    facts.pop("directory")
    return facts, lines("case", "list", "--all", "--json", *config_of(store))


class Case(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="abusedesk-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def replay(self, *arguments, **options):
        return run("replay", *OPTIONS, *SCRIPT, *arguments, STORY / "story.mbox", **options)


def mailbox(folder, count, *options):
    """A made mailbox and its inventory."""
    mbox, inventory = folder / f"{count}.mbox", folder / f"{count}.jsonl"
    subprocess.run([sys.executable, str(SOURCE / "bench/mailbox.py"), str(count), str(mbox), str(inventory),
                    *options], check=True)
    return mbox, inventory


if __name__ == "__main__":
    sys.exit("this is what the other files share")
