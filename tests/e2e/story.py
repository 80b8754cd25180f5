#!/usr/bin/env python3
"""The story of fixtures/story, replayed: each case must end as the story was written to end.

usage: story.py ABUSEDESK FIXTURES/story
"""
import json, pathlib, subprocess, sys
from datetime import datetime, timedelta

# What happens to each customer, in order, reports aside.
ENDINGS = {
    "acorn": "opened confirmed warned responded quiescent closed",               # warned and fixed
    "birch": "opened confirmed warned responded quiescent closed",               # called and answered
    "cedar": "opened confirmed warned called cut responded restored closed",     # cut and restored
    "dahlia": "opened closed",                                                   # forged reports never climb
    "elm": "opened confirmed closed",                                            # under attack: told, never blamed
    "fir": "opened confirmed warned quiescent closed",                           # IPv6; silence after the warning
    "hospital": "opened confirmed warned called needs-human closed",             # no program cuts a hospital
    "heath": "opened closed",                                                    # one small reporter is not enough
    "ivy-old": "opened confirmed needs-human closed",                            # gone: the new customer hears nothing
    "juniper": "opened confirmed warned held resumed quiescent closed",          # an answer from who knows whom
    "linden": "opened confirmed warned contact-anomaly quiescent closed",        # the warning came back
}
HOURS = timedelta(hours=1)


def replay(program, story, *more):
    run = subprocess.run([program, "replay", "--json", "--config", story / "story.conf", "--inventory", story / "inventory.jsonl",
                          "--script", story / "script", *more, story / "story.mbox"], capture_output=True, timeout=240)
    assert run.returncode == 0, f"exit {run.returncode}: {run.stderr.decode(errors='replace')[-2000:]}"
    return run.stdout


def main(program, folder):
    story = pathlib.Path(folder)
    output = replay(program, story)
    events = [json.loads(line) for line in output.splitlines()]
    wrong = []

    def want(truth, text):
        if not truth:
            wrong.append(text)

    def happened(customer):
        return [e for e in events if e.get("customer") == customer and e["event"] != "report"]

    def when(customer, event):
        return next((datetime.fromisoformat(e["t"].replace("Z", "+00:00")) for e in happened(customer) if e["event"] == event), None)

    for customer, ending in ENDINGS.items():
        seen = " ".join(e["event"] for e in happened(customer))
        want(seen == ending, f"{customer}: {ending} was written, {seen} happened")
    grove = {e["case"] for e in happened("grove")}
    want(len(grove) == 3, f"grove: three machines are three cases, not {len(grove)}")
    want("ivy-new" not in {e.get("customer") for e in events}, "ivy-new: had nothing to do with it")
    want(not any(e.get("ip") == "203.0.113.77" and e.get("case") for e in events), "203.0.113.77 is not ours and has no case")
    want({e["customer"] for e in events if e["event"] == "cut"} == {"cedar"}, "only cedar is ever cut")
    want(sum(e["event"] == "triaged" for e in events) == 1, "one mail, the angry one, is for a person to read")
    if when("cedar", "cut") and when("cedar", "called") and when("cedar", "warned"):
        want(when("cedar", "called") - when("cedar", "warned") >= 2 * HOURS, "cedar: called within two hours of the warning")
        want(when("cedar", "cut") - when("cedar", "called") >= 2 * HOURS, "cedar: cut within two hours of the calls")
        want(when("cedar", "restored") > when("cedar", "cut"), "cedar: restored before it was cut")
    times = [e["t"] for e in events]
    want(times == sorted(times), "events are out of order")
    want(replay(program, story) == output, "a second replay gives other bytes")
    early = replay(program, story, "--until", "12h").splitlines()
    want(early == output.splitlines()[: len(early)] and 0 < len(early) < len(events), "--until 12h is not the beginning of the whole")
    print("\n".join(wrong) or f"{len(events)} events, as the story was written")
    return len(wrong) > 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
