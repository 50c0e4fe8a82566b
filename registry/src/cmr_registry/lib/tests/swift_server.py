"""A real S3 server for tests: OpenStack Swift with s3api, all four servers on free ports in one folder."""

import contextlib
import hashlib
import hmac
import http.client
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

SWIFT_CONF = """[swift-hash]
swift_hash_path_prefix = cmr
swift_hash_path_suffix = test
[storage-policy:0]
name = default
default = yes
policy_type = replication
[swift-constraints]
max_file_size = 5368709122
"""
BACKEND_CONF = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {base}/conf
devices = {base}/node
mount_check = false
recon_cache_path = {base}/run
fallocate_reserve = 0
log_address = /dev/null
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""
PROXY_CONF = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {base}/conf
log_address = /dev/null
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats s3api tempauth slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:{nobody}
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
s3_acl = false
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_cmr_cmr = {secret} .admin
[filter:slo]
use = egg:swift#slo
allow_async_delete = false
"""
RINGS = """
import sys
from swift.common.ring import RingBuilder
for word in sys.argv[2:]:
    kind, port = word.split(":")
    builder = RingBuilder(4, 1, 0)
    where = {"region": 1, "zone": 1, "ip": "127.0.0.1", "port": int(port)}
    builder.add_dev({"id": 0, "device": "d1", "weight": 1, **where})
    builder.rebalance()
    builder.get_ring().save(f"{sys.argv[1]}/{kind}.ring.gz")
"""
SECRET, BUCKET = "tests-only", "cmr-objects"


@dataclass(frozen=True)
class SwiftServer:
    """A running server with one empty bucket."""

    endpoint: str
    bucket: str
    options: dict[str, str]

    @property
    def url(self) -> str:
        """As CMR_STORAGE_URL takes it."""
        return f"s3://{self.bucket}?endpoint={self.endpoint}"


@pytest.fixture(scope="session")
def swift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SwiftServer]:
    """A running S3 server with an empty bucket, or a skip with the reason."""
    base = tmp_path_factory.mktemp("swift")
    reason = why_not(base)
    if reason:
        pytest.skip(reason)
    with swift_server(base) as server:
        yield server


def why_not(base: Path) -> str:
    """The reason why Swift cannot run in `base`, or nothing."""
    if not _script("swift-proxy-server").exists():
        return "OpenStack Swift is not installed"
    probe = base / "xattr"
    probe.write_bytes(b"")
    try:
        os.setxattr(probe, "user.swift.metadata", b"x")
    except OSError:
        return "the filesystem of the temporary folder has no extended attributes"
    return ""


@contextlib.contextmanager
def swift_server(base: Path) -> Iterator[SwiftServer]:
    """Run Swift in `base` until the block ends."""
    ports = dict(zip(("proxy", "object", "container", "account", "nobody"), _free_ports(5), strict=True))
    for folder in ("conf", "run", "node/d1"):
        (base / folder).mkdir(parents=True)
    (base / "conf/swift.conf").write_text(SWIFT_CONF)
    user = pwd.getpwuid(os.getuid()).pw_name
    for kind in ("account", "container", "object"):
        text = BACKEND_CONF.format(kind=kind, port=ports[kind], user=user, base=base)
        (base / f"conf/{kind}-server.conf").write_text(text)
    text = PROXY_CONF.format(port=ports["proxy"], nobody=ports["nobody"], user=user, base=base, secret=SECRET)
    (base / "conf/proxy-server.conf").write_text(text)
    _build_rings(base / "conf", ports)
    servers: list[subprocess.Popen[bytes]] = []
    try:
        for kind in ("account", "container", "object", "proxy"):
            servers.append(_start(base, kind))
        options = {"access_key_id": "cmr:cmr", "secret_access_key": SECRET, "region": "us-east-1"}
        _wait(ports["proxy"], servers, options)
        yield SwiftServer(f"http://127.0.0.1:{ports['proxy']}", BUCKET, options)
    finally:
        for server in servers:
            server.send_signal(signal.SIGKILL)
        for server in servers:
            server.wait(10)


def _script(name: str) -> Path:
    found = shutil.which(name, path=sysconfig.get_path("scripts"))
    return Path(found or sysconfig.get_path("scripts"), "" if found else name)


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _build_rings(folder: Path, ports: dict[str, int]) -> None:
    arguments = [str(folder), *(f"{kind}:{ports[kind]}" for kind in ("account", "container", "object"))]
    subprocess.run([sys.executable, "-W", "ignore", "-c", RINGS, *arguments], check=True, capture_output=True)


def _start(base: Path, kind: str) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-W",
        "ignore",
        _script(f"swift-{kind}-server"),
        base / f"conf/{kind}-server.conf",
    ]
    with (base / f"run/{kind}.log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, cwd=base)


def _wait(port: int, servers: list[subprocess.Popen[bytes]], options: dict[str, str]) -> None:
    """Until the bucket is made: the proxy answers before the servers behind it do."""
    for _ in range(300):
        if any(server.poll() is not None for server in servers):
            break
        with contextlib.suppress(OSError):
            if _make_bucket(port, BUCKET, options) == 200:
                return
        time.sleep(0.1)
    raise RuntimeError("Swift did not start; see its logs in the folder `run`.")


def _make_bucket(port: int, bucket: str, options: dict[str, str]) -> int:
    """Status of a PUT on the bucket, signed by hand (AWS Signature Version 4): obstore has no word for it."""
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    nothing = hashlib.sha256(b"").hexdigest()
    headers = {"host": f"127.0.0.1:{port}", "x-amz-content-sha256": nothing, "x-amz-date": now}
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = f"PUT\n/{bucket}\n\n{lines}\n{';'.join(headers)}\n{nothing}"
    scope = f"{now[:8]}/{options['region']}/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"AWS4{options['secret_access_key']}".encode()
    for part in (*scope.split("/"), text):
        key = hmac.digest(key, part.encode(), "sha256")
    headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={options['access_key_id']}/{scope}, "
        f"SignedHeaders={';'.join(headers)}, Signature={key.hex()}"
    )
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("PUT", f"/{bucket}", headers=headers)
    return connection.getresponse().status
