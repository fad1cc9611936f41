"""A small sign-in service on loopback: device codes, coming back with PKCE, renewal with rotation, every refusal."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

from crm.domain import sign_ins
from crm.domain.sign_ins import SignInService

CLIENT_ID, CLIENT_SECRET = "handoff-client", "not so secret"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass
class IdentityStandIn:
    """`plan(*answers)` is given at the next questions for tokens: an OAuth error's code, a status such as "503",
    "garbage", "drip" or "drop". `user` is who signs in; `valid` holds the access tokens that mail servers take.
    """

    port: int = 0
    user: str = "dana@stride.example"
    lasts: int = 3600
    interval: int = 5
    rotates: bool = True
    secret: str = ""
    planned: deque[str] = field(default_factory=deque)
    valid: set[str] = field(default_factory=set)
    refresh: set[str] = field(default_factory=set)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    count: int = 0
    slow: float = 0.0
    held: threading.Event | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def plan(self, *answers: str) -> None:
        """Answer so at the next questions."""
        self.planned.extend(answers)

    def service(self, key: str = "microsoft") -> SignInService:
        """The service of that key, as if it lived here."""
        known = sign_ins.known()[key]
        device = f"{self.url}/device" if known.device_url else ""
        return replace(known, authorize_url=f"{self.url}/authorize", token_url=f"{self.url}/token", device_url=device)

    def services(self) -> dict[str, SignInService]:
        """Both."""
        return {key: self.service(key) for key in sign_ins.known()}

    def allow(self, user_code: str) -> None:
        """The person types the code in and says yes."""
        self.devices = {code: "allowed" if shown == user_code else shown for code, shown in self.devices.items()}

    def visit(self, url: str) -> str:
        """The person opens the page of the service and says yes; where their browser is sent."""
        asked = dict(parse_qsl(urlsplit(url).query))
        assert asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT_ID
        code = f"code-{len(self.codes) + 1}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def withdraw(self) -> None:
        """The person takes the permission back: no token is good any more."""
        self.valid.clear()
        self.refresh.clear()

    def grants(self, kind: str) -> list[dict[str, str]]:
        """The questions of that kind of grant."""
        return [one for one in self.asked if one.get("grant_type") == kind]

    # --- what it answers -----------------------------------------------------------------------------------------

    def device(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        if form.get("client_id") != CLIENT_ID:
            return 401, {"error": "invalid_client"}
        number = len(self.devices) + 1
        self.devices[f"device-{number}"] = f"WDJB-MJH{number}"
        return 200, {
            "device_code": f"device-{number}",
            "user_code": f"WDJB-MJH{number}",
            "verification_uri": f"{self.url}/enter",
            "interval": self.interval,
            "expires_in": 900,
        }

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        if form.get("client_id") != CLIENT_ID or form.get("client_secret", "") != self.secret:
            return 401, {"error": "invalid_client", "error_description": "who are you?"}
        kind = form.get("grant_type")
        if kind == DEVICE_GRANT:
            return self._by_device(form)
        if kind == "authorization_code":
            return self._by_code(form)
        return self._by_refresh(form)

    def _by_device(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        standing = self.devices.get(form["device_code"])
        if standing is None:
            return 400, {"error": "expired_token"}
        return self._tokens() if standing == "allowed" else (400, {"error": "authorization_pending"})

    def _by_code(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        asked = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != proof or asked["redirect_uri"] != form["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        return self._tokens()

    def _by_refresh(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        if form.get("refresh_token") not in self.refresh:
            return 400, {"error": "invalid_grant", "error_description": "AADSTS70043: the token has been revoked"}
        if self.rotates:
            self.refresh.discard(form["refresh_token"])
        return self._tokens(again=not self.rotates)

    def _tokens(self, *, again: bool = False) -> tuple[int, dict[str, object]]:
        self.count += 1
        access, refresh = f"access-{self.count}", f"refresh-{self.count}"
        self.valid = {access}
        answer: dict[str, object] = {"access_token": access, "expires_in": self.lasts, "token_type": "Bearer"}
        if not again:
            self.refresh.add(refresh)
            claims = base64.urlsafe_b64encode(json.dumps({"email": self.user}).encode()).rstrip(b"=").decode()
            answer |= {"refresh_token": refresh, "id_token": f"head.{claims}.signature", "scope": "mail"}
        return 200, answer


def _talk(server: IdentityStandIn) -> type[BaseHTTPRequestHandler]:
    class Talk(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            with server.lock:
                server.asked.append(form)
                planned = server.planned.popleft() if server.planned else ""
            time.sleep(server.slow)
            if server.held is not None:
                server.held.wait(60)
            if planned and self.misbehave(planned):
                return
            with server.lock:
                status, answer = server.device(form) if self.path == "/device" else server.token(form)
            self.say(status, json.dumps(answer).encode())

        def do_GET(self) -> None:
            """`/info?access_token=…`: whose a token is, for mail servers. `/authorize`: the person says yes at once."""
            if self.path.startswith("/authorize?"):
                self.send_response(302)
                self.send_header("Location", server.visit(self.path))
                self.end_headers()
                return
            token = dict(parse_qsl(urlsplit(self.path).query)).get("access_token", "")
            with server.lock:
                good = token in server.valid
            self.say(200 if good else 401, json.dumps({"email": server.user} if good else {}).encode())

        def misbehave(self, planned: str) -> bool:
            if planned == "drop":
                self.connection.close()
            elif planned == "drip":
                self.drip()
            elif planned == "garbage":
                self.say(200, b"<html>sign in</html>")
            elif planned == "moved":
                self.send_response(307)
                self.send_header("Location", f"{server.url}/elsewhere")
                self.end_headers()
            elif planned.isdecimal():
                self.say(int(planned), b"{}")
            else:
                self.say(400, json.dumps({"error": planned, "error_description": f"AADSTS1: {planned}"}).encode())
            return True

        def drip(self) -> None:
            try:
                for letter in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200:
                    self.wfile.write(bytes([letter]))
                    self.wfile.flush()
                    time.sleep(0.05)
            except OSError:
                pass
            self.close_connection = True

        def say(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                pass  # they have given up waiting

    return Talk


@contextmanager
def identity_stand_in() -> Iterator[IdentityStandIn]:
    """A service on a free port of loopback."""
    server = IdentityStandIn()
    listener = ThreadingHTTPServer(("127.0.0.1", 0), _talk(server))
    listener.daemon_threads = True
    server.port = listener.server_address[1]
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join(2)
