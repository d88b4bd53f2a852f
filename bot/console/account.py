"""One's own account: password, second factor, sessions."""

from __future__ import annotations

import base64
import io
from typing import Any

from aiohttp import web

from bot.console.access import ACCOUNT, page, person_of, services, session_of
from bot.console.forms import done, typed
from bot.console.rendering import render
from bot.errors import StaffRefusedError
from bot.staff.telling import said_of
from bot.staff.totp import address


@page(first_steps=True)
async def show(request: web.Request) -> web.StreamResponse:
    """Everything about oneself."""
    return await _shown(request)


@page(first_steps=True)
async def change_password(request: web.Request) -> web.StreamResponse:
    """Set a new password; the other sessions end."""
    fields = await typed(request)
    try:
        await services(request).staff.service.change_password(
            session_of(request), fields.get("old", ""), fields.get("new", "")
        )
    except StaffRefusedError as error:
        return await _shown(request, password_fault=said_of(error))
    done(ACCOUNT, "password_changed")


@page()
async def begin_totp(request: web.Request) -> web.StreamResponse:
    """Show the secret that the telephone is to learn."""
    return await _shown(request, secret=await services(request).staff.service.begin_totp(person_of(request)))


@page()
async def confirm_totp(request: web.Request) -> web.StreamResponse:
    """Switch the second factor on, once a code is right."""
    staff, person = services(request).staff.service, person_of(request)
    try:
        await staff.confirm_totp(person, (await typed(request)).get("code", ""))
    except StaffRefusedError as error:
        return await _shown(request, secret=await staff.begin_totp(person), totp_fault=said_of(error))
    done(ACCOUNT, "totp_on")


@page()
async def end_totp(request: web.Request) -> web.StreamResponse:
    """Switch the second factor off."""
    try:
        await services(request).staff.service.end_totp(person_of(request), (await typed(request)).get("password", ""))
    except StaffRefusedError as error:
        return await _shown(request, totp_fault=said_of(error))
    done(ACCOUNT, "totp_off")


@page(first_steps=True)
async def revoke(request: web.Request) -> web.StreamResponse:
    """End one of one's own sessions, or all others."""
    staff, session = services(request).staff.service, session_of(request)
    wanted = (await typed(request)).get("session", "")
    if wanted == "others":
        await staff.revoke_all(session.person, session.person.display_name, keep=session.id)
    else:
        await staff.revoke(session.person, wanted, session.person.display_name)
    done(ACCOUNT, "session_revoked")


async def _shown(request: web.Request, **values: Any) -> web.Response:
    person, staff = person_of(request), services(request).staff.service
    secret = values.get("secret", "")
    known = {"sessions": await staff.sessions(person), "own": session_of(request).id}
    known |= {"password_fault": "", "totp_fault": "", "secret": "", "picture": ""}
    if secret:
        known["picture"] = _picture(address(secret, person.name))
    faulty = bool(values.get("password_fault") or values.get("totp_fault"))
    return render(request, "account.html", status=422 if faulty else 200, **known | values)


def _picture(text: str) -> str:
    """A QR code as an address that the page holds itself: the secret is in no log of requests."""
    # Only here: a hub starts without NumPy, and few people set up a second factor on a day.
    import numpy as np
    import zxingcpp
    from PIL import Image

    squares = zxingcpp.write_barcode(zxingcpp.BarcodeFormat.QRCode, text, width=240, height=240)
    file = io.BytesIO()
    Image.fromarray(np.asarray(squares)).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode('ascii')}"


ROUTES = (
    web.get("/account", show),
    web.post("/account/password", change_password),
    web.post("/account/totp", begin_totp),
    web.post("/account/totp/confirm", confirm_totp),
    web.post("/account/totp/end", end_totp),
    web.post("/account/sessions", revoke),
)
