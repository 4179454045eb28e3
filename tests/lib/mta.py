"""What the fault tests and the soak share: a private instance of the suite on loopback, driven through its commands, an SMTP client, and a server to relay to."""
import os, pwd, random, re, shutil, signal, socket, subprocess, sys, tempfile, time

sys.dont_write_bytecode = True
from server import Server

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get('MTA_BUILD') or os.path.join(TOP, 'build')
HOST = 'mx.test.example'
IS_ROOT = os.getuid() == 0
USER = 'games' if IS_ROOT else pwd.getpwuid(os.getuid()).pw_name  # an account that gets mail
ANYBODY = 0o1777
READABLE = 0o755
FIRST_PORT, BEHIND_PORTS = 15_000, 32_000  # the system gives these to nobody who does not ask for them


def free_ports(count):
    ports = []
    while len(ports) < count:
        port = random.randrange(FIRST_PORT, BEHIND_PORTS)
        with socket.socket() as s:
            try: s.bind(('127.0.0.1', port))
            except OSError: continue
        if port not in ports: ports.append(port)
    return ports


def wait_until(condition, seconds, pause=0.01):
    """True as soon as the condition holds; False when it did not hold within so many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end: return False
        time.sleep(pause)
    return True


class Refused(Exception):
    """A reply that is not the one that was wanted."""
    def __init__(self, code, text): super().__init__(f'{code} {text}'); self.code = code


class Client:
    """An SMTP session."""
    def __init__(self, port, timeout):
        self.socket = socket.create_connection(('127.0.0.1', port), timeout)
        self.file = self.socket.makefile('rb')

    def reply(self):
        text = b''
        while True:
            line = self.file.readline()
            if not line.endswith(b'\n'): raise ConnectionError('the server closed the connection')
            text += line
            if line[3:4] != b'-': return int(line[:3]), text.decode('latin-1').strip()

    def expect(self, code, line=None):
        if line is not None: self.socket.sendall(line.encode() + b'\r\n')
        got, text = self.reply()
        if got != code: raise Refused(got, text[4:])
        return text

    def greet(self):
        self.expect(220)
        self.expect(250, 'EHLO client.example')
        return self

    def deliver(self, sender, recipients, content):
        """Sends a message, lines ending in LF; the queue id."""
        self.expect(250, f'MAIL FROM:<{sender}>')
        for recipient in recipients: self.expect(250, f'RCPT TO:<{recipient}>')
        self.expect(354, 'DATA')
        self.socket.sendall(content.replace('\n.', '\n..').replace('\n', '\r\n').encode() + b'.\r\n')
        return self.expect(250).split()[-1]

    def __enter__(self): return self
    def __exit__(self, *_): self.close()

    def close(self):
        self.file.close()
        self.socket.close()


class Instance:
    """An instance in a folder of its own below /tmp; remove() ends its processes."""
    def __init__(self, name, *settings):
        self.folder = tempfile.mkdtemp(prefix=f'mta-{name}-')
        os.chmod(self.folder, READABLE)
        self.etc, self.spool, self.mail, self.log = (f'{self.folder}/{p}' for p in ('etc', 'spool', 'mail', 'log/mail.log'))
        self.port, *others = free_ports(3)
        self.tool('mtasuite', 'init', self.folder, '--hostname', HOST, '--smtp-port', self.port, '--submission-port', others[0], '--submissions-port', others[1])
        self.tool('postconf', '-c', self.etc, '-MX', *(f'127.0.0.1:{p}/inet' for p in others))
        self.configure(f'mail_spool_directory={self.mail}/', *settings)
        os.makedirs(self.mail, exist_ok=True)
        os.chmod(self.mail, ANYBODY)

    def tool(self, name, *arguments, input=None, check=True, timeout=600):
        """Runs a command of the suite."""
        environment = {k: v for k, v in os.environ.items() if k != 'MAIL_CONFIG'}
        if name not in ('mtasuite', 'postconf'): environment['MAIL_CONFIG'] = self.etc
        result = subprocess.run([f'{BUILD}/sbin/{name}', *map(str, arguments)], input=input or b'', stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
                                timeout=timeout)
        if check and result.returncode: raise RuntimeError(f'{name} {" ".join(map(str, arguments))}: exit status {result.returncode}\n{result.stderr.decode("latin-1")}')
        return result

    def configure(self, *settings): self.tool('postconf', '-c', self.etc, '-e', *settings)

    def add_aliases(self, text):
        with open(f'{self.etc}/aliases', 'a', encoding='utf-8') as f: f.write(text)
        self.tool('newaliases', '-C', self.etc)

    def start(self): self.tool('mtasuite', '-c', self.etc, 'start')
    def stop(self): self.tool('mtasuite', '-c', self.etc, 'stop')
    def reload(self): self.tool('mtasuite', '-c', self.etc, 'reload')

    def connect(self, timeout): return Client(self.port, timeout)

    def pids(self, program=None):
        """{pid: program} of the processes that run with this instance's configuration."""
        found = {}
        for pid in filter(str.isdigit, os.listdir('/proc')):
            try:
                with open(f'/proc/{pid}/cmdline', 'rb') as f: words = f.read().split(b'\0')
            except OSError: continue
            if len(words) < 3 or words[1:3] != [b'-c', self.etc.encode()] or b'/libexec/' not in words[0]: continue
            name = os.path.basename(words[0]).decode()
            if program in (None, name): found[int(pid)] = name
        return found

    @staticmethod
    def service_of(pid):
        """The name of the service that a process is: of the line in master.cf."""
        try:
            with open(f'/proc/{pid}/cmdline', 'rb') as f: words = f.read().decode('latin-1').split('\0')
        except OSError: return ''
        return words[words.index('-n') + 1] if '-n' in words else ''

    def signal(self, number, pids):
        for pid in pids:
            try: os.kill(pid, number)
            except ProcessLookupError: pass

    def queue_files(self, *queues):
        for queue in queues:
            for folder, _, files in os.walk(f'{self.spool}/{queue}'):
                for name in files: yield f'{folder}/{name}'

    def waiting(self):
        """Queue files of messages that are still to be delivered. A file that its writer never finished is none: nobody was promised anything."""
        return [f for f in self.queue_files('incoming', 'active', 'deferred', 'maildrop') if '/maildrop/' in f or self.is_finished(f)]

    @staticmethod
    def is_finished(path):
        try:
            with open(path, 'rb') as f:
                if f.readline() != b'MTASUITE 2\n': return False
                sizes = [int(s) for s in f.readline().split()[:6]]  # offset and length of each segment (docs/QUEUE_FILE.md)
                return len(sizes) == 6 and os.fstat(f.fileno()).st_size >= max(sizes[i] + sizes[i + 1] for i in (0, 2, 4))
        except (FileNotFoundError, ValueError): return False

    def log_text(self, since=0):
        try:
            with open(self.log, 'rb') as f:
                f.seek(since)
                return f.read().decode('latin-1')
        except FileNotFoundError: return ''

    def log_mark(self): return os.path.getsize(self.log) if os.path.exists(self.log) else 0

    def remove(self, keep=False):
        """Ends the processes, master first so that it starts nothing again."""
        self.signal(signal.SIGKILL, self.pids('master'))
        def gone():
            pids = self.pids()
            self.signal(signal.SIGKILL, pids)
            return not pids
        wait_until(gone, 60, 0.05)
        if not keep: shutil.rmtree(self.folder, ignore_errors=True)


class Sink(Server):
    """A server that takes mail. defers(line) says whether it answers 450 to this RCPT; take(text, recipients) gets each message."""
    def __init__(self, take, defers=lambda recipient: False):
        self.take, self.defers = take, defers
        super().__init__()

    def talk(self, client, lines):
        client.sendall(b'220 sink.example ESMTP\r\n')
        recipients = []
        while True:
            line = lines.readline()
            if not line.endswith(b'\r\n'): return
            verb = line[:4].upper()
            if verb == b'DATA':
                client.sendall(b'354 go on\r\n')
                content = []
                while True:
                    line = lines.readline()
                    if not line.endswith(b'\r\n'): return
                    if line == b'.\r\n': break
                    content.append(line)
                self.take(b''.join(content).decode('latin-1'), recipients)
            if verb == b'EHLO': answer = b'250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES'
            elif verb == b'QUIT': answer = b'221 2.0.0 bye'
            elif verb == b'RCPT' and self.defers(line.decode('latin-1')): answer = b'450 4.2.0 later'
            else: answer = b'250 2.0.0 Ok'
            if verb == b'MAIL': recipients = []
            elif verb == b'RCPT' and answer[:1] == b'2': recipients.append(line.decode('latin-1').split('<')[1].split('>')[0])
            client.sendall(answer + b'\r\n')
            if verb == b'QUIT': return
