import base64
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.sip.digest import (
    ALGORITHMS,
    MAX_COUNTED,
    MD5,
    NONCE_LIFE,
    OVERTAKEN,
    SHA256,
    Nonces,
    Outcome,
    Verdict,
    authorize,
    challenges,
    check,
    digest_response,
    ha1,
    parse_digest,
)
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.fields import Fields
from softswitch.sip.message import Response
from tests.sip.messages import request_of, text_of

REALM = "softswitch"
NOW = 1_800_000_000.0
RFC7616 = {
    # §3.9.1
    MD5: "8ca523f5e9506fed4657c9700eebdbec",
    SHA256: "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
}


def secrets(user, algorithm):
    return ha1(algorithm, user, REALM, f"pw{user}") if user == "1001" else None


@pytest.fixture
def nonces():
    return Nonces(b"server secret")


def asked(nonce, *, user="1001", password="pw1001", status=401, algorithm=MD5, count=1, qop='qop="auth", '):
    """Return a REGISTER with credentials for this nonce."""
    request = request_of(text_of("REGISTER"))
    name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
    value = f'Digest realm="{REALM}", nonce="{nonce}", {qop}algorithm={algorithm}'
    response = Response(status, fields=Fields([(name, value)]))
    assert authorize(request, response, user=user, password=password, cnonce="c0ffee", count=count)
    return request


def judged(request, nonces, *, now=NOW):
    return check(request, now=now, realm=REALM, nonces=nonces, secret_of=secrets)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_vectors_of_rfc_7616(algorithm):
    assert (
        digest_response(
            algorithm,
            ha1(algorithm, "Mufasa", "http-auth@example.org", "Circle of Life"),
            method="GET",
            uri="/dir/index.html",
            nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            count="00000001",
            cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            qop="auth",
        )
        == RFC7616[algorithm]
    )


def test_the_vector_of_rfc_2617_with_and_without_qop():
    secret = ha1(MD5, "Mufasa", "testrealm@host.com", "Circle Of Life")
    assert secret == "939e7578ed9e3c518a452acee763bce9"
    common = {"method": "GET", "uri": "/dir/index.html", "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093"}
    with_qop = digest_response(MD5, secret, count="00000001", cnonce="0a4f113b", qop="auth", **common)
    assert with_qop == "6629fae49393a05397450978507c4ef1"
    # RFC 2069: H(HA1:nonce:HA2)
    assert digest_response(MD5, secret, **common) == "670fd8c2df070c60b045671b8b24ff02"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("status", [401, 407])
@pytest.mark.parametrize("qop", ['qop="auth", ', 'qop="auth-int, auth", ', ""])
def test_client_and_server_agree(nonces, algorithm, status, qop):
    request = asked(nonces.make(NOW, "s"), algorithm=algorithm, status=status, qop=qop)
    assert judged(request, nonces) == Outcome(Verdict.GOOD, "1001")


def test_nobody_and_other_schemes_and_other_realms(nonces):
    assert judged(request_of(text_of("REGISTER")), nonces) == Outcome(Verdict.NONE)
    for value in ("Basic QWxhZGRpbg==", 'Digest realm="other", nonce="x"', 'NoOneKnows x="y"'):
        request = request_of(text_of("REGISTER", extra=f"Authorization: {value}\r\n"))
        assert judged(request, nonces) == Outcome(Verdict.NONE)


def test_a_wrong_password_and_an_unknown_user_look_alike(nonces):
    wrong = judged(asked(nonces.make(NOW, "a"), password="x"), nonces)
    unknown = judged(asked(nonces.make(NOW, "b"), user="9999"), nonces)
    assert (wrong.verdict, wrong.user) == (Verdict.WRONG, "1001")
    assert (unknown.verdict, unknown.user) == (Verdict.WRONG, "9999")
    # By their response a repeat of them is known.
    again = asked(nonces.make(NOW, "a"), password="x")
    assert judged(again, nonces) == wrong
    assert len({wrong.proof, unknown.proof, ""}) == 3
    assert {len(wrong.proof), len(unknown.proof)} == {32}


def test_a_wrong_password_counts_only_where_its_nonce_was_given(nonces):
    # Whoever forges an address gets none of the nonces that are sent there.
    nonce = nonces.make(NOW, "a", "192.0.2.9")

    def verdict(asker, **how):
        request = asked(nonce, **how)
        return check(request, now=NOW, realm=REALM, nonces=nonces, secret_of=secrets, asker=asker).verdict

    assert verdict("192.0.2.9", password="x") is Verdict.WRONG
    assert verdict("192.0.2.66", password="x") is Verdict.NONE
    # The right one is right everywhere: phones move.
    assert verdict("192.0.2.66") is Verdict.GOOD
    assert verdict("192.0.2.66") is Verdict.STALE


def test_the_digest_over_an_empty_secret_opens_no_door(nonces):
    nonce = nonces.make(NOW, "s")
    response = digest_response(MD5, "", method="REGISTER", uri="sip:x", nonce=nonce)
    value = f'Digest username="9999", realm="{REALM}", nonce="{nonce}", uri="sip:x", response="{response}"'
    request = request_of(text_of("REGISTER", extra=f"Authorization: {value}\r\n"))
    assert judged(request, nonces) == Outcome(Verdict.WRONG, "9999", response)


def test_a_nonce_lives_as_long_as_it_says(nonces):
    nonce = nonces.make(NOW, "s")
    assert judged(asked(nonce), nonces, now=NOW + NONCE_LIFE).verdict is Verdict.GOOD
    assert judged(asked(nonce, count=2), nonces, now=NOW + NONCE_LIFE + 1).verdict is Verdict.STALE
    # From the future: the clock was set back a little, or a lot.
    assert judged(asked(nonce, count=3), nonces, now=NOW - 60).verdict is Verdict.GOOD
    assert judged(asked(nonce, count=4), nonces, now=NOW - 62).verdict is Verdict.STALE
    # A wrong password is wrong, however old the nonce.
    assert judged(asked(nonce, password="x"), nonces, now=NOW + 9e9).verdict is Verdict.WRONG


def test_a_nonce_that_is_not_ours_is_no_credential(nonces):
    ours = nonces.make(NOW, "s")
    for nonce in ("", "x", ours[:-1], f"f{ours}", Nonces(b"other").make(NOW, "s"), "ü.ü"):
        assert judged(asked(nonce), nonces).verdict is Verdict.NONE


def test_a_replay_is_stale_and_another_count_is_not(nonces):
    nonce = nonces.make(NOW, "s")
    verdicts = [judged(asked(nonce, count=count), nonces).verdict for count in (1, 1, 2, 2, 1, 16, 15, 15)]
    good, stale = Verdict.GOOD, Verdict.STALE
    assert verdicts == [good, stale, good, stale, stale, good, good, stale]


COUNTS = st.integers(0, 2**32 - 1) | st.integers(0, 3 * OVERTAKEN)


def test_each_nonce_is_signed_by_itself():
    nonces = Nonces(b"s")
    for salt in ("one", "two", "one"):
        stamp, _, signature = nonces.make(NOW, salt).rpartition(".")
        mac = hmac.digest(b"s", stamp.encode(), "sha256")
        assert signature == base64.urlsafe_b64encode(mac[:18]).decode()


@given(st.lists(COUNTS, max_size=60))
def test_each_count_serves_once_and_late_ones_are_taken_as_far_as_they_can_be_told(counts):
    nonces = Nonces(b"s")
    nonce = nonces.make(NOW, "s")
    used = set()
    for number in counts:
        in_reach = number > max(used, default=0) - OVERTAKEN - 1
        assert nonces.count(nonce, number) == (number > 0 and number not in used and in_reach)
        used.add(number) if in_reach and number > 0 else None


@given(st.permutations(range(1, 33)), st.sets(st.integers(1, 32)))
def test_loss_and_reordering_cost_nobody_a_challenge(order, lost):
    nonces = Nonces(b"s")
    nonce = nonces.make(NOW, "s")
    assert all(nonces.count(nonce, number) for number in order if number not in lost)
    assert not any(nonces.count(nonce, number) for number in order if number not in lost)


@pytest.mark.parametrize(
    ("target", "said", "same"),
    [
        ("sip:100@192.0.2.1", "sip:100@192.0.2.1", True),
        ("sip:100@192.0.2.1:5060", "sip:100@switch.example;transport=udp", True),
        ("sip:%2a43@192.0.2.1", "sip:*43@192.0.2.1", True),
        ("tel:+48-22-123", "sip:+4822123@switch.example", True),
        ("sip:100@192.0.2.1", "sip:192.0.2.1", True),
        ("sip:192.0.2.1", "sip:1001@192.0.2.1", True),
        ("sip:100@192.0.2.1", "sip:101@192.0.2.1", False),
        ("sip:100@192.0.2.1", "", False),
        ("sip:100@192.0.2.1", "nonsense", False),
    ],
)
def test_credentials_are_good_for_what_they_were_made_for(nonces, target, said, same):
    # RFC 7616 §3.4.6: who holds back an INVITE must not be able to let it dial another number.
    request = request_of(text_of("INVITE", target=said or "sip:x"))
    challenge = Response(401, fields=Fields([("WWW-Authenticate", challenges(REALM, nonces.make(NOW, "s"),
        stale=False)[0])]))  # fmt: skip
    assert authorize(request, challenge, user="1001", password="pw1001", cnonce="c")
    credentials = (request.fields.get("Authorization") or "").replace('uri="sip:x"', f'uri="{said}"')
    request = request_of(text_of("INVITE", target=target, extra=f"Authorization: {credentials}\r\n"))
    if same:
        assert judged(request, nonces).verdict is Verdict.GOOD
    else:
        with pytest.raises(RemoteProtocolError, match="400"):
            judged(request, nonces)


def test_without_qop_a_nonce_serves_once(nonces):
    # Else one REGISTER overheard would open the door as long as the nonce lives.
    nonce = nonces.make(NOW, "s")
    request = asked(nonce, qop="")
    verdicts = [judged(request, nonces, now=NOW + later).verdict for later in (0, 1, NONCE_LIFE)]
    assert verdicts == [Verdict.GOOD, Verdict.STALE, Verdict.STALE]
    assert judged(asked(nonces.make(NOW + 2, "t"), qop=""), nonces).verdict is Verdict.GOOD


def test_a_nonce_of_before_a_restart_is_stale_once():
    # Which counts were used of it is not known any more; its maker's secret is, so nobody is asked anew.
    before, after = Nonces(b"s", start="one"), Nonces(b"s", start="two")
    nonce = before.make(NOW, "s")
    assert judged(asked(nonce), before).verdict is Verdict.GOOD
    assert judged(asked(nonce), after).verdict is Verdict.STALE
    assert judged(asked(nonce, password="x"), after).verdict is Verdict.WRONG
    assert judged(asked(after.make(NOW, "s")), after).verdict is Verdict.GOOD


def test_a_failed_attempt_does_not_use_up_a_count(nonces):
    nonce = nonces.make(NOW, "s")
    assert judged(asked(nonce, password="x"), nonces).verdict is Verdict.WRONG
    assert judged(asked(nonce), nonces).verdict is Verdict.GOOD


def test_a_nonce_whose_count_was_forgotten_is_stale():
    # Else a replay would be good again once enough other nonces had been used.
    nonces = Nonces(b"s")
    first = nonces.make(NOW, "first")
    assert nonces.count(first, 1)
    for number in range(MAX_COUNTED):
        assert nonces.count(nonces.make(NOW + 1, str(number)), 1)
    assert not nonces.count(first, 1)
    assert not nonces.count(first, 99)
    assert nonces.count(nonces.make(NOW + 2, "later"), 1)


def test_nonces_of_one_second_differ(nonces):
    assert nonces.make(NOW, "a") != nonces.make(NOW, "b")
    assert nonces.ours(nonces.make(NOW, "a"))


@pytest.mark.parametrize(
    "tail",
    [
        'qop=auth, nc=1, cnonce="x"',  # RFC 7616 §3.4: nc is eight hex digits
        "qop=auth, nc=00000001",
        'qop=auth, cnonce="x"',
        'qop=auth, nc=00000001, cnonce=""',
        'qop=auth, nc=+0000001, cnonce="x"',
        'qop=auth, nc=0x000001, cnonce="x"',
        'qop=auth, nc=0000_001, cnonce="x"',
        "nc=1, nc=2",
        'username="open',
    ],
)
def test_credentials_that_cannot_be_read_are_400(nonces, tail):
    nonce = nonces.make(NOW, "s")
    value = f'Digest realm="{REALM}", nonce="{nonce}", uri="sip:x", response="0", {tail}'
    with pytest.raises(RemoteProtocolError) as caught:
        judged(request_of(text_of("REGISTER", extra=f"Authorization: {value}\r\n")), nonces)
    assert caught.value.status == 400


@pytest.mark.parametrize("extra", ["algorithm=SHA-512-256", "algorithm=MD5-sess", "qop=auth-int"])
def test_what_we_did_not_offer_is_challenged_anew(nonces, extra):
    nonce = nonces.make(NOW, "s")
    value = f'Digest username="1001", realm="{REALM}", nonce="{nonce}", uri="sip:x", response="0", {extra}'
    request = request_of(text_of("REGISTER", extra=f"Authorization: {value}\r\n"))
    assert judged(request, nonces).verdict is Verdict.NONE


def test_upper_case_hex_and_odd_spacing_are_read(nonces):
    request = asked(nonces.make(NOW, "s"))
    value = request.fields.get("Authorization") or ""
    mark = 'response="'
    at = value.index(mark) + len(mark)
    value = value[:at] + value[at : at + 32].upper() + value[at + 32 :].replace(", ", " ,\t")
    request.fields.put("Authorization", value.replace("Digest", "DIGEST  ", 1))
    assert judged(request, nonces).verdict is Verdict.GOOD


def test_the_strongest_challenge_stands_first():
    first, second = challenges(REALM, "n", stale=True)
    assert first == 'Digest realm="softswitch", nonce="n", qop="auth", algorithm=SHA-256, stale=true'
    assert "algorithm=MD5" in second
    assert "stale" not in challenges(REALM, "n", stale=False)[0]
    assert [parse_digest(text).algorithm for text in (first, second)] == [SHA256, MD5]


def test_a_client_answers_the_first_challenge_it_knows():
    request = request_of(text_of("INVITE"))
    fields = Fields(
        [
            ("Proxy-Authenticate", "Basic realm=x"),
            ("Proxy-Authenticate", 'Digest realm="r", nonce="n", algorithm=SHA-512-256'),
            ("Proxy-Authenticate", 'Digest realm="a \\"b\\"", nonce="n", opaque="o"'),
        ]
    )
    assert authorize(request, Response(407, fields=fields), user='x"y', password="p", cnonce="c")
    given = parse_digest(request.fields.get("Proxy-Authorization") or "")
    assert given is not None
    assert (given.get("username"), given.get("realm"), given.get("opaque")) == ('x"y', 'a "b"', "o")
    assert (given.get("uri"), given.get("qop"), given.get("nc"), given.algorithm) == (
        request.target,
        "",
        "",
        MD5,
    )
    assert not authorize(request, Response(401, fields=fields), user="x", password="p", cnonce="c")


def test_hashes_are_never_shown(nonces):
    assert "response" not in repr(parse_digest('Digest response="abc"'))


def test_a_realm_may_ask_for_one_algorithm_only():
    (only,) = challenges(REALM, "n", stale=False, algorithms=(MD5,))
    assert "algorithm=MD5" in only
