"""A real IMAP server (Dovecot 2.3) on loopback: its own folder under /tmp, no root's rights, no service of the system's."""

import getpass
import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support import keeper, network

USER = "support"
PASSWORD = "a mailbox for tests"

CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
first_valid_gid = 1
mail_fsync = never
auth_failure_delay = 0
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home/%u
}}
service imap-login {{
  chroot =
  process_min_avail = 0
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
}}
"""


OAUTH = """
introspection_mode = post
introspection_url = http://127.0.0.1:{introspection_port}/introspect
username_attribute = username
active_attribute = active
active_value = true
"""


class NoDovecot(RuntimeError):
    """The server is missing or did not start; the text says which and why."""


@dataclass
class Mailbox:
    """A running server with one mailbox."""

    folder: Path
    port: int
    tls_port: int
    introspection_port: int
    """Where this server asks whether an access token is good (tests/support/tokens.py)."""
    keeper: "subprocess.Popen[bytes]"
    host: str = "127.0.0.1"
    user: str = USER
    password: str = PASSWORD

    def connect(self) -> imaplib.IMAP4:
        """A signed-in connection, for looking at the mailbox as another mail program would."""
        connection = imaplib.IMAP4(self.host, self.port, timeout=10)
        connection.login(self.user, self.password)
        return connection

    def append(self, raw: bytes, mailbox: str = "INBOX") -> None:
        """Put a message there, unread."""
        with self.connect() as connection:
            status, said = connection.append(mailbox, "", None, raw)  # type: ignore[arg-type]
            if status != "OK":
                raise RuntimeError(f"APPEND: {said!r}")

    def messages(self, mailbox: str = "INBOX") -> list[bytes]:
        """The raw messages in a folder, flags untouched; none if there is no such folder."""
        with self.connect() as connection:
            if connection.select(mailbox, readonly=True)[0] != "OK":
                return []
            numbers = connection.search(None, "ALL")[1][0].split()
            return [connection.fetch(n.decode(), "(BODY.PEEK[])")[1][0][1] for n in numbers]  # type: ignore[index, misc]

    def seen(self, mailbox: str = "INBOX") -> int:
        """How many messages of a folder bear the flag \\Seen."""
        with self.connect() as connection:
            connection.select(mailbox, readonly=True)
            return len(connection.search(None, "SEEN")[1][0].split())

    def empty(self) -> None:
        """Remove every message and every folder but INBOX."""
        with self.connect() as connection:
            for line in connection.list()[1]:
                name = line.decode().rpartition(' "." ')[2].strip('"') if isinstance(line, bytes) else ""
                if name and name.upper() != "INBOX":
                    connection.delete(f'"{name}"')
            if int(connection.select("INBOX")[1][0] or 0):  # "1:*" of nothing is an error
                connection.store("1:*", "+FLAGS", "\\Deleted")
                connection.expunge()

    @property
    def certificate(self) -> Path:
        """What a client must trust, and with key.pem beside it what another server may show."""
        return self.folder / "cert.pem"

    def stop(self) -> None:
        keeper.end(self.folder, self.keeper)


def program() -> str | None:
    """Where the server is; Debian keeps it out of the PATH of plain users."""
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def start(asker: int | None = None) -> Mailbox:
    """A new server that ends with the process `asker` at the latest (this one if None)."""
    dovecot = program()
    if dovecot is None:
        raise NoDovecot("dovecot is not installed; on Debian: apt-get install dovecot-imapd")
    user = getpass.getuser() if os.geteuid() else "nobody"
    person = pwd.getpwnam(user)
    group = __import__("grp").getgrgid(person.pw_gid).gr_name
    folder = Path(tempfile.mkdtemp(prefix="portal-imap-", dir="/tmp"))
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    port, tls_port, introspection_port = (probe.getsockname()[1] for probe in probes)
    for probe in probes:
        probe.close()
    values = {
        "folder": folder,
        "user": user,
        "group": group,
        "uid": person.pw_uid,
        "gid": person.pw_gid,
        "port": port,
        "tls_port": tls_port,
        "introspection_port": introspection_port,
    }
    (folder / "dovecot.conf").write_text(CONFIG.format_map(values))
    (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
    (folder / "oauth2.conf").write_text(OAUTH.format_map(values))
    make_certificate(folder)
    for name in ("run", "state", "mail", "home"):
        (folder / name).mkdir()
    if os.geteuid() == 0:
        for path in [folder, *folder.rglob("*")]:
            shutil.chown(path, person.pw_uid, person.pw_gid)
    command = [dovecot, "-F", "-c", str(folder / "dovecot.conf")]
    kept = keeper.start(folder, asker or os.getpid(), signal.SIGTERM, "-" if os.geteuid() else user, command)
    mailbox = Mailbox(folder, port, tls_port, introspection_port, kept)
    network.allowed_ports.add(port)
    try:
        _await(mailbox)
    finally:
        network.allowed_ports.discard(port)
    return mailbox


def make_certificate(folder: Path) -> None:
    """cert.pem and key.pem for 127.0.0.1 and localhost, signed by themselves."""
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"),
        ],
        check=True, capture_output=True,
    )  # fmt: skip


def _await(mailbox: Mailbox, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            mailbox.connect().logout()
            return
        except (OSError, imaplib.IMAP4.error) as error:
            if time.monotonic() > deadline or mailbox.keeper.poll() is not None:
                logs = [
                    p.read_text()[-2000:]
                    for p in (mailbox.folder / n for n in ("server.log", "dovecot.log"))
                    if p.exists()
                ]
                mailbox.stop()
                raise NoDovecot(f"dovecot did not start: {error}\n" + "\n".join(logs)) from None
            time.sleep(0.05)
