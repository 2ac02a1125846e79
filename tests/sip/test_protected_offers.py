"""Offers and answers of SRTP: who offers what, who takes it, and what is refused (RFC 4568 §7, RFC 3264)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.sip.errors import LocalProtocolError, RemoteProtocolError
from softswitch.sip.offer_answer import Local, accept, answer, check_offer, offer
from softswitch.sip.sdes import OFFERED_SUITES, Keyring, Protection, parse_crypto
from softswitch.sip.sdp import SessionDescription, parse_sdp

REFUSED, OFFERED, REQUIRED = Protection.REFUSED, Protection.OFFERED, Protection.REQUIRED
CM_80 = "AES_CM_128_HMAC_SHA1_80"
KEY = "inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"
CRYPTO = f"a=crypto:1 {CM_80} {KEY}"
THEIRS = b"wDfvg&T+)xG7@fb5jU,RaA}\\|p0%*#"


def ours(protection: Protection, *, seed: int = 65, secured: bool = False, port: int = 20_000) -> Local:
    keys = Keyring(lambda octets: bytes([seed]) * octets)
    return Local("192.0.2.1", port, 7, protection=protection, keys=keys, secured=secured)


def sdp(*lines: str) -> SessionDescription:
    head = ["v=0", "o=- 1 1 IN IP4 192.0.2.9", "s=-", "c=IN IP4 192.0.2.9", "t=0 0"]
    return parse_sdp("\r\n".join([*head, *lines, ""]).encode())


def protocols(description: SessionDescription) -> list[tuple[str, bool]]:
    return [(line.protocol, bool(line.port)) for line in description.media]


@pytest.mark.parametrize("profile", ["RTP/SAVP", "RTP/SAVPF"])
@pytest.mark.parametrize("protection", [OFFERED, REQUIRED])
def test_an_offer_of_srtp_is_answered_with_our_own_key(profile, protection):
    agreement = answer(sdp(f"m=audio 4000 {profile} 8", CRYPTO), ours(protection))
    keys = agreement.stream.keys
    assert keys is not None
    assert (keys.suite, keys.ours, keys.theirs, keys.their_mki) == (CM_80, b"A" * 30, THEIRS, b"")
    (line,) = agreement.ours.media
    assert line.protocol == profile
    (said,) = line.values("crypto")
    assert (parse_crypto(said).tag, parse_crypto(said).key.key) == ("1", b"A" * 30)
    # What went over the wire is what is in force.
    written = parse_sdp(agreement.ours.to_bytes())
    assert parse_crypto(written.media[0].values("crypto")[0]).key.key == b"A" * 30


def test_the_first_suite_we_know_is_taken_with_its_tag_and_name():
    lines = [
        f"a=crypto:01 F8_128_HMAC_SHA1_80 {KEY}",
        f"a=crypto:7 AES_CM_128_HMAC_SHA1_32 {KEY}|2^31|5:2",
        f"a=crypto:8 {CM_80} {KEY}",
    ]
    agreement = answer(sdp("m=audio 4000 RTP/SAVP 8", *lines), ours(OFFERED))
    assert agreement.stream.keys is not None
    assert (agreement.stream.keys.suite, agreement.stream.keys.their_mki) == (
        "AES_CM_128_HMAC_SHA1_32",
        b"\x00\x05",
    )
    (said,) = agreement.ours.media[0].values("crypto")
    assert said.startswith("7 AES_CM_128_HMAC_SHA1_32 inline:")


@pytest.mark.parametrize("profile", ["RTP/AVP", "RTP/AVPF"])
def test_a_plain_offer_is_answered_plain_by_its_own_profile(profile):
    # RFC 4585 §4: a line with feedback is answered with its profile; that we send none changes nothing.
    for protection in (REFUSED, OFFERED):
        agreement = answer(sdp(f"m=audio 4000 {profile} 8", "a=rtcp-fb:* nack"), ours(protection))
        assert agreement.stream.keys is None
        assert protocols(agreement.ours) == [(profile, True)]
        assert agreement.ours.media[0].values("crypto") == []
        assert agreement.ours.media[0].attribute("rtcp-fb") is None


def test_a_plain_offer_with_keys_is_taken_at_its_word():
    # Phones that would like SRTP and need not have it send this; RFC 4568 §6 knows keys in RTP/SAVP only.
    for protection in (OFFERED, REQUIRED):
        agreement = answer(sdp("m=audio 4000 RTP/AVP 8", CRYPTO), ours(protection))
        assert agreement.stream.keys is not None
        assert protocols(agreement.ours) == [("RTP/AVP", True)]
        assert len(agreement.ours.media[0].values("crypto")) == 1
    refusing = answer(sdp("m=audio 4000 RTP/AVP 8", CRYPTO), ours(REFUSED))
    assert refusing.stream.keys is None
    assert refusing.ours.media[0].values("crypto") == []
    unknown = answer(sdp("m=audio 4000 RTP/AVP 8", f"a=crypto:1 NEW {KEY}"), ours(OFFERED))
    assert unknown.stream.keys is None


@pytest.mark.parametrize(
    "lines",
    [
        ("m=audio 4000 RTP/SAVP 8", CRYPTO, "m=audio 4002 RTP/AVP 8"),
        ("m=audio 4002 RTP/AVP 8", "m=audio 4000 RTP/SAVP 8", CRYPTO),
    ],
)
def test_of_two_lines_the_encrypted_one_is_taken_and_the_other_refused(lines):
    first_secure = "SAVP" in lines[0]
    for protection in (OFFERED, REQUIRED):
        agreement = answer(sdp(*lines), ours(protection))
        assert agreement.stream.port == 4000
        assert protocols(agreement.ours) == (
            [("RTP/SAVP", True), ("RTP/AVP", False)]
            if first_secure
            else [("RTP/AVP", False), ("RTP/SAVP", True)]
        )
        refused = next(line for line in agreement.ours.media if not line.port)
        assert refused.attributes == ()
    plain = answer(sdp(*lines), ours(REFUSED))
    assert (plain.stream.port, plain.stream.keys) == (4002, None)


@pytest.mark.parametrize(
    ("protection", "lines", "reason"),
    [
        (REQUIRED, ("m=audio 4000 RTP/AVP 8",), "No common encryption"),
        (REQUIRED, ("m=audio 4000 RTP/AVP 8", f"a=crypto:1 NEW {KEY}"), "No common encryption"),
        (REFUSED, ("m=audio 4000 RTP/SAVP 8", CRYPTO), "No common encryption"),
        (OFFERED, ("m=audio 4000 RTP/SAVP 8",), "No common encryption"),
        (OFFERED, ("m=audio 4000 RTP/SAVP 8", f"a=crypto:1 NEW {KEY}"), "No common encryption"),
        (OFFERED, ("m=audio 4000 RTP/SAVP 8", f"{CRYPTO} UNENCRYPTED_SRTP"), "No common encryption"),
        (OFFERED, ("m=audio 4000 RTP/SAVP 18", CRYPTO), "No common codec"),
        (OFFERED, ("m=audio 4000 UDP/TLS/RTP/SAVPF 8", "a=fingerprint:sha-256 AA"), "No common codec"),
    ],
)
def test_what_is_refused(protection, lines, reason):
    for refusing in (
        lambda: answer(sdp(*lines), ours(protection)),
        lambda: check_offer(sdp(*lines), protection),
    ):
        with pytest.raises(RemoteProtocolError) as caught:
            refusing()
        assert (caught.value.status, caught.value.reason) == (488, reason)


def test_an_offer_is_looked_at_without_keys():
    assert check_offer(sdp("m=audio 4000 RTP/SAVP 0 8", CRYPTO), REQUIRED) == "PCMU"


def test_keys_are_not_forgotten_by_mistake():
    with pytest.raises(LocalProtocolError):
        answer(sdp("m=audio 4000 RTP/SAVP 8", CRYPTO), Local("192.0.2.1", 20_000, 7, protection=OFFERED))


def test_two_of_us_agree():
    calling, called = ours(OFFERED, secured=True, seed=66), ours(OFFERED, seed=67, port=30_000)
    offered = offer(calling)
    assert [parse_crypto(line).suite for line in offered.media[0].values("crypto")] == list(OFFERED_SUITES)
    answered = answer(parse_sdp(offered.to_bytes()), called)
    agreed = accept(offered, parse_sdp(answered.ours.to_bytes()))
    assert agreed.stream.keys is not None
    assert answered.stream.keys is not None
    assert (agreed.stream.keys.ours, agreed.stream.keys.theirs) == (b"B" * 30, b"C" * 30)
    assert (answered.stream.keys.ours, answered.stream.keys.theirs) == (b"C" * 30, b"B" * 30)
    assert agreed.stream.keys.suite == answered.stream.keys.suite == CM_80


@pytest.mark.parametrize(
    ("lines", "keyed"),
    [
        (("m=audio 4000 RTP/SAVP 8", f"a=crypto:1 {CM_80} {KEY}"), True),
        (("m=audio 4000 RTP/SAVPF 8", f"a=crypto:1 {CM_80} {KEY}"), True),
        (("m=audio 4000 RTP/SAVP 8", f"a=crypto:2 {CM_80} {KEY}"), False),
        (("m=audio 4000 RTP/SAVP 8", f"a=crypto:9 {CM_80} {KEY}"), False),
        (("m=audio 4000 RTP/SAVP 8",), False),
        (("m=audio 4000 RTP/AVP 8",), False),
        (("m=audio 4000 RTP/AVP 8", f"a=crypto:1 {CM_80} {KEY}"), False),
    ],
)
def test_an_answer_without_the_key_we_asked_for_is_none(lines, keyed):
    offered = offer(ours(REQUIRED, secured=True))
    if keyed:
        assert accept(offered, sdp(*lines)).stream.keys is not None
    else:
        with pytest.raises(RemoteProtocolError) as caught:
            accept(offered, sdp(*lines))
        assert caught.value.status == 488


@pytest.mark.parametrize("profile", ["RTP/AVP", "RTP/AVPF"])
def test_keys_in_an_answer_that_were_not_asked_for_are_not_used(profile):
    offered = offer(ours(OFFERED))
    assert offered.media[0].values("crypto") == []
    stream = accept(offered, sdp(f"m=audio 4000 {profile} 8", CRYPTO)).stream
    assert (stream.codec, stream.keys) == ("PCMA", None)


@pytest.mark.parametrize("profile", ["RTP/AVP", "RTP/AVPF", "RTP/SAVP", "RTP/SAVPF"])
def test_a_later_offer_asks_for_the_same_again(profile):
    local = ours(OFFERED)
    agreement = answer(sdp(f"m=audio 4000 {profile} 8", CRYPTO), local)
    later = Local("192.0.2.1", 20_000, 7, 2, ("PCMA",), OFFERED, local.keys, True)
    again = offer(later, before=agreement.ours)
    assert protocols(again) == [(profile, True)]
    # RFC 4568 §7.1.4: the same key, so that what was counted under it goes on.
    assert parse_crypto(again.media[0].values("crypto")[0]).key.key == b"A" * 30


profiles = st.sampled_from(["RTP/AVP", "RTP/AVPF", "RTP/SAVP", "RTP/SAVPF"])
lines = st.lists(
    st.tuples(profiles, st.sampled_from([(), (CRYPTO,), (f"a=crypto:1 NEW {KEY}",)])), max_size=4
)


def takes(offered: list[tuple[str, tuple[str, ...]]], protection: Protection) -> bool:
    """Tell whether there is a line in an offer that a leg of this policy can take."""
    keyed = any(keys == (CRYPTO,) for _, keys in offered)
    plain = any("SAVP" not in profile for profile, _ in offered)
    return {REFUSED: plain, OFFERED: keyed or plain, REQUIRED: keyed}[protection]


@given(lines, st.sampled_from(Protection))
def test_what_was_decided_holds_for_every_offer(offered, protection):
    written = [
        text
        for number, (profile, keys) in enumerate(offered)
        for text in (f"m=audio {4000 + number} {profile} 8", *keys)
    ]
    if not takes(offered, protection):
        with pytest.raises(RemoteProtocolError):
            answer(sdp(*written), ours(protection))
        return
    agreement = answer(sdp(*written), ours(protection))
    protected = agreement.stream.keys is not None
    assert not (protection is REQUIRED and not protected)
    assert not (protection is REFUSED and protected)
    (taken,) = [line for line in agreement.ours.media if line.port]
    assert bool(taken.values("crypto")) == protected
    assert protected or "SAVP" not in taken.protocol
    assert [line.protocol for line in agreement.ours.media] == [profile for profile, _ in offered]
