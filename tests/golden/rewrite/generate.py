#!/usr/bin/env python3
"""Writes the .ref files here: what Postfix's own trivial-rewrite answers, for the settings in each .cf file.

Run by hand on a machine with Postfix installed; it talks to the program over its standard input and starts no service.
Lines of NAME.ref (fields between tabs):
  rewrite CONTEXT ADDRESS RESULT                                 (external forms)
  resolve SENDER ADDRESS FLAGS TRANSPORT NEXTHOP RECIPIENT       (internal forms; nothing after FLAGS when they say error)
"""
import os, random, subprocess, sys, tempfile

PROGRAM = "/usr/lib/postfix/sbin/trivial-rewrite"
HERE = os.path.dirname(os.path.abspath(__file__))
PIECES = ["a", "b", "user", "user+ext", "mx.example.com", "example.com", "remote.test", "v.test", "alias.test", "relay.test", "sub.relay.test",
          "@", "@", "@", "%", "!", ".", "[127.0.0.1]", "[192.0.2.1]", "127.0.0.1"]
ODD = ['"', "\\", " ", "[", "]", "<", ">", "(", ")", ",", ";", ":"]
PLAIN = ["", "user@example.com", "user+ext@remote.test", "user@remote.test", "moved@example.com", "-x@remote.test", "postmaster", "user@relay.test",
         "user@sub.relay.test", "user@v.test", "user@alias.test", "user@REMOTE.Test", "user@special.test", "user@x.special.test", "user@deep.x.special.test",
         "u@noslot.test", "u@colon.test", "u@err.test", "u+x@who.test", "u@who.test", "\"a b\"@remote.test", "user@[192.0.2.1]", "user@[IPv6:::1]",
         "user@[321.1.2.3]", "user@1.2.3.4", "double-bounce@example.com", "user@host"]


def ask(directory, fields):
    data = b"".join(f.encode() + b"\0" for f in fields) + b"\0"
    out = subprocess.run([PROGRAM, "-S"], input=data, env={"MAIL_CONFIG": directory}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    parts = out.decode("latin-1").split("\0")
    answer = dict(zip(parts[0::2], parts[1::2]))
    return answer if "flags" in answer else None


def addresses(odd):
    rng = random.Random(1)
    result = list(PLAIN)
    while len(result) < 260:
        text = "".join(rng.choice(PIECES + (ODD if odd and rng.random() < 0.3 else [])) for _ in range(rng.randint(1, 6)))
        if text not in result:
            result.append(text)
    return result


def main():
    for name in sorted(f[:-3] for f in os.listdir(HERE) if f.endswith(".cf")):
        with tempfile.TemporaryDirectory() as directory:
            with open(os.path.join(HERE, name + ".cf")) as source, open(os.path.join(directory, "main.cf"), "w") as main_cf:
                main_cf.write(source.read() + f"\nqueue_directory={directory}\ndata_directory={directory}\ncompatibility_level=3.6\n")
            open(os.path.join(directory, "master.cf"), "w").close()
            with open(os.path.join(HERE, name + ".cf")) as source:
                contexts = ["local", "remote"] if "remote_header_rewrite_domain" in source.read() else ["local"]
            with open(os.path.join(HERE, name + ".ref"), "w") as ref:
                for address in addresses(False):
                    for context in contexts:
                        if address == "":
                            continue
                        answer = ask(directory, ["request", "rewrite", "rule", context, "address", address])
                        if answer:
                            ref.write("\t".join(["rewrite", context, address, answer["address"]]) + "\n")
                for address in addresses(True):
                    for sender in ("", "s@example.com"):
                        answer = ask(directory, ["request", "resolve", "sender", sender, "address", address])
                        if not answer:
                            continue
                        flags = int(answer["flags"])
                        fields = ["resolve", sender, address, str(flags)]
                        if not flags & 12:
                            fields += [answer["transport"], answer["nexthop"], answer["recipient"]]
                        ref.write("\t".join(fields) + "\n")


if __name__ == "__main__":
    sys.exit(main())
