"""Kamailio as a provider: registers a line by digest, puts calls through both ways, and can be killed."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.peers.programs import END_SECONDS, LOOPBACK, Ports, Program, require

REALM = "provider.test"
USER, PASSWORD = "line1", "trunk-Pw-1"
MODULES = Path("/usr/lib/x86_64-linux-gnu/kamailio/modules")
START_SECONDS = 60.0

_CONFIG = """\
#!KAMAILIO
debug=2
log_stderror=yes
fork=yes
children=1
disable_tcp=yes
auto_aliases=no
listen=udp:{host}:{port}
mpath="{modules}"
loadmodule "pv.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "xlog.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
modparam("auth", "nonce_expire", 300)
modparam("registrar", "min_expires", 5)

request_route {{
    if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
    if (is_method("OPTIONS") && !has_totag()) {{ sl_send_reply("200", "OK"); exit; }}
    if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
    if (has_totag()) {{
        if (loose_route()) {{ t_relay(); exit; }}
        if (is_method("ACK") && t_check_trans()) {{ t_relay(); }}
        exit;
    }}
    if (is_method("REGISTER")) {{
        if (!pv_www_authenticate("{realm}", "{password}", "0")) {{ www_challenge("{realm}", "1"); exit; }}
        save("location");
        xlog("L_WARN", "registered $tU for $hdr(Expires)\\n");
        exit;
    }}
    if (!is_method("INVITE")) {{ sl_send_reply("405", "Method Not Allowed"); exit; }}
    t_check_trans();
    record_route();
    if ($sp == {switch}) {{
        if (!pv_proxy_authenticate("{realm}", "{password}", "0")) {{ proxy_challenge("{realm}", "1"); exit; }}
        consume_credentials();
        xlog("L_WARN", "out $rU from $fU asserted $hdr(P-Asserted-Identity) hops $hdr(Max-Forwards)\\n");
        $ru = "sip:" + $rU + "@{host}:{outside}";
        t_relay();
        exit;
    }}
    xlog("L_WARN", "in $rU\\n");
    $ru = "sip:{user}@{realm}";
    if (!lookup("location")) {{ sl_send_reply("404", "Not Registered"); exit; }}
    t_relay();
}}
"""


class Kamailio:
    """A running Kamailio. Calls from port ``switch`` go to port ``outside``, all others to the line."""

    def __init__(self, *, ports: Ports, folder: Path, switch: int, outside: int) -> None:
        self.port = ports.take()
        place = folder / f"kamailio-{self.port}"
        place.mkdir()
        file = place / "kamailio.cfg"
        file.write_text(
            _CONFIG.format(
                host=LOOPBACK,
                port=self.port,
                modules=MODULES,
                realm=REALM,
                user=USER,
                password=PASSWORD,
                switch=switch,
                outside=outside,
            )
        )
        # In the foreground, on memory that is enough for a handful of calls, with all its files in one place.
        argv = [require("kamailio"), "-f", str(file), "-DD", "-E", "-m", "32", "-M", "8"]
        argv += ["-Y", str(place), "-w", str(place), "-P", str(place / "pid")]
        self.program = Program(argv, log=folder / f"kamailio-{self.port}.log", folder=place)
        self.program.wait_start(r"Listening on|Aliases", START_SECONDS)

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{LOOPBACK}:{self.port}"

    def kill(self) -> None:
        """Let it die with all its processes, as if its machine had lost power."""
        main = self.program.process_id
        children = Path(f"/proc/{main}/task/{main}/children").read_text(encoding="ascii").split()
        for process in (main, *map(int, children)):
            os.kill(process, signal.SIGKILL)
        self.program.wait_end(END_SECONDS)

    def close(self) -> None:
        """End it."""
        self.program.close()
