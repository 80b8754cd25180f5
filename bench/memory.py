#!/usr/bin/env python3
"""What a replay needs of memory, by number of messages about the same addresses: it must not grow with them.

usage: memory.py ABUSEDESK [COUNT...]     counts of messages; 2000 addresses whatever the count

TSV: messages, MB of its own at most (RssAnon), MB of files mapped at most (RssFile: the index as far as it lies in the
page cache, which the kernel takes back when others need it), seconds. ABUSEDESK_DATA says where the rules are."""
import os
import re
import subprocess
import sys
import tempfile
import time

ADDRESSES = 2000
CONFIG = "[intake]\nown-networks = 2001:db8::/32\ntrusted-authserv = mx.provider.example\n"


def sample(pid):
    with open(f"/proc/{pid}/status") as status:
        found = dict(re.findall(r"^(Rss\w+):\s+(\d+) kB", status.read(), re.M))
    return int(found.get("RssAnon", 0)) / 1024, int(found.get("RssFile", 0)) / 1024


def measure(abusedesk, count, folder):
    make = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mailbox.py")
    mbox, inventory, config = (os.path.join(folder, name) for name in ("mbox", "inventory", "conf"))
    subprocess.run([sys.executable, make, str(count), mbox, inventory, "--addresses", str(ADDRESSES)], check=True)
    with open(config, "w") as file:
        file.write(CONFIG)
    begun, own, mapped = time.monotonic(), 0.0, 0.0
    replay = subprocess.Popen([abusedesk, "replay", "--config", config, "--inventory", inventory, "--store", "temporary",
                               "--until", "400d", "--json", mbox], stdout=subprocess.DEVNULL)
    while replay.poll() is None:
        try:
            anonymous, file = sample(replay.pid)
            own, mapped = max(own, anonymous), max(mapped, file)
        except (FileNotFoundError, ProcessLookupError):
            pass
        time.sleep(0.02)
    if replay.returncode != 0:
        sys.exit(f"memory.py: replay of {count} mails ended with {replay.returncode}")
    return own, mapped, time.monotonic() - begun


def main():
    counts = [int(count) for count in sys.argv[2:]] or [2000, 20000, 200000]
    print("messages\town MB\tmapped MB\tseconds")
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            print("%d\t%.1f\t%.1f\t%.1f" % (count, *measure(sys.argv[1], count, folder)), flush=True)


if len(sys.argv) < 2:
    sys.exit(__doc__)
main()
