"""The ways of a message that every_call.py looks at: how it is sent, where it must arrive, which daemons handle it, and what may come twice."""
import os, re, shutil, sys, threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib'))
from filters import FIELD, LINE, Milter, PassThrough
from mta import ANYBODY, HOST, READABLE, USER, Instance, Refused, Sink, free_ports

TOKEN = re.compile(r'token-[0-9]+-of-this-run')
# short waits, no notices to the postmaster, one process for each service, daemons that stay
SETTINGS = ['minimal_backoff_time=1s', 'maximal_backoff_time=1s', 'queue_run_delay=1s', 'transport_retry_time=1s', 'service_throttle_time=1s', 'notify_classes=',
            'max_idle=3600s', 'service_processes=1', 'smtpd_tls_security_level=none']


class Path:
    name, daemons, settings = '', (), ()
    may_deliver_what_it_refused = ()  # daemons that refuse for now what they were told too late has been accepted
    may_double_when_killed = ()  # daemons whose death between a delivery and its mark makes it happen again: docs/STATES.md, states 8, 9 and 13

    def __init__(self):
        self.counts, self.lock = {}, threading.Lock()
        self.mta = Instance('calls', *SETTINGS, *self.settings)
        self.prepare()
        self.mta.start()

    def prepare(self): pass
    def sender(self): return ''
    def recipient(self, token): return f'{USER}@{HOST}'

    def content(self, token): return f'Subject: a message\n\n{token}\n' + 'line of text\n' * 20

    def send(self, token, timeout):
        """'accepted', 'refused CODE', or 'unknown' when the answer was lost."""
        try:
            with self.mta.connect(timeout).greet() as client: client.deliver(self.sender(), [self.recipient(token)], self.content(token))
            return 'accepted'
        except Refused as e: return f'refused {e.code}'
        except TimeoutError: return 'timeout'
        except (OSError, ValueError): return 'unknown'

    def count(self, token):
        """How often the message arrived by now."""
        self.collect()
        with self.lock: return self.counts.get(token, 0)

    def tally(self, text):
        with self.lock:
            for token in TOKEN.findall(text): self.counts[token] = self.counts.get(token, 0) + 1

    def tally_message(self, text):
        for token in set(TOKEN.findall(text)): self.tally(token)

    def collect(self): self.collect_files(f'{self.mta.mail}/{USER}/new')

    def collect_files(self, folder):
        """Counts and removes the messages in a folder of files."""
        try: names = os.listdir(folder)
        except FileNotFoundError: return
        for name in names:
            if name.endswith('.tmp'): continue
            with open(f'{folder}/{name}', encoding='latin-1') as f: text = f.read()
            os.unlink(f'{folder}/{name}')
            self.tally_message(text)

    def pids(self, daemon):
        """The processes that faults of a daemon are made in, the last of them first choice."""
        return list(self.mta.pids(daemon))

    def complaints(self, token):
        """What else is wrong with a message that arrived."""
        return []

    def close(self, keep): self.mta.remove(keep)


class Maildir(Path):
    name, daemons = 'smtp to maildir', ('smtpd', 'cleanup', 'qmgr', 'local')
    may_double_when_killed = ('local',)


class Mbox(Path):
    name, daemons = 'smtp to mbox', ('smtpd', 'cleanup', 'qmgr', 'local')
    may_double_when_killed = ('local',)
    settings = ('stale_lock_time=5s',)  # a lock file that its maker had no time to sign (docs/STATES.md)
    read = 0

    def prepare(self): self.mta.configure(f'mail_spool_directory={self.mta.mail}')

    def collect(self):
        try:
            with open(f'{self.mta.mail}/{USER}', encoding='latin-1') as f:
                f.seek(self.read)
                text = f.read()
        except FileNotFoundError: return
        end = text.rfind('\n\n') + 2 if '\n\n' in text else 0  # a message ends with an empty line
        complete = text[:end]
        self.read += len(complete)
        self.tally(complete)


class Command(Path):
    name, daemons = 'smtp to command', ('smtpd', 'cleanup', 'qmgr', 'local', 'launcher')
    may_double_when_killed = ('local', 'launcher')

    def prepare(self):
        script, self.taken = f'{self.mta.folder}/take', f'{self.mta.folder}/taken'
        os.mkdir(self.taken)
        os.chmod(self.taken, ANYBODY)
        with open(script, 'w', encoding='utf-8') as f: f.write(f'#!/bin/sh\nf={self.taken}/$$.$(date +%N)\ncat > $f.tmp && mv $f.tmp $f\n')
        os.chmod(script, READABLE)
        self.mta.add_aliases(f'program: "|{script}"\n')

    def recipient(self, token): return f'program@{HOST}'
    def collect(self): self.collect_files(self.taken)


class Relay(Path):
    name, daemons = 'smtp to relay', ('smtpd', 'cleanup', 'qmgr', 'relay')
    may_double_when_killed = ('relay',)

    def prepare(self):
        self.sink = Sink(lambda text, _: self.tally_message(text), self.defers)
        self.mta.configure(f'relayhost=[127.0.0.1]:{self.sink.port}', 'smtp_tls_security_level=none')

    def defers(self, recipient): return False
    def recipient(self, token): return f'{token}@next.example'
    def collect(self): pass

    def close(self, keep):
        super().close(keep)
        self.sink.close()


class Retry(Relay):
    """The first attempt is deferred."""
    name, daemons = 'deferred retry', ('smtpd', 'cleanup', 'qmgr', 'relay', 'bounce')

    def prepare(self):
        self.tried = set()
        super().prepare()

    def defers(self, recipient):
        token = TOKEN.search(recipient).group()
        first = token not in self.tried
        self.tried.add(token)
        return first


class Sendmail(Path):
    name, daemons = 'sendmail', ('pickup', 'cleanup', 'qmgr', 'local')
    may_double_when_killed = ('local',)

    def send(self, token, timeout):
        result = self.mta.tool('sendmail', '-i', '-f', f'{USER}@{HOST}', self.recipient(token), input=self.content(token).encode(), check=False, timeout=timeout * 10)
        return {0: 'accepted', 75: 'refused 451'}.get(result.returncode, f'refused {500 + result.returncode}')


class Notice(Path):
    """What must arrive is the notice that the message cannot be delivered."""
    name, daemons = 'notice', ('smtpd', 'cleanup', 'qmgr', 'local', 'bounce')
    may_double_when_killed = ('local', 'bounce', 'cleanup', 'qmgr')

    def prepare(self): self.mta.add_aliases('broken: there-is-nobody-of-this-name\n')
    def sender(self): return f'{USER}@{HOST}'
    def recipient(self, token): return f'broken@{HOST}'


class Filtered(Path):
    """A filter edits each message: whatever arrives has been through it."""
    daemons, may_double_when_killed = ('smtpd', 'cleanup', 'qmgr', 'local'), ('local',)

    def __init__(self):
        self.unseen = set()
        super().__init__()

    def tally_message(self, text):
        header, _, body = text.partition('\n\n')
        if FIELD.decode() not in header.split('\n') or not body.startswith(LINE.decode() + '\n'): self.unseen.update(TOKEN.findall(text))
        super().tally_message(text)

    def complaints(self, token): return ['delivered past the filter'] if token in self.unseen else []

    def close(self, keep):
        super().close(keep)
        self.filter.close()


class FilteredByMilter(Filtered):
    name = 'through milter'
    settings = ('milter_default_action=tempfail',)

    def prepare(self):
        self.filter = Milter()
        self.mta.configure(f'smtpd_milters=inet:127.0.0.1:{self.filter.port}')


class FilteredByProxy(Filtered):
    """A filter before the queue: smtpd is the process that speaks to the client and to the filter."""
    name = 'through proxy'
    may_deliver_what_it_refused = ('smtpd',)  # the filter has passed the message on, and its answer was lost

    def prepare(self):
        behind, = free_ports(1)
        self.filter = PassThrough(behind)
        self.mta.configure(f'smtpd_proxy_filter=127.0.0.1:{self.filter.port}')
        with open(f'{self.mta.etc}/master.cf', 'a', encoding='utf-8') as f:
            f.write(f'\n127.0.0.1:{behind} inet n - n - - smtpd -o smtpd_proxy_filter= -o smtpd_authorized_xforward_hosts=127.0.0.0/8\n')

    def pids(self, daemon):
        if daemon != 'smtpd': return super().pids(daemon)
        return [pid for pid in super().pids(daemon) if self.mta.service_of(pid).endswith(f':{self.mta.port}')]


ALL = [Maildir, Mbox, Command, Relay, Sendmail, Notice, Retry, FilteredByMilter, FilteredByProxy]
