"""The files in deploy/: the same processes are run from them, here without containers."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import nginx as nginx_tests
import pytest
import yaml
from running import COMMAND
from shared_servers import needed

from assistant.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
GATE = "Why did Gate 3 fail?"

pytestmark = [needed, nginx_tests.needed, pytest.mark.xdist_group("shared")]


def listens(port):
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def until(holds, process):
    ends = time.monotonic() + 60
    while not holds():
        assert process.poll() is None
        assert time.monotonic() < ends
        time.sleep(0.05)


@pytest.fixture
def proxy(postgres, chroma, tmp_path):
    """The proxy's address, the two processes behind it, and their environment, as composed."""
    with ExitStack() as ended:
        port, ports = nginx_tests.free_port(), [nginx_tests.free_port() for _ in range(2)]
        database = postgres.database()
        given = COMPOSE["services"]["app"]["environment"] | {
            "FOOTNOTE_ORIGINALS": str(tmp_path / "originals"),
            "FOOTNOTE_CHROMA": chroma.address,
            "FOOTNOTE_HOSTS": f"127.0.0.1:{port}",
            "FOOTNOTE_EMBEDDING": "minilm",
        }
        assert given["FOOTNOTE_CATALOG"].startswith("postgresql://footnote:")
        given["FOOTNOTE_CATALOG"] = database
        dockerfile = (DEPLOY / "Dockerfile").read_text()
        [command] = re.findall(r'^CMD \["(serve.*)"\]$', dockerfile, re.MULTILINE)
        processes = []
        for number, own in enumerate(ports):
            home = tmp_path / f"data{number}"
            home.mkdir()
            environment = os.environ | given | {"FOOTNOTE_STORE": str(home / "store")}
            if number == 0:
                made = [COMMAND, "token", "add", "Ann"]
                token = subprocess.run(
                    made, env=environment, cwd=home, check=True, capture_output=True, text=True
                ).stdout.strip()
            arguments = [COMMAND, *command.split('", "'), "--host", "0.0.0.0", "--port", str(own)]
            process = subprocess.Popen(arguments, env=environment, cwd=home)
            ended.callback(process.wait)
            ended.callback(process.kill)
            processes.append(process)
        configured = (DEPLOY / "nginx.conf").read_text()
        behind = "".join(f"server 127.0.0.1:{own} max_fails=2;" for own in ports)
        configured, changed = re.subn(r"server app:7860[^;]*;", behind, configured)
        assert changed == 1
        configured = configured.replace("listen 8080;", f"listen 127.0.0.1:{port};")
        root = "user root;" if os.getuid() == 0 else ""
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = " ".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in kinds)
        (tmp_path / "nginx.conf").write_text(
            f"{root} daemon off; pid {tmp_path}/pid; error_log stderr;\nevents {{}}\n"
            f"http {{ access_log off; {temporary}\n{configured}}}\n"
        )
        server = subprocess.Popen(
            ["nginx", "-p", str(tmp_path), "-e", "stderr", "-c", str(tmp_path / "nginx.conf")]
        )
        ended.callback(server.wait)
        ended.callback(server.send_signal, signal.SIGTERM)
        until(lambda: listens(port), server)
        for process, own in zip(processes, ports, strict=True):
            until(lambda own=own: listens(own), process)
        yield f"http://127.0.0.1:{port}", processes, token


def test_two_processes_behind_the_proxy_are_one_service(proxy, postgres):
    address, processes, token = proxy
    signed = {"Authorization": f"Bearer {token}"}
    seeds = Path(__file__).parents[2] / "seeds"
    with httpx.Client(base_url=address, headers=signed, timeout=60) as client:
        report = ("files", ("report.pdf", (seeds / "inspectors-report.pdf").read_bytes()))
        job = client.post("/api/v1/documents", files=[report]).json()["id"]
        # A program stays with the process that runs its job.
        assert '"state":"done"' in client.get(f"/api/v1/jobs/{job}/events").text
        assert "bearing" in client.post("/api/v1/ask", json={"question": GATE}).json()["text"]

    # A browser stays with its process too, and is told so once.
    with httpx.Client(base_url=address, timeout=60) as browser:
        assert "footnote_process" in browser.get("/healthz").headers["Set-Cookie"]
        assert "Set-Cookie" not in browser.get("/healthz").headers

    # Either of them goes, as one does that is replaced: the other one answers.
    for gone in processes[:1]:
        gone.kill()
        gone.wait()
    asked = httpx.post(
        f"{address}/api/v1/ask", json={"question": GATE, "keep": True}, headers=signed, timeout=60
    )
    assert "bearing" in asked.json()["text"]

    postgres.stop()
    try:
        ready = httpx.get(f"{address}/readyz", timeout=60)
        assert ready.status_code == 503
        assert "secret" not in ready.text
    finally:
        postgres.start()
    assert httpx.get(f"{address}/readyz", timeout=60).status_code == 200


def test_what_is_set_in_the_files_are_settings():
    for file in DEPLOY.iterdir():
        for name in re.findall(r"FOOTNOTE_(\w+)", file.read_text()):
            assert name.lower() in Settings.model_fields, (file.name, name)


def test_the_composed_service_holds_what_the_image_needs():
    services = COMPOSE["services"]
    app = services["app"]
    assert app["deploy"]["replicas"] == 2
    assert app["read_only"]
    assert {"database", "vectors", "proxy", "app"} == services.keys()
    locked = (DEPLOY.parent / "requirements" / "product.txt").read_text()
    version = services["vectors"]["image"].rpartition(":")[2]
    assert f"chromadb=={version} " in locked
    image = (DEPLOY / "Dockerfile").read_text()
    for copied in re.findall(r"^COPY (?!--from)(.+) \S+$", image, re.MULTILINE):
        for path in copied.split():
            assert (DEPLOY.parent / path).exists(), path
    assert re.search(r"^USER 10001$", image, re.MULTILINE)


def test_the_unit_runs_a_command_that_there_is_and_is_one_that_systemd_understands(tmp_path):
    unit = (DEPLOY / "footnote.service").read_text()
    [command] = re.findall(r"^ExecStart=(.+)$", unit, re.MULTILINE)
    program, *options = command.split()
    asked = [COMMAND, *options, "--help"]
    assert subprocess.run(asked, capture_output=True).returncode == 0
    if verifier := shutil.which("systemd-analyze"):
        file = tmp_path / "footnote.service"
        file.write_text(unit.replace(program, COMMAND))
        ran = subprocess.run([verifier, "verify", str(file)], capture_output=True, text=True)
        assert (ran.returncode, ran.stderr) == (0, "")
