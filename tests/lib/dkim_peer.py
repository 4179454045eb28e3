"""dkimpy as a second opinion: signs and verifies many messages in one process.

Standard input: one JSON object, {"records": {NAME: TEXT}, "jobs": [...]}. Jobs, messages and keys in base64:
  {"do": "sign", "message", "key", "selector", "domain", "algorithm", "canon", "length": bool, "headers": [...]}
  {"do": "verify", "message"}                                 all signatures must pass, or "index" alone
  {"do": "seal", "message", "key", "selector", "domain", "authserv"}
  {"do": "arc", "message"}
Standard output: a JSON list with an object for each job: "result" (verdict, or the new message in base64), or "error".
"""
import base64
import json
import sys

import dkim


def lookup(records):
    def find(name, timeout=5):
        return records.get(name.decode("utf-8", "replace").rstrip(".").lower(), "").encode() or None
    return find


def canonicalization(text):
    return tuple(part.encode() for part in text.split("/"))


def sign(job, find):
    message = base64.b64decode(job["message"])
    field = dkim.sign(message, job["selector"].encode(), job["domain"].encode(), base64.b64decode(job["key"]),
                      canonicalize=canonicalization(job["canon"]), signature_algorithm=job["algorithm"].encode(),
                      length=job.get("length", False),
                      include_headers=[h.encode() for h in job["headers"]] if job.get("headers") else None)
    return base64.b64encode(field + message).decode()


def verify(job, find):
    message = base64.b64decode(job["message"])
    return dkim.DKIM(message).verify(idx=job.get("index", 0), dnsfunc=find)


def seal(job, find):
    message = base64.b64decode(job["message"])
    fields = dkim.arc_sign(message, job["selector"].encode(), job["domain"].encode(), base64.b64decode(job["key"]),
                           job["authserv"].encode())
    return base64.b64encode(b"".join(fields) + message).decode()


def arc(job, find):
    verdict, _, reason = dkim.arc_verify(base64.b64decode(job["message"]), dnsfunc=find)
    return {"verdict": (verdict or b"none").decode(), "reason": str(reason)}


def main():
    task = json.load(sys.stdin)
    find = lookup(task["records"])
    kinds = {"sign": sign, "verify": verify, "seal": seal, "arc": arc}
    answers = []
    for job in task["jobs"]:
        try:
            answers.append({"result": kinds[job["do"]](job, find)})
        except Exception as problem:  # whatever dkimpy throws is its answer
            answers.append({"error": f"{type(problem).__name__}: {problem}"})
    json.dump(answers, sys.stdout)


main()
