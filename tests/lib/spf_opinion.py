#!/usr/bin/python3
"""What pyspf says of clients, with records of the caller's own: lines "Z name TYPE data", "F name" (the question fails) and
"Q client sender helo" on standard input ("-" is an empty sender); a result for each Q on standard output."""
import sys
import spf

zone, failing = {}, set()


def lookup(name, qtype, strict=True, timeout=20):
    name = name.lower().rstrip('.')
    if name in failing: raise spf.TempError('no answer')
    if qtype == 'SPF': return []
    found = zone.get(name, [])
    answers = [((name, qtype), data) for kind, data in found if kind == qtype]
    if not answers: answers = [((name, 'CNAME'), data) for kind, data in found if kind == 'CNAME']
    return answers


def add(name, kind, data):
    if kind == 'TXT': value = [data.encode('latin-1')]
    elif kind == 'MX': value = (int(data.split()[0]), data.split()[1])
    else: value = data
    zone.setdefault(name.lower(), []).append((kind, value))


spf.DNSLookup = lookup
for line in sys.stdin.buffer.read().decode('latin-1').split('\n'):
    words = line.split(' ')
    if words[0] == 'Z': add(words[1], words[2], ' '.join(words[3:]))
    elif words[0] == 'F': failing.add(words[1].lower())
    elif words[0] == 'Q':
        sender = '' if words[2] == '-' else words[2]
        print(spf.check2(i=words[1], s=sender, h=words[3], querytime=0)[0], flush=True)
