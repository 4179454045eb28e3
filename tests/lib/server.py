"""A server of the tests: one thread for each connection."""
import socket, threading


class Server:
    """Listens on a port, 0: any; serves each connection on a thread with talk(client, stream)."""
    def __init__(self, port=0):
        self.listener = socket.create_server(('127.0.0.1', port), backlog=1000)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try: client, _ = self.listener.accept()
            except OSError: return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            with client, client.makefile('rb') as stream: self.talk(client, stream)
        except (OSError, EOFError): pass

    def close(self): self.listener.close()
