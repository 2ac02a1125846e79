"""The client for other systems, against real servers on this machine."""

from __future__ import annotations

import asyncio
import gzip
import ssl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.clock import SystemClock
from softswitch.events import HostBack, HostGivenUp
from softswitch.integrations import http_errors as errors
from softswitch.integrations.addresses import Reach, read_place
from softswitch.integrations.authorities import trusting
from softswitch.integrations.breaker import FAILURES, SHORTEST_PAUSE_S
from softswitch.integrations.filling import read_url
from softswitch.integrations.http import HttpClient, client_of
from softswitch.integrations.http_config import HttpConfig
from softswitch.integrations.http_messages import Request, Response
from softswitch.ivr.expressions import Value
from tests.fakes.clock import FakeClock
from tests.integrations.servers import LOCAL, Names, News, client, raw_serving, serving

SECRET = "s3cr3t-t0ken"


async def test_method_headers_and_body_reach_the_server():
    async with serving() as server, client() as http:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            body = b"" if method == "GET" else b'{"a": 1}'
            request = Request(method, server.url + "/x?y=1", {"X-Name": "zażółć"}, body)
            response = await http.ask(request)
            assert (response.status, response.json()) == (200, {})
        assert [one.method for one in server.asked] == ["GET", "POST", "PUT", "PATCH", "DELETE"]
        assert server.bodies[1] == b'{"a": 1}'
        assert server.asked[0].headers["X-Name"] == "zażółć"
        assert server.asked[0].path_qs == "/x?y=1"


async def test_a_status_is_an_answer_and_checked_turns_it_into_an_error():
    async with serving() as server, client() as http:
        server.answers = [(404, b"no", {}), (429, b"", {"Retry-After": "7"})]
        first = await http.ask(Request("GET", server.url))
        with pytest.raises(errors.StatusRefused) as caught:
            first.checked()
        assert (caught.value.status, caught.value.temporary) == (404, False)
        with pytest.raises(errors.StatusRefused) as caught:
            (await http.ask(Request("GET", server.url))).checked()
        assert (caught.value.temporary, caught.value.after) == (True, 7.0)


async def test_the_limit_is_over_all_of_it():
    async with serving() as server, client() as http:
        server.gate = asyncio.Event()
        began = asyncio.get_running_loop().time()
        with pytest.raises(errors.TimedOut):
            await http.ask(Request("GET", server.url, limit_s=0.2, tries=5))
        assert asyncio.get_running_loop().time() - began < 1.0


async def test_no_request_is_longer_than_all_may_be():
    async with (
        serving() as server,
        HttpClient(LOCAL, SystemClock(), told=News(), random=lambda: 0.0, longest_s=0.1) as http,
    ):
        server.gate = asyncio.Event()
        with pytest.raises(errors.TimedOut, match=r"within 0\.1 s"):
            await http.ask(Request("GET", server.url, limit_s=50))


async def test_a_drip_of_octets_does_not_stretch_the_limit():
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx"
    async with raw_serving(answer, hold=True) as port, client() as http:
        with pytest.raises(errors.TimedOut):
            await http.ask(Request("GET", f"http://127.0.0.1:{port}/", limit_s=0.2))


async def test_a_name_service_that_says_nothing_is_not_waited_for():
    class Silent:
        async def addresses(self, host):
            await asyncio.Event().wait()

        def close(self):
            pass

    async with client(names=Silent()) as http:
        with pytest.raises(errors.TimedOut):
            await http.ask(Request("GET", "http://slow.example/", limit_s=0.1))


async def test_a_handshake_without_an_end_is_not_waited_for():
    async with raw_serving(b"", hold=True) as port, client() as http:
        with pytest.raises(errors.TimedOut):
            await http.ask(Request("GET", f"https://127.0.0.1:{port}/", limit_s=0.2))


async def test_who_waits_no_longer_cancels_the_request():
    async with serving() as server, client() as http:
        server.gate = asyncio.Event()
        asking = asyncio.ensure_future(http.ask(Request("GET", server.url)))
        await server.arrived.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await server.left.wait()


# Tries


async def test_what_may_be_repeated_is_repeated():
    async with serving() as server, client() as http:
        server.answers = [(503, b"", {}), (502, b"", {}), (200, b'"ok"', {})]
        assert (await http.ask(Request("GET", server.url, tries=3))).json() == "ok"
        assert len(server.asked) == 3


async def test_a_post_is_not_repeated_once_it_may_have_arrived():
    async with serving() as server, client() as http:
        server.answers = [(503, b"", {}), (200, b"", {})]
        assert (await http.ask(Request("POST", server.url, tries=3))).status == 503
        assert len(server.asked) == 1


async def test_a_post_with_a_key_is_repeated_under_the_same_key():
    async with serving() as server, client() as http:
        server.answers = [(503, b"", {}), (200, b"", {})]
        assert (await http.ask(Request("POST", server.url, tries=3, key="k-1"))).status == 200
        assert [one.headers["Idempotency-Key"] for one in server.asked] == ["k-1", "k-1"]


async def test_a_lasting_refusal_is_not_repeated():
    async with serving() as server, client() as http:
        server.answers = [(404, b"", {})]
        assert (await http.ask(Request("GET", server.url, tries=3))).status == 404
        assert len(server.asked) == 1


async def test_a_post_that_never_left_is_tried_again():
    news = News()
    async with client(news=news) as http:
        with pytest.raises(errors.Unreachable) as caught:
            await http.ask(Request("POST", "http://127.0.0.1:1/", tries=2, limit_s=2))
        assert not caught.value.sent


async def test_a_retry_after_beyond_the_limit_is_not_waited_for():
    async with serving() as server, client() as http:
        server.answers = [(503, b"", {"Retry-After": "3600"}), (200, b"", {})]
        assert (await http.ask(Request("GET", server.url, tries=3, limit_s=1))).status == 503


# What answers may be


async def test_an_answer_that_is_too_large_is_refused():
    async with serving() as server, client() as http:
        server.answers = [(200, b"x" * 70_000, {})]
        with pytest.raises(errors.BrokenAnswer, match="larger than 1000"):
            await http.ask(Request("GET", server.url, largest=1000))


async def test_a_packed_answer_is_refused_and_none_is_asked_for():
    async with serving() as server, client() as http:
        server.answers = [(200, gzip.compress(b"0" * 10_000_000), {"Content-Encoding": "gzip"})]
        with pytest.raises(errors.BrokenAnswer, match="packed"):
            await http.ask(Request("GET", server.url))
        assert server.asked[0].headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\xff\xfe\x00" * 100,
    ],
)
async def test_what_is_no_http_is_a_broken_answer(answer):
    async with raw_serving(answer) as port, client() as http:
        with pytest.raises(errors.BrokenAnswer):
            await http.ask(Request("GET", f"http://127.0.0.1:{port}/", limit_s=5))


# Where it may go


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://localhost:{port}/",
        "http://LOCALHOST.:{port}/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fe80::1]/",
        "http://0.0.0.0:{port}/",
        "http://10.0.0.1/",
        "http://2130706433:{port}/",
        "http://0x7f.1:{port}/",
        "http://127.1:{port}/",
        "http://0177.0.0.1:{port}/",
    ],
)
async def test_inner_addresses_are_not_asked(url):
    async with serving() as server, client(Reach()) as http:
        with pytest.raises((errors.NotAllowed, errors.RequestRefused)):
            await http.ask(Request("GET", url.format(port=server.port), limit_s=3))
        assert server.asked == []


async def test_an_entry_of_the_configuration_allows_a_host_or_a_network():
    async with serving() as server:
        for entry in ("127.0.0.1", "127.0.0.0/8", f"127.0.0.1:{server.port}", "localhost"):
            host = "localhost" if entry == "localhost" else "127.0.0.1"
            async with client(Reach((read_place(entry),))) as http:
                assert (await http.ask(Request("GET", f"http://{host}:{server.port}/"))).ok
        async with client(Reach((read_place("127.0.0.1:1"),))) as http:
            with pytest.raises(errors.NotAllowed):
                await http.ask(Request("GET", server.url))


async def test_a_name_that_leads_inside_is_not_asked():
    names = Names(evil_example=["127.0.0.1"])
    async with serving() as server, client(Reach(), names=names) as http:
        with pytest.raises(errors.NotAllowed):
            await http.ask(Request("GET", f"http://evil.example:{server.port}/"))
        assert server.asked == []


async def test_a_name_that_leads_elsewhere_a_moment_later_gains_nothing():
    # What was checked is what is connected to, and a second look-up is checked again.
    names = Names(evil_example=["127.0.0.2", "127.0.0.1"])
    reach = Reach((read_place("127.0.0.2"),))
    async with serving() as server, client(reach, names=names) as http:
        with pytest.raises(errors.Unreachable):
            await http.ask(Request("GET", "http://evil.example:1/"))
        with pytest.raises(errors.NotAllowed):
            await http.ask(Request("GET", f"http://evil.example:{server.port}/"))
        assert names.asked == ["evil.example", "evil.example"]
        assert server.asked == []


async def test_only_those_addresses_of_a_name_are_used_that_are_allowed():
    names = Names(mixed_example=["10.0.0.1 127.0.0.1"])
    async with serving() as server, client(Reach((read_place("127.0.0.1"),)), names=names) as http:
        assert (await http.ask(Request("GET", f"http://mixed.example:{server.port}/"))).ok


async def test_a_name_without_an_address_is_unreachable():
    async with client(names=Names()) as http:
        with pytest.raises(errors.Unreachable, match=r"nobody\.example: its name leads to no address"):
            await http.ask(Request("GET", "http://nobody.example/"))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "http:///x",
        "//example.com/",
        "http://user@example.com/",
        "http://user:pass@example.com/",
        "http://example.com:99999/",
        "http://example.com:0/",
        "http://exa mple.com/",
        "http://example.com/\r\nX: y",
        "http://[::1/",
        "",
        "javascript:alert(1)",
        "gopher://127.0.0.1:6379/_x",
    ],
)
async def test_addresses_that_are_none_are_refused(url):
    async with client() as http:
        with pytest.raises(errors.RequestRefused):
            await http.ask(Request("GET", url))


@pytest.mark.parametrize(
    "headers", [{"X": "a\r\nY: b"}, {"X\r\nY": "b"}, {"X": "\0"}, {"Host": "x"}, {"Content-Length": "1"}]
)
async def test_headers_are_not_injected(headers):
    async with serving() as server, client() as http:
        with pytest.raises(errors.RequestRefused):
            await http.ask(Request("GET", server.url, headers))
        with pytest.raises(errors.RequestRefused):
            await http.ask(Request("POST", server.url, key="a\r\nX: y"))
        with pytest.raises(errors.RequestRefused):
            await http.ask(Request("GET / HTTP/1.1\r\nX: y\r\n", server.url))
        assert server.asked == []


# Redirects


async def test_redirects_are_not_followed_unless_wanted():
    async with serving() as server, client() as http:
        server.answers = [(302, b"", {"Location": "/b"})]
        assert (await http.ask(Request("GET", server.url))).status == 302
        server.answers = [(302, b"", {"Location": "/b"}), (200, b"", {})]
        assert (await http.ask(Request("GET", server.url + "/a", redirects=2))).ok
        assert server.asked[-1].path == "/b"


async def test_each_redirect_is_checked_anew():
    async with serving() as server, client(Reach((read_place(f"127.0.0.1:{server.port}"),))) as http:
        for place in (
            "http://169.254.169.254/latest/meta-data/",
            "http://127.0.0.1:1/",
            "http://u:p@127.0.0.1/",
            "file:///etc/passwd",
        ):
            server.answers = [(302, b"", {"Location": place})]
            with pytest.raises((errors.NotAllowed, errors.BrokenAnswer)):
                await http.ask(Request("GET", server.url, redirects=3))


async def test_a_token_is_not_sent_on_to_another_host():
    async with serving() as first, serving() as second, client() as http:
        first.answers = [(307, b"", {"Location": second.url + "/x"})]
        headers = {"Authorization": f"Bearer {SECRET}", "X-Api-Key": SECRET, "Accept": "text/plain"}
        assert (await http.ask(Request("GET", first.url, headers, redirects=1))).ok
        assert first.asked[0].headers["X-Api-Key"] == SECRET
        assert SECRET not in str(second.asked[0].headers)
        assert second.asked[0].headers["Accept"] == "text/plain"


async def test_a_redirect_to_itself_ends():
    async with serving() as server, client() as http:
        server.answers = [(302, b"", {"Location": "/"})]
        with pytest.raises(errors.BrokenAnswer, match="led on more than 3 times"):
            await http.ask(Request("GET", server.url, redirects=3))
        assert len(server.asked) == 4


# TLS


def server_side(authority, name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


async def test_a_certificate_of_a_known_authority_is_believed(authority, tmp_path):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    trust = trusting([str(tmp_path / "ca.pem")])
    async with serving(tls=server_side(authority, "127.0.0.1")) as server, client(trust=trust) as http:
        assert (await http.ask(Request("GET", server.url))).ok


async def test_a_client_is_made_as_it_is_configured():
    told = News()
    config = HttpConfig(allow=("127.0.0.1",), only_listed=True)
    async with serving() as server, client_of(config, FakeClock(), told, lambda: 0.0) as http:
        assert (await http.ask(Request("GET", server.url))).ok
        with pytest.raises(errors.NotAllowed):
            await http.ask(Request("GET", "http://8.8.8.8/"))


async def test_a_certificate_of_nobody_or_of_another_host_is_refused(authority, tmp_path):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    trust = trusting([str(tmp_path / "ca.pem")])
    async with serving(tls=server_side(authority, "127.0.0.1")) as server, client() as http:
        with pytest.raises(errors.TlsRefused, match="certificate is refused"):
            await http.ask(Request("GET", server.url))
    async with serving(tls=server_side(authority, "other.example")) as server, client(trust=trust) as http:
        with pytest.raises(errors.TlsRefused):
            await http.ask(Request("GET", server.url))
        assert server.asked == []


async def test_no_tls_where_it_is_wanted_is_refused():
    async with serving() as server, client() as http:
        with pytest.raises(errors.HttpError):
            await http.ask(Request("GET", server.url.replace("http:", "https:"), limit_s=3))


async def test_a_redirect_out_of_tls_is_not_followed(authority, tmp_path):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    trust = trusting([str(tmp_path / "ca.pem")])
    async with serving(tls=server_side(authority, "127.0.0.1")) as server, client(trust=trust) as http:
        server.answers = [(302, b"", {"Location": server.url.replace("https", "http")})]
        with pytest.raises(errors.BrokenAnswer, match="without TLS"):
            await http.ask(Request("GET", server.url, redirects=1))


# A host that fails


async def test_a_host_that_fails_again_and_again_is_left_alone_and_told_of_once():
    clock, news = FakeClock(), News()
    async with serving() as server, client(news=news, clock=clock) as http:
        server.answers = [(500, b"", {})]
        for _ in range(FAILURES):
            await http.ask(Request("GET", server.url))
        for _ in range(3):
            with pytest.raises(errors.GivenUp):
                await http.ask(Request("GET", server.url))
        assert len(server.asked) == FAILURES
        shown = f"127.0.0.1:{server.port}"
        assert news.told == [HostGivenUp(shown, "status_refused")]
        clock.advance(SHORTEST_PAUSE_S)
        server.answers = [(200, b"", {})]
        assert (await http.ask(Request("GET", server.url))).ok
        assert news.told[1:] == [HostBack(shown, SHORTEST_PAUSE_S)]


async def test_time_outs_count_and_refusals_of_ours_do_not():
    news = News()
    async with serving() as server, client(news=news) as http:
        server.gate = asyncio.Event()
        for _ in range(FAILURES):
            with pytest.raises(errors.RequestRefused):
                await http.ask(Request("GET", server.url, {"X": "\n"}))
        for _ in range(FAILURES):
            with pytest.raises(errors.TimedOut):
                await http.ask(Request("GET", server.url, limit_s=0.05))
        with pytest.raises(errors.GivenUp):
            await http.ask(Request("GET", server.url))
        assert [one.why for one in news.told] == ["timed_out"]


async def test_another_host_is_asked_all_the_same():
    async with serving() as server, serving() as other, client() as http:
        server.answers = [(500, b"", {})]
        for _ in range(FAILURES):
            await http.ask(Request("GET", server.url))
        assert (await http.ask(Request("GET", other.url))).ok


class Broken:
    """A name service with a fault of its own."""

    def __init__(self, error):
        self.error = error

    async def addresses(self, host):
        raise self.error

    def close(self):
        pass


async def test_a_connection_that_breaks_in_whatever_way_is_an_error_of_the_host():
    async with client(names=Broken(RuntimeError("unable to perform operation"))) as http:
        with pytest.raises(errors.HttpError):
            await http.ask(Request("GET", "http://x.example/"))


async def test_a_fault_of_ours_in_a_probe_leaves_no_host_alone_for_ever():
    clock = FakeClock()
    names = Broken(OSError("no such name"))
    async with client(names=names, clock=clock) as http:
        for _ in range(FAILURES):
            with pytest.raises(errors.Unreachable):
                await http.ask(Request("GET", "http://x.example/"))
        clock.advance(SHORTEST_PAUSE_S)
        names.error = KeyError("a fault of ours")
        for _ in range(2):
            with pytest.raises(KeyError):
                await http.ask(Request("GET", "http://x.example/"))


# Secrets


async def test_no_error_and_no_repr_names_a_secret():
    async with serving() as server, client(Reach()) as http:
        request = Request(
            "POST",
            f"http://127.0.0.1:{server.port}/hooks/{SECRET}?token={SECRET}",
            {"Authorization": SECRET},
            SECRET.encode(),
        )
        assert SECRET not in repr(request)
        with pytest.raises(errors.NotAllowed) as caught:
            await http.ask(request)
        told = repr(caught.value) + str(caught.value) + repr(caught.value.__cause__)
        assert SECRET not in told
        assert SECRET not in repr(Response("x", 200, {"a": SECRET}, SECRET.encode()))
        for url in (
            f"http://{SECRET}@x/",
            f"ftp://x/{SECRET}",
            f"http://x:{SECRET}/",
            f"http://x/{SECRET}\n",
        ):
            with pytest.raises(errors.RequestRefused) as caught:
                await http.ask(Request("GET", url))
            assert SECRET not in str(caught.value)


# Values


@settings(max_examples=25, deadline=None)
@given(value=st.text(max_size=40))
def test_a_value_arrives_as_it_is_and_nowhere_else(value):
    async def run():
        async with serving() as server, client() as http:
            template = read_url(server.url + "/orders/{{X}}/status?number={{X}}&end=1")
            try:
                url = template.fill(lambda name: Value(value))
            except errors.RequestRefused:
                assert value in (".", "..")
                return
            await http.ask(Request("GET", url))
            request = server.asked[0]
            assert request.query.getall("number") == [value]
            assert request.query.getall("end") == ["1"]
            parts = request.raw_path.partition("?")[0].split("/")
            assert (parts[1], parts[3], len(parts)) == ("orders", "status", 4)

    asyncio.run(run())
