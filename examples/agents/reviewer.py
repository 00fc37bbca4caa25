#!/usr/bin/env python3
"""Offers the agent `reviewer` to the plans of the Kintsugi server at KINTSUGI_SERVER, with the key in KINTSUGI_API_KEY."""
import json, os, threading, urllib.request

SERVER, KEY, WORKER = os.environ["KINTSUGI_SERVER"], os.environ["KINTSUGI_API_KEY"], f"python-{os.getpid()}"


def review(text):
    """What this agent does: put yours here. What it raises is classified, and the step healed."""
    lines = [n for n, line in enumerate(text.splitlines(), 1) if "TODO" in line]
    return {"verdict": "revise" if lines else "fine", "lines": lines}


def call(path, body):
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {KEY}"}
    request = urllib.request.Request(f"{SERVER}/api/v1/work/{path}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or "{}")


def work(lease, given):
    done = threading.Event()

    def renew():  # a lease holds for 30 s
        while not done.wait(10):
            call("heartbeat", {"worker": WORKER, "leases": [lease], "progress": {lease["key"]: "reading"}})

    threading.Thread(target=renew, daemon=True).start()
    try:
        answer = {"output": review(given["text"])}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    done.set()
    call("complete", {"lease": lease, "answer": answer})  # and "receipt": ID, of a step with effects: once


while True:
    ask = {"worker": WORKER, "slots": {"llm": 1}, "agents": ["reviewer"], "patience_ms": 20000}
    for task in call("lease", ask)["tasks"]:
        work(task["lease"], task["input"])
