"""A Mosquitto of our own: its own port, its own configuration, its own process, stopped at the end."""

import shutil
import socket
import subprocess
import time
from pathlib import Path

from workers.embedded import Child, child_environment, free_port

BINARY = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/sbin")
ABSENT = "no mosquitto here: nothing speaks MQTT with us (Debian: apt install mosquitto)"

USER, PASSWORD = "passerby", "only for tests"
PHONE, PHONES = "anna", "of the phone"
ACCESS = f"""
user {USER}
topic read owntracks/#
topic write owntracks/+/+/cmd

pattern write owntracks/%u/+
pattern write owntracks/%u/+/event
pattern read owntracks/%u/+/cmd
"""
"""As docs/clients/owntracks-mqtt.md gives it."""


class Mosquitto:
    """Keeps sessions and messages in its folder, so that a restart loses nothing."""

    def __init__(self, folder: Path) -> None:
        assert BINARY is not None
        self.port = free_port()
        self._log = (folder / "mosquitto.log").open("ab")
        users, access, settings = folder / "users", folder / "access", folder / "mosquitto.conf"
        users.touch(mode=0o600)
        for name, password in ((USER, PASSWORD), (PHONE, PHONES)):
            tool = shutil.which("mosquitto_passwd") or "mosquitto_passwd"
            subprocess.run([tool, "-b", str(users), name, password], check=True, capture_output=True)
        access.write_text(ACCESS)
        settings.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous false\npassword_file {users}\nacl_file {access}\n"
            f"persistence true\npersistence_location {folder}/\nautosave_interval 1\nlog_dest stderr\nlog_type error\n"
            "user root\n"  # else it drops to a user of its own, who can not read this folder
        )
        self._child = Child("mosquitto", [BINARY, "-c", str(settings)], child_environment({}), self._log)

    @property
    def url(self) -> str:
        return f"mqtt://{USER}:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{self.port}/owntracks"

    def start(self) -> None:
        self._child.start()
        for _ in range(400):
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.01)
        raise RuntimeError("mosquitto did not start")

    def stop(self) -> None:
        self._child.stop(within_s=10)

    def close(self) -> None:
        self.stop()
        self._log.close()
