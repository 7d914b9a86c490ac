"""One Kafka broker in KRaft mode, run from its jars in a folder of its own."""

import base64
import os
import subprocess
import time
from collections import deque
from importlib.resources import files
from pathlib import Path
from string import Template

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from driftline.stream_app.adapters.local_kafka.errors import LocalKafkaError
from driftline.stream_app.adapters.local_kafka.libraries import fetch_libraries
from driftline.stream_app.adapters.local_kafka.ports import HOST, free_port, port_answers, port_is_free
from driftline.stream_app.adapters.local_kafka.process import BrokerProcess
from driftline.stream_app.adapters.local_kafka.toolchain import java_problem, java_program

START_PATIENCE_S = 90.0
LOG_LINES_SHOWN = 8
OUT_OF_MEMORY = ("insufficient memory", "Could not reserve enough space", "OutOfMemoryError")


class LocalKafka:
    """A broker whose every file (jars, configuration, data, log, pid) is in one folder.

    A folder that has been used before keeps its topics. `libraries` lets several folders share the jars.
    Every method that fails raises LocalKafkaError.
    """

    def __init__(self, directory: Path, port: int, libraries: Path | None = None, heap_mb: int = 512) -> None:
        self.directory = directory.resolve()
        self.port = port
        self.libraries = (libraries or self.directory / "libs").resolve()
        self.heap_mb = heap_mb
        self.log = self.directory / "kafka.log"
        self._properties = self.directory / "server.properties"
        self._data = self.directory / "data"
        self._pid_file = self.directory / "broker.json"

    @property
    def bootstrap_servers(self) -> str:
        """Where clients find the broker, as host:port."""
        return f"{HOST}:{self.port}"

    def start(self) -> None:
        """Fetches what is missing, starts the broker and returns when it answers requests.

        A broker that this folder already runs on this port is left as it is.
        """
        if running := self._running():
            self._wait_until_it_answers(running)
            return
        if problem := java_problem():
            raise LocalKafkaError(f"A local Kafka cannot run here: {problem}.")
        if not port_is_free(self.port):
            raise LocalKafkaError(
                f"Port {self.port} of {HOST} is used by another program: choose another, or stop it."
            )
        fetch_libraries(self.libraries)
        self._configure()
        process = self._launch()
        try:
            self._wait_until_it_answers(process)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> bool:
        """Stops this folder's broker, whoever started it; False when none was running."""
        process = BrokerProcess.read(self._pid_file)
        if process is None:
            return False
        stopped = process.stop()
        if process.runs():
            raise LocalKafkaError(f"The local Kafka (process {process.pid}) does not stop; end it by hand.")
        self._pid_file.unlink(missing_ok=True)
        return stopped

    def _running(self) -> BrokerProcess | None:
        process = BrokerProcess.read(self._pid_file)
        if process is None or not process.runs():
            return None
        if process.port != self.port:
            raise LocalKafkaError(
                f"The Kafka of {self.directory} already runs on port {process.port}: "
                "use that port, or stop it first with `driftline kafka stop`."
            )
        return process

    def _configure(self) -> None:
        """Writes server.properties, and formats the data folder the first time."""
        self._data.mkdir(parents=True, exist_ok=True)
        template = Template((files(__package__) / "server.properties").read_text())
        self._properties.write_text(
            template.substitute(port=self.port, controller_port=free_port(), data=self._data)
        )
        if (self._data / "meta.properties").exists():
            return
        cluster = base64.urlsafe_b64encode(os.urandom(16)).rstrip(b"=").decode()
        command = self._java("kafka.tools.StorageTool", heap_mb=128)
        command += ["format", "--standalone", f"--cluster-id={cluster}", "--config", str(self._properties)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.directory)
        if answer.returncode != 0:
            raise LocalKafkaError(_explanation("Kafka's storage could not be formatted", answer.stderr))

    def _launch(self) -> BrokerProcess:
        command = [*self._java("kafka.Kafka", self.heap_mb), str(self._properties)]
        with self.log.open("wb") as log:
            child = subprocess.Popen(
                command,
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal is not for the broker
            )
        process = BrokerProcess.of(child.pid, self.port)
        process.write(self._pid_file)
        return process

    def _wait_until_it_answers(self, process: BrokerProcess) -> None:
        deadline = time.monotonic() + START_PATIENCE_S
        while time.monotonic() < deadline:
            if not process.runs():
                said = self.log.read_text(errors="replace")
                raise LocalKafkaError(_explanation("Kafka ended while it was starting", said))
            if port_answers(self.port) and _answers(self.bootstrap_servers):
                return
            time.sleep(0.2)
        raise LocalKafkaError(f"Kafka did not answer within {START_PATIENCE_S:.0f} s; its log is {self.log}.")

    def _java(self, main: str, heap_mb: int) -> list[str]:
        scratch = self.directory / "tmp"  # where compression libraries unpack themselves
        scratch.mkdir(parents=True, exist_ok=True)
        options = [f"-Xmx{heap_mb}m", f"-Djava.io.tmpdir={scratch}", "-XX:-UsePerfData"]
        return [java_program() or "java", *options, "-cp", f"{self.libraries}/*", main]


def start_local_kafka(directory: Path, port: int) -> str:
    """Starts the broker of a folder (see LocalKafka) and returns its bootstrap servers."""
    broker = LocalKafka(directory, port)
    broker.start()
    return broker.bootstrap_servers


def stop_local_kafka(directory: Path) -> bool:
    """Stops the broker of a folder; False when none was running."""
    return LocalKafka(directory, port=0).stop()


def _answers(bootstrap_servers: str) -> bool:
    """True when a broker answers a metadata request with at least one broker in it."""
    try:
        admin = KafkaAdminClient(bootstrap_servers=bootstrap_servers, bootstrap_timeout_ms=3_000)
    except KafkaError:
        return False
    try:
        return bool(admin.describe_cluster()["brokers"])
    except KafkaError:
        return False
    finally:
        admin.close()


def _explanation(what: str, said: str) -> str:
    if any(sign in said for sign in OUT_OF_MEMORY):
        return f"{what}: there is not enough memory for Java; close other programs and try again."
    last = deque((line for line in said.splitlines() if line.strip()), maxlen=LOG_LINES_SHOWN)
    return "\n".join([f"{what}. It said last:", *last])
