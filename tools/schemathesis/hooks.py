"""What Schemathesis must be told to call as somebody who is signed in.

Each request gets an account of its own: an earlier one may have signed out everywhere, and a refresh token is good once.
"""

import itertools

import requests
import schemathesis

PASSWORD = "seven quiet weavers sing"
COOKIE = "__Host-refresh_token"

numbers = itertools.count(1)


@schemathesis.auth(refresh_interval=None)
class SignedIn:
    def get(self, case, _context):
        """Makes an account, and gives its two tokens."""
        username = f"member-{next(numbers)}"
        answer = requests.post(
            f"{case.operation.base_url.rstrip('/')}/api/v1/auth/register",
            json={"username": username, "email": f"{username}@example.org", "password": PASSWORD},
            timeout=10,
        )
        answer.raise_for_status()
        return answer.json()["access_token"], answer.cookies[COOKIE]

    def set(self, case, tokens, _context):
        """Puts each token where the operation says that it reads one."""
        access_token, refresh_token = tokens
        wanted = {name for way in case.operation.definition.raw.get("security", []) for name in way}
        if "bearer" in wanted:
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {access_token}"}
        if "refresh_cookie" in wanted:
            # By hand: no client of HTTP sends a cookie that is Secure over plain http.
            case.cookies = {**(case.cookies or {}), COOKIE: refresh_token}
