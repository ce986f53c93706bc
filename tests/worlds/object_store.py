"""An S3 bucket and a KMS key on loopback, by moto's server where that is on PATH. It verifies every signature it is asked with."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlencode

from sluse.model.settings import PulumiSettings

PROGRAM = "moto_server"

_REGION = "us-east-1"
_BUCKET = "sluse-state"
_PATIENCE = 60.0
_EVERYTHING = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'


def missing() -> bool:
    """Tell whether no such server can be run here."""
    return shutil.which(PROGRAM) is None


@dataclass(frozen=True)
class ObjectStore:
    """Where a bucket and a key are, as Pulumi names them, and who may use both."""

    port: int
    key_id: str
    secret: str

    @property
    def backend(self) -> str:
        return f"s3://{_BUCKET}?endpoint={self._endpoint}&s3ForcePathStyle=true&region={_REGION}"

    @property
    def secrets_provider(self) -> str:
        return f"awskms://alias/sluse?endpoint={self._endpoint}&region={_REGION}"

    @property
    def credentials(self) -> Mapping[str, str]:
        """Return what the CLI finds them by."""
        return {"AWS_ACCESS_KEY_ID": self.key_id, "AWS_SECRET_ACCESS_KEY": self.secret}

    def credentials_file(self, path: Path) -> Path:
        """Write the same as AWS' own libraries read it."""
        path.touch(mode=0o600)
        lines = ("[default]", f"aws_access_key_id = {self.key_id}", f"aws_secret_access_key = {self.secret}")
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    @property
    def environment(self) -> Mapping[str, str]:
        """Return an environment with them, and with none that stands in ours."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {**ours, "AWS_EC2_METADATA_DISABLED": "true", **self.credentials}

    def settings(self, home: Path, backend: str | None = None) -> PulumiSettings:
        """Return settings with a folder of one's own in the bucket: the folders of `home`'s name are apart."""
        return PulumiSettings(
            backend=backend or self.within(home.parent.name), home=home, secrets_provider=self.secrets_provider
        )

    def within(self, folder: str) -> str:
        """Return the address of a folder of the bucket."""
        return self.backend.replace(_BUCKET, f"{_BUCKET}/{quote(folder)}", 1)

    @property
    def _endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def object_store(folder: Path) -> Iterator[ObjectStore]:
    """Run the server as long as the context is open. `folder` takes its talk."""
    port = _free()
    with (folder / "moto.log").open("wb") as talk:
        process = subprocess.Popen(
            [PROGRAM, "-H", "127.0.0.1", "-p", str(port)], stdout=talk, stderr=talk, stdin=subprocess.DEVNULL
        )
    try:
        _wait(process, port)
        yield _made(port)
    finally:
        process.kill()
        process.wait()


def _made(port: int) -> ObjectStore:
    """Make the bucket, the key and an account; from then on the server answers nobody else."""
    _ask(port, "s3", "PUT", f"/{_BUCKET}")
    key = _found(r'"KeyId": ?"([^"]+)"', _kms(port, "CreateKey", "{}"))
    _kms(port, "CreateAlias", f'{{"AliasName": "alias/sluse", "TargetKeyId": "{key}"}}')
    _iam(port, "CreateUser", UserName="operator")
    _iam(port, "PutUserPolicy", UserName="operator", PolicyName="all", PolicyDocument=_EVERYTHING)
    made = _iam(port, "CreateAccessKey", UserName="operator")
    _ask(port, "moto-api", "POST", "/moto-api/reset-auth", "0", {"Content-Type": "text/plain"})
    return ObjectStore(
        port,
        _found(r"<AccessKeyId>([^<]+)<", made),
        _found(r"<SecretAccessKey>([^<]+)<", made),
    )


def _kms(port: int, action: str, body: str) -> str:
    kind = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"TrentService.{action}"}
    return _ask(port, "kms", "POST", "/", body, kind)


def _iam(port: int, action: str, **words: str) -> str:
    body = urlencode({"Action": action, "Version": "2010-05-08", **words})
    return _ask(port, "iam", "POST", "/", body, {"Content-Type": "application/x-www-form-urlencoded"})


def _ask(
    port: int, service: str, method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None
) -> str:
    """Ask the server, which learns from the signature's scope alone which service is meant."""
    scope = (
        f"AWS4-HMAC-SHA256 Credential=setup/20260101/{_REGION}/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
    connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    try:
        connection.request(method, path, body, {"Authorization": scope, **(headers or {})})
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    if answer.status >= 300:
        raise RuntimeError(f"{PROGRAM} answers {method} {path} of {service} with {answer.status}: {text[:300]}")
    return text


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise RuntimeError(f"{PROGRAM} says something else than {pattern}")
    return match[1]


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait until it listens: it tells nobody."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"{PROGRAM} ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{PROGRAM} does not listen after {_PATIENCE:.0f} s")


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port
